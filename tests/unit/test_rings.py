import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand import rings


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Fenna Wouters", "FW"),
        ("fenna wouters", "FW"),
        ("  Fenna\t Maria  Wouters ", "FW"),
        ("Wouters, Fenna", "FW"),
        ("Prof. Dr. Fenna Wouters", "FW"),
        ("Fenna Wouters, PhD", "FW"),
        ("Fenna Wouters Jr.", "FW"),
        ("Fenna (Fen) Wouters", "FW"),
        ("Wolfeschlegelsteinhausenbergerdorff", "W"),
        ("Ludwig van der Rohe", "LR"),
        ("van Gogh", "G"),
        ("Gerard 't Hooft", "GH"),
        ("Conan O'Brien", "CO"),
        ("Jean-Luc Picard", "JP"),
        ("Ørjan Åse", "ØÅ"),
        ("Élodie E\u0301toile", "ÉÉ"),
        ("ßaba", "ß"),
        ("Ольга Петрова", "ОП"),
        ("山田 太郎", "山田"),
        ("山田太郎", "山田"),
        ("王小明", "王"),
        ("김철수", "김"),
        ("李", "李"),
        ("マイケル・ジョンソン", "マジ"),
        ("محمد الأحمد", "م\u200cأ"),
        ("محمد", "م"),
        ("דוד לוי", "דל"),
        ("क्षितिज शर्मा", "क्षिश"),
        ("🦊 Ana Oliveira 🦊", "AO"),
        ("🦊", "🦊"),
        ("👩🏽‍🚀 👋", "👩🏽‍🚀"),
        ("🇵🇹", "🇵🇹"),
        ("7f3c", "7"),
        ("Unknown, badge 1fce", "?"),
        ("Unknown", "?"),
        ("Unknown Mortal", "UM"),
        ("Sir", "S"),
        ("(Ana)", "A"),
        ("", "?"),
        ("  \u200f ", "?"),
        ("...", "?"),
        (",,", "?"),
        ("\u202eAna", "A"),
    ],
)
def test_initials_are_those_a_person_would_write(name: str, expected: str) -> None:
    assert rings.initials(name) == expected


@given(st.text(max_size=80))
def test_initials_of_any_text_are_short_visible_and_never_empty(name: str) -> None:
    found = rings.initials(name)
    assert found
    assert len(found) <= 26
    assert not any(char.isspace() or unicodedata.category(char) == "Cc" for char in found)


@given(st.text(st.characters(categories=["Lu", "Ll"]), min_size=1), st.text("\t \u3000"))
def test_space_around_a_name_changes_nothing(name: str, space: str) -> None:
    assert rings.initials(space + name + space) == rings.initials(name)


@pytest.mark.parametrize(
    ("stage", "tied", "tones"),
    [
        ("new", False, {"hair"}),
        ("online", True, {"cool"}),
        ("spoken", True, {"cool", "turning", "warm"}),
        ("met", True, {"cool", "warm"}),
        ("met", False, {"hair", "warm"}),
        ("followed-up", True, {"warm"}),
        ("met-again", True, {"warm"}),
    ],
)
def test_each_stage_has_the_tones_of_its_ring(stage: str, tied: bool, tones: set[str]) -> None:
    assert {stroke.tone for stroke in rings.ring(stage, tied)} == tones


def test_every_stage_has_a_word_and_a_ring_of_its_own() -> None:
    drawn = {rings.ring(stage, tied=True) for stage in rings.STAGE_WORDS}
    assert len(drawn) == len(rings.STAGE_WORDS) == 6


def test_the_warm_half_of_a_met_ring_is_the_left_one() -> None:
    warm = next(stroke for stroke in rings.ring("met", tied=True) if stroke.tone == "warm")
    start, end = warm.path.removeprefix("M").split("A")
    assert float(start.split()[0]) < rings.RING_SIZE / 2
    assert float(end.split()[-2]) < rings.RING_SIZE / 2


def test_only_met_again_is_a_double_ring() -> None:
    assert len(rings.ring("met-again", tied=True)) == 2
    assert len(rings.ring("followed-up", tied=True)) == 1


def test_the_dots_of_an_online_ring_close_without_a_seam() -> None:
    (stroke,) = rings.ring("online", tied=True)
    gap = float(stroke.dash.split()[1])
    dots = 2 * math.pi * 26 / gap
    assert dots == pytest.approx(round(dots), abs=0.01)


def test_a_dial_has_a_tick_for_each_person() -> None:
    tones = [tick.tone for tick in rings.dial(23, 4)]
    assert tones == ["warm"] * 4 + ["cool"] * 19


def test_a_dial_of_nobody_is_hairlines() -> None:
    assert {tick.tone for tick in rings.dial(0, 0)} == {"hair"}


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_dial_shows_who_was_met_and_who_was_not(known: int, met: int) -> None:
    ticks = rings.dial(known, met)
    tones = {tick.tone for tick in ticks}
    assert len(ticks) <= rings.MOST_TICKS
    if known:
        assert ("warm" in tones) == (met > 0 and known > 0) or (known == 1 and 0 < met < known)
        assert ("cool" in tones) == (met < known)


@given(st.integers(0, 500), st.integers(0, 500))
def test_no_tick_leaves_the_dial(known: int, met: int) -> None:
    for tick in rings.dial(known, met):
        assert all(0 <= value <= rings.DIAL_SIZE for value in (tick.x1, tick.y1, tick.x2, tick.y2))
