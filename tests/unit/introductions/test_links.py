"""The two private links of an introduction."""

from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from firsthand.introductions.links import link_key, link_token, read_link_token

KEY = link_key("a key for tests that guards nothing")


@given(st.uuids(), st.integers(0, 1))
def test_a_link_names_its_side_and_stands_in_an_address(introduction: UUID, side: int) -> None:
    token = link_token(KEY, introduction, side)
    assert read_link_token([KEY], token) == (introduction, side)
    assert token.replace("-", "a").replace("_", "a").isalnum()


@given(st.uuids(), st.integers(0, 43), st.sampled_from("abzAZ09-_"))
def test_a_link_with_another_letter_is_none(introduction: UUID, at: int, letter: str) -> None:
    token = link_token(KEY, introduction, 0)
    changed = token[:at] + letter + token[at + 1 :]
    assert read_link_token([KEY], changed) == ((introduction, 0) if changed == token else None)


@given(st.text(max_size=60))
def test_nonsense_is_none(text: str) -> None:
    assert read_link_token([KEY], text) is None


@example(UUID(int=1), 44, "=")
@given(st.uuids(), st.integers(0, 44), st.sampled_from(["=", "!", "AAAA", " ", "\n", "\u00e9"]))
def test_a_link_with_anything_more_is_none(introduction: UUID, at: int, more: str) -> None:
    token = link_token(KEY, introduction, 1)
    assert read_link_token([KEY], token[:at] + more + token[at:]) is None


@given(st.uuids())
def test_a_link_spelt_with_another_alphabet_is_none(introduction: UUID) -> None:
    token = link_token(KEY, introduction, 1)
    spelt = token.replace("-", "+").replace("_", "/")
    assert read_link_token([KEY], spelt) == ((introduction, 1) if spelt == token else None)


@given(st.uuids())
def test_a_link_made_before_the_key_was_changed_is_read(introduction: UUID) -> None:
    token = link_token(link_key("the key before"), introduction, 1)
    assert read_link_token([KEY, link_key("the key before")], token) == (introduction, 1)


@given(st.uuids())
def test_another_servers_link_is_none(introduction: UUID) -> None:
    assert read_link_token([KEY], link_token(link_key("another"), introduction, 1)) is None
