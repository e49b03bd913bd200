import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.ties.mojibake import mended


def spoilt(text: str) -> str:
    """As Facebook writes it."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize("name", ["José", "Zoë Müller", "Łucja", "יעל", "山田", "Ana 🎉", "Ana"])
def test_a_spoilt_name_is_mended(name: str) -> None:
    assert mended(spoilt(name)) == name


@pytest.mark.parametrize(
    "name", ["José", "Elena Petrová", "Ñandú", "Ærø", "Ÿ", "Łucja", "山田", "Ã", "é\ud83d", ""]
)
def test_a_healthy_name_stays_as_it_is(name: str) -> None:
    assert mended(name) == name


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_spoilt_comes_back(text: str) -> None:
    assert mended(spoilt(text)) == text


@given(st.text(st.characters(categories=["L", "Zs"], min_codepoint=0x20)))
def test_letters_and_blanks_are_never_taken_for_bytes(text: str) -> None:
    # What follows the first byte of a longer character is U+0080 to U+00BF: of those only
    # the no-break space, the ordinals and the micro sign are a letter or a blank.
    if not set(text) & set("\xa0ªºµ"):
        assert mended(text) == text


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    assert mended(mended(text)) is not None
