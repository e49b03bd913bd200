import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand.badges.faces import Style
from firsthand.badges.typeset import (
    LONGEST_TEXT,
    Typesetter,
    clean,
    is_right_to_left,
)


def setter_for(text: str) -> Typesetter:
    return Typesetter.of([text])


def faces(text: str) -> set[str]:
    setter = setter_for(text)
    printable = setter.printable(text)
    return {run.font.removesuffix("-strong") for run in setter.runs(printable, Style.STRONG)}


@pytest.mark.parametrize(
    ("text", "face"),
    [
        ("Ana Souza", "BricolageGrotesque"),
        ("Nguyễn Thị Ánh Tuyết", "BricolageGrotesque"),
        ("Łukasz Żółć", "BricolageGrotesque"),
        ("Ελένη", "NotoSans"),
        ("Елена", "NotoSans"),
        ("محمد", "NotoSansArabic"),
        ("שלום", "NotoSansHebrew"),
        ("山田太郎", "NotoSansJP"),
        ("さくら", "NotoSansJP"),
        ("김민준", "NotoSansKR"),
        ("\u1100\u1161\u11a8", "NotoSansKR"),
        ("邓小平", "NotoSansSC"),
    ],
)
def test_every_covered_script_is_set_in_one_face_that_has_it(text: str, face: str) -> None:
    assert faces(text) == {face}


def test_a_name_in_han_characters_is_never_set_in_two_faces() -> None:
    assert len(faces("刘山田")) == 1


def test_right_to_left_names_are_drawn_in_visual_order_and_joined() -> None:
    setter = setter_for("محمد")
    (run,) = setter.runs("محمد", Style.STRONG)
    assert run.text != "محمد"
    assert unicodedata.normalize("NFKC", run.text)[::-1] == "محمد"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("שלום (Ana) כהן", "ןהכ (Ana) םולש"),
        ("שלום (כהן) [לוי]", "[יול] (ןהכ) םולש"),
        ("Ana (שלום) (Li)", "Ana (םולש) (Li)"),
        ("שלום 42", "42 םולש"),
    ],
)
def test_names_in_both_directions_keep_their_words_and_brackets(text: str, drawn: str) -> None:
    setter = setter_for(text)
    assert "".join(run.text for run in setter.runs(text, Style.STRONG)) == drawn


@pytest.mark.parametrize(
    ("text", "rtl"),
    [("Ana", False), ("محمد", True), ("Ana שלום", False), ("", False), ("42", False)],
)
def test_the_direction_is_that_of_the_first_letter(text: str, rtl: bool) -> None:
    assert is_right_to_left(text) is rtl


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Ana \t\n Souza ", "Ana Souza"),
        ("Ana\x00\x07\x1b[31m", "Ana[31m"),
        ("\u202eanA\u202c", "anA"),
        ("Ana\u200b\ufeffSouza", "AnaSouza"),
        ("<b>Ana</b>", "<b>Ana</b>"),
        ("e\u0301", "é"),
        ("\ud800Ana", "Ana"),
        ("", ""),
    ],
)
def test_control_and_format_characters_are_dropped(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_the_hyphen_of_a_hebrew_double_name_stays_and_vowel_points_go() -> None:
    assert Typesetter.of(["בן־דוד"]).printable("בן־דוד") == "בן־דוד"
    assert Typesetter.of(["שָׁלוֹם"]).printable("שָׁלוֹם") == "שלום"


def test_emoji_are_dropped_without_a_word() -> None:
    setter = setter_for("Ana 🎉👩‍💻 Souza")
    assert setter.printable("Ana 🎉👩‍💻 Souza") == "Ana Souza"
    assert not setter.unprintable


def test_letters_that_no_face_has_are_counted() -> None:
    setter = setter_for("สม Ana")
    assert setter.printable("สม Ana") == "Ana"
    assert setter.unprintable == {"ส": 1, "ม": 1}


def test_a_text_of_a_megabyte_is_cut_before_it_costs_anything() -> None:
    assert len(clean("ab" * 500_000)) == LONGEST_TEXT


# The first example to need a face loads it, which takes longer than the usual deadline.
@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_printable_has_a_glyph_for_every_character_in_its_font(text: str) -> None:
    setter = setter_for(text)
    printable = setter.printable(text)
    for run in setter.runs(printable, Style.PLAIN):
        glyphs = setter.fonts[run.font].face.charToGlyph
        assert all(ord(character) in glyphs for character in run.text)
    assert setter.width(printable, Style.PLAIN) >= 0


@pytest.mark.parametrize("text", ["山田…", "山-(שלום)", "\uff41\uff42", "\uf900", "a\u200cb"])
def test_what_setting_adds_to_a_text_has_glyphs_too(text: str) -> None:
    setter = setter_for(text.strip("…"))
    for run in setter.runs(setter.printable(text).upper(), Style.STRONG):
        glyphs = setter.fonts[run.font].face.charToGlyph
        assert all(ord(character) in glyphs for character in run.text)


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x600, max_codepoint=0x6FF), min_size=1, max_size=8))
def test_every_joined_form_of_arabic_letters_has_a_glyph(text: str) -> None:
    setter = setter_for(text)
    for run in setter.runs(setter.printable(text), Style.STRONG):
        glyphs = setter.fonts[run.font].face.charToGlyph
        assert all(ord(character) in glyphs for character in run.text)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "M", "Zs"]), max_size=30))
def test_printing_what_is_printable_loses_nothing_more(text: str) -> None:
    setter = setter_for(text)
    printable = setter.printable(text)
    assert setter.printable(printable) == printable
