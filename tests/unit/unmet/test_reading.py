"""What narrows and orders the list of people not met, as a request sends it."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.problems import Invalid
from firsthand.ties.kinds import TieKind
from firsthand.ties.score import LESS, MORE, Tuning
from firsthand.unmet.reading import KINDS, kind_chips, read_filter, read_tuning, tuning_words
from firsthand.unmet.reasons import UnmetFilter


@given(st.sampled_from([*dict(KINDS), *TieKind, ""]), st.text(max_size=40))
def test_a_chip_leads_to_its_kind_and_keeps_the_rest(kind: str, words: str) -> None:
    narrowed = read_filter(words, "x", str(kind))
    chips = kind_chips("seaside", narrowed)
    assert [chip.current for chip in chips] == [bool(kind), *[False] * (len(chips) - 1)]
    for chip in chips:
        led = dict(parse_qsl(urlsplit(chip.href).query))
        assert (led.get("q", ""), led["network"]) == (narrowed.q, "x")
        assert ("kind" in led) != chip.current


def test_everybody_has_no_chip_of_their_own() -> None:
    assert [chip.label for chip in kind_chips("seaside", UnmetFilter())] == [
        "Conversations", "Messages", "I follow", "Follow me", "Connected", "Reposted", "Liked",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["winked", "replied ", "CONVERSATIONS", "\0"])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(Invalid):
        read_filter("", "", kind)


def test_what_is_not_said_matters_as_usual() -> None:
    assert read_tuning({"messages": "more", "recent": "less", "follows": ""}) == Tuning(
        messages=MORE, recent=LESS
    )


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(Invalid, match="less, as usual or more"):
        read_tuning({"messages": "most"})


def test_a_tuning_is_said_in_words() -> None:
    assert tuning_words(Tuning()) == ""
    assert tuning_words(Tuning(messages=MORE, recent=LESS)) == "Messages more, How recent less"
