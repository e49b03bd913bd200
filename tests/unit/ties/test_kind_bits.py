"""The bits of kinds, which the database keeps."""

import pytest

from firsthand.ties.kind_bits import KIND_BITS, bits_asked_for, kind_bits
from firsthand.ties.kinds import TieKind


def test_each_kind_has_a_bit_of_its_own() -> None:
    assert set(KIND_BITS) == set(TieKind)
    assert sum(KIND_BITS.values()) == 2 ** len(TieKind) - 1
    assert all(bit.bit_count() == 1 for bit in KIND_BITS.values())


def test_the_bits_of_a_tie_are_those_of_its_kinds() -> None:
    assert kind_bits([]) == 0
    assert kind_bits([TieKind.FOLLOWS, TieKind.REPLIED, TieKind.REPLIED]) == 1 + 8


@pytest.mark.parametrize("kind", [*TieKind])
def test_a_kind_asks_for_itself(kind: TieKind) -> None:
    assert bits_asked_for(kind.value) == KIND_BITS[kind]


def test_conversations_are_replies_and_mentions() -> None:
    assert bits_asked_for("conversations") == kind_bits([TieKind.REPLIED, TieKind.MENTIONED])
    assert bits_asked_for("") == 0
