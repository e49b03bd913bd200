"""How much a tie weighs. Pure.

Each kind of interaction has a weight; how often it happened counts by its logarithm, and each
happening loses half its weight with every half-life that passed since. Instead of fading old ones,
newer ones are lifted (``2 ** (age since a fixed epoch / half-life)``), so the order of two ties
never changes just because a day passes. The strength is the logarithm of the sum, in half-lives.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from firsthand.ties.kinds import KindCount, TieKind

HALF_LIFE_DAYS = 365.0
_EPOCH = datetime(2006, 1, 1, tzinfo=UTC)
# An export that does not say when (a follow list) is taken to be this old.
_UNDATED = datetime(2020, 1, 1, tzinfo=UTC)

WEIGHTS = {
    TieKind.MESSAGED: 8.0,
    TieKind.REPLIED: 6.0,
    TieKind.MENTIONED: 3.0,
    TieKind.REPOSTED: 2.0,
    TieKind.CONNECTED: 5.0,
    TieKind.FOLLOWED_BY: 1.5,
    TieKind.FOLLOWS: 1.5,
    TieKind.LIKED: 0.5,
}
# Following each other says more than twice as much as following.
MUTUAL_BONUS = 3.0


def strength(kinds: Iterable[KindCount]) -> float:
    """The tie's weight as a number to sort by; more, newer or mutual is never lower.

    What has ended weighs nothing.
    """
    kinds = [each for each in kinds if each.ended_at is None]
    total = sum(_weight(each) for each in kinds)
    present = {each.kind for each in kinds}
    if {TieKind.FOLLOWS, TieKind.FOLLOWED_BY} <= present:
        dated = max(
            (_lift(each) for each in kinds if each.kind in {TieKind.FOLLOWS, TieKind.FOLLOWED_BY}),
        )
        total += MUTUAL_BONUS * dated
    return math.log2(total) if total > 0 else 0.0


def score(strength: float, at: datetime) -> float:
    """The strength as seen at a moment, from 0 to 1; one message this week is about 0.75."""
    faded = strength - _half_lives(at)
    return 1.0 / (1.0 + math.exp(-faded / 2.5))


def _weight(each: KindCount) -> float:
    return WEIGHTS[each.kind] * math.log2(1 + max(each.count, 1)) * _lift(each)


def _lift(each: KindCount) -> float:
    return math.exp2(_half_lives(each.last_at or each.first_at or _UNDATED))


def _half_lives(moment: datetime) -> float:
    days = (moment - _EPOCH).total_seconds() / 86_400
    # Dates far outside the networks' lifetimes are mistakes; they must not overflow.
    return min(max(days, 0.0), 36_500.0) / HALF_LIFE_DAYS
