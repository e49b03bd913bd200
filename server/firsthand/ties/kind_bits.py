"""The kinds of a tie as a small set of bits, so that a filter looks at no fact. Pure.

The bits are kept in the database (``tie.kinds``, ``match.kinds``): a kind's bit never changes.
"""

from collections.abc import Iterable

from firsthand.ties.kinds import TieKind

KIND_BITS = {
    TieKind.FOLLOWS: 1,
    TieKind.FOLLOWED_BY: 2,
    TieKind.CONNECTED: 4,
    TieKind.REPLIED: 8,
    TieKind.MENTIONED: 16,
    TieKind.MESSAGED: 32,
    TieKind.REPOSTED: 64,
    TieKind.LIKED: 128,
}
# Asked for in a list beside the single kinds: what is one thing to a person.
CONVERSATIONS = "conversations"


def kind_bits(kinds: Iterable[TieKind]) -> int:
    bits = 0
    for kind in kinds:
        bits |= KIND_BITS[kind]
    return bits


def bits_asked_for(kind: str) -> int:
    """Of a kind's name or CONVERSATIONS, which are replies and mentions; 0 for all."""
    if kind == CONVERSATIONS:
        return kind_bits((TieKind.REPLIED, TieKind.MENTIONED))
    return KIND_BITS[TieKind(kind)] if kind else 0
