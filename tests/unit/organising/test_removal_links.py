"""The link that removes somebody from a list: read as it was written, and in no other way."""

from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from firsthand.organising.removal_links import read_removal_token, removal_key, removal_token

KEY = removal_key("a secret")
ADDRESSES = st.binary(min_size=16, max_size=16).map(bytes.hex)


@given(st.uuids(), ADDRESSES)
def test_a_link_says_whose_it_is(event: UUID, address: str) -> None:
    assert read_removal_token(KEY, removal_token(KEY, event, address)) == (event, address)


@given(st.uuids(), ADDRESSES)
def test_another_servers_link_is_none(event: UUID, address: str) -> None:
    other = removal_key("another secret")
    assert read_removal_token(KEY, removal_token(other, event, address)) is None


@given(st.uuids(), ADDRESSES, st.integers(0, 63), st.sampled_from("abzAZ09-_+/"))
def test_a_link_with_another_letter_is_none(
    event: UUID, address: str, at: int, letter: str
) -> None:
    token = removal_token(KEY, event, address)
    changed = token[:at] + letter + token[at + 1 :]
    expected = (event, address) if changed == token else None
    assert read_removal_token(KEY, changed) == expected


@example(UUID(int=1), "00" * 16, 64, "=")
@given(
    st.uuids(), ADDRESSES, st.integers(0, 64), st.sampled_from(["=", "!", "AAAA", " ", "\u00e9"])
)
def test_a_link_with_anything_more_is_none(event: UUID, address: str, at: int, more: str) -> None:
    token = removal_token(KEY, event, address)
    assert read_removal_token(KEY, token[:at] + more + token[at:]) is None


@given(st.uuids(), ADDRESSES)
def test_a_link_spelt_with_another_alphabet_is_none(event: UUID, address: str) -> None:
    token = removal_token(KEY, event, address)
    spelt = token.replace("-", "+").replace("_", "/")
    assert read_removal_token(KEY, spelt) == ((event, address) if spelt == token else None)


@given(st.text(max_size=80))
def test_nonsense_is_none(text: str) -> None:
    assert read_removal_token(KEY, text) is None
