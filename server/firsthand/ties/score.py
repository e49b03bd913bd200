"""How much a tie weighs. Pure.

Each kind of interaction has a weight; how often it happened counts by its logarithm, and each
happening loses half its weight with every half-life that passed since. Instead of fading old ones,
newer ones are lifted (``2 ** (age since a fixed epoch / half-life)``), so the order of two ties
never changes just because a day passes. The strength is the logarithm of the sum, in years: what
weighs twice as much stands where it would stand, had it happened one half-life later.

The owner may say what matters to them: a kind that counts more weighs ``2 ** 3`` times as much, as
if it had happened three half-lives later; one that counts less an eighth. Where being recent counts
more, the half-life is a third of a year, where it counts less, three years.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from firsthand.ties.kinds import KindCount, TieKind

_DAYS_A_YEAR = 365.0
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
_FOLLOWING = {TieKind.FOLLOWS, TieKind.FOLLOWED_BY}

# What the owner may choose for each part of a Tuning.
LESS, USUAL, MORE = -1, 0, 1
_FACTORS = {LESS: 1 / 8, USUAL: 1.0, MORE: 8.0}
_HALF_LIFE_YEARS = {LESS: 3.0, USUAL: 1.0, MORE: 1 / 3}


class Tuning(msgspec.Struct, frozen=True):
    """What matters to the owner: LESS, USUAL or MORE for each; the names of its stored columns."""

    conversations: int = USUAL
    messages: int = USUAL
    follows: int = USUAL
    followed_by: int = USUAL
    connected: int = USUAL
    reposts: int = USUAL
    recent: int = USUAL

    def of_kind(self, kind: TieKind) -> int:
        level: int = getattr(self, _TUNED_BY[kind])
        return level


_TUNED_BY = {
    TieKind.REPLIED: "conversations",
    TieKind.MENTIONED: "conversations",
    TieKind.MESSAGED: "messages",
    TieKind.FOLLOWS: "follows",
    TieKind.FOLLOWED_BY: "followed_by",
    TieKind.CONNECTED: "connected",
    TieKind.REPOSTED: "reposts",
    TieKind.LIKED: "reposts",
}
AS_USUAL = Tuning()


def strength(kinds: Iterable[KindCount], tuning: Tuning = AS_USUAL) -> float:
    """The tie's weight as a number to sort by; more, newer or mutual is never lower.

    In years, above 0 as soon as there is anything. What has ended weighs nothing.
    """
    kinds = [each for each in kinds if each.ended_at is None]
    half_life = _HALF_LIFE_YEARS[tuning.recent]
    total = sum(_weight(each, tuning) * _lift(each, half_life) for each in kinds)
    following = [each for each in kinds if each.kind in _FOLLOWING]
    if {each.kind for each in following} == _FOLLOWING:
        factor = max(_FACTORS[tuning.of_kind(each.kind)] for each in following)
        total += MUTUAL_BONUS * factor * max(_lift(each, half_life) for each in following)
    return math.log2(1 + total) * half_life


def score(strength: float, at: datetime) -> float:
    """The strength as seen at a moment, from 0 to 1; one message this week is about 0.75."""
    faded = strength - _years(at)
    return 1.0 / (1.0 + math.exp(-faded / 2.5))


def _weight(each: KindCount, tuning: Tuning) -> float:
    often = math.log2(1 + max(each.count, 1))
    return WEIGHTS[each.kind] * _FACTORS[tuning.of_kind(each.kind)] * often


def _lift(each: KindCount, half_life: float) -> float:
    return math.exp2(_years(each.last_at or each.first_at or _UNDATED) / half_life)


def _years(moment: datetime) -> float:
    days = (moment - _EPOCH).total_seconds() / 86_400
    # Dates far outside the networks' lifetimes are mistakes; they must not overflow.
    return min(max(days, 0.0), 36_500.0) / _DAYS_A_YEAR
