import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.badges.text_fit import ELLIPSIS, LEADING, LEAST, fit


def half(text: str) -> float:
    """A face whose every character is half as wide as it is high."""
    return len(text) / 2


texts = st.lists(st.text("abcé山م", min_size=1, max_size=30), min_size=1, max_size=6).map(" ".join)


def test_a_short_name_is_as_large_as_allowed() -> None:
    fitted = fit("Jo", half, (200, 100), (60, 15))
    assert (fitted.lines, fitted.size) == (("Jo",), 60)


def test_a_name_stays_on_one_line_if_two_would_not_be_larger() -> None:
    assert fit("Ana Li", half, (200, 50), (40, 15)).lines == ("Ana Li",)


def test_a_name_takes_two_lines_if_they_are_larger() -> None:
    assert fit("Alexandra Papadopoulou", half, (200, 120), (60, 15)).lines == (
        "Alexandra",
        "Papadopoulou",
    )


def test_of_equally_large_breaks_the_balanced_one_is_taken() -> None:
    assert fit("aaa bb bb aaa", half, (400, 40), (60, 5)).lines in (
        ("aaa bb bb aaa",),
        ("aaa bb", "bb aaa"),
    )
    assert fit("aaaa bbb ccc dddd", half, (120, 70), (60, 5)).lines == ("aaaa bbb", "ccc dddd")


def test_a_very_long_word_is_broken_with_a_hyphen_before_it_gets_too_small() -> None:
    fitted = fit("Wolfeschlegelsteinhausenbergerdorff", half, (240, 120), (60, 15))
    assert len(fitted.lines) == 2
    assert fitted.lines[0].endswith("-")
    assert fitted.lines[0][:-1] + fitted.lines[1] == "Wolfeschlegelsteinhausenbergerdorff"
    assert fitted.size >= 15


def test_a_script_without_case_is_broken_without_a_hyphen() -> None:
    fitted = fit("山" * 40, half, (200, 120), (60, 15))
    assert "".join(fitted.lines) == "山" * 40


def test_an_ellipsis_comes_only_as_the_last_resort() -> None:
    fitted = fit("a" * 500, half, (200, 120), (60, 15))
    assert fitted.lines[-1].endswith(ELLIPSIS)
    assert ELLIPSIS not in fitted.lines[0]


LONG = "María de los Ángeles Fernández-Cuesta y Rodríguez de Santillana"


def test_a_long_name_takes_a_third_line_and_smaller_type_before_it_is_cut() -> None:
    fitted = fit(LONG, half, (200, 60), (40, 17), 3)
    assert fitted.lines == ("María de los Ángeles", "Fernández-Cuesta y", "Rodríguez de Santillana")
    assert 17 * LEAST <= fitted.size < 17
    assert fit(LONG, half, (200, 60), (40, 17), 2).lines[-1].endswith(ELLIPSIS)


def test_a_line_may_end_after_a_hyphen() -> None:
    assert fit("Fernández-Cuesta", half, (100, 60), (40, 5)).lines == ("Fernández-", "Cuesta")


def test_a_single_long_word_is_broken_rather_than_set_far_smaller() -> None:
    fitted = fit("Wolfeschlegelsteinhausenbergerdorff Hubert", half, (240, 54), (44, 17), 3)
    assert fitted.size >= 17


@pytest.mark.parametrize("width", [75, 90, 105, 120, 135])
def test_what_is_cut_ends_with_a_whole_word_that_is_no_particle(width: int) -> None:
    text = f"{LONG} y de la Torre"
    last = fit(text, half, (width, 30), (40, 12), 2).lines[-1]
    assert last.endswith(ELLIPSIS)
    word = last.removesuffix(ELLIPSIS).split(" ")[-1]
    assert word in {*text.split(), *re.split(" |-", text)}
    assert word[0].isupper()


def test_a_mark_is_never_parted_from_its_letter() -> None:
    fitted = fit("x\u030c" * 60, half, (200, 120), (60, 15))
    assert not any(line.startswith("\u030c") for line in fitted.lines)


@given(
    texts,
    st.floats(60, 400),
    st.floats(20, 200),
    st.sampled_from([(60.0, 15.0), (17.0, 9.0), (10.0, 5.0)]),
    st.integers(1, 3),
)
def test_what_is_set_never_leaves_its_box(
    text: str, width: float, height: float, sizes: tuple[float, float], lines: int
) -> None:
    fitted = fit(text, half, (width, height), sizes, lines)
    assert 1 <= len(fitted.lines) <= lines
    assert fitted.size <= sizes[0]
    assert max(map(half, fitted.lines)) * fitted.size <= width * 1.0001
    assert len(fitted.lines) * fitted.size * LEADING <= height * 1.0001


@given(texts, st.floats(60, 400), st.floats(20, 200))
def test_without_an_ellipsis_no_character_is_lost(text: str, width: float, height: float) -> None:
    fitted = fit(text, half, (width, height), (60, 9))
    if not fitted.lines[-1].endswith(ELLIPSIS):
        kept = "".join(fitted.lines).replace("-", "").replace(" ", "")
        assert kept == text.replace(" ", "")


@pytest.mark.parametrize("lines", [1, 2])
def test_an_empty_text_is_one_empty_line(lines: int) -> None:
    assert fit("", half, (100, 100), (60, 15), lines).lines == ("",)
