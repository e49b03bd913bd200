"""E-mail addresses, names and telephone numbers as people type them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.accounts.addresses import LONGEST_NAME, read_email, read_line, read_name
from firsthand.accounts.profile import read_phone
from firsthand.problems import Invalid


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Ana@Example.ORG ", "ana@example.org"),
        ("ana+sea@mail.example.org\n", "ana+sea@mail.example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
    ],
)
def test_an_address_is_trimmed_and_in_lower_case(typed: str, address: str) -> None:
    assert read_email(typed) == address


@given(st.text(max_size=300))
def test_what_is_read_as_an_address_reads_as_itself(typed: str) -> None:
    try:
        address = read_email(typed)
    except Invalid:
        return
    assert read_email(address) == address
    assert address.count("@") == 1
    assert address.isprintable()


@given(st.text())
def test_a_line_has_no_controls_and_no_overrides(typed: str) -> None:
    line = read_line(typed, "headline", 10_000)
    unwanted = {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert not any(unicodedata.category(character) in unwanted for character in line)
    assert "\u202e" not in line
    assert read_line(line, "headline", 10_000) == line


@given(st.text())
def test_a_name_is_never_empty_or_too_long(typed: str) -> None:
    try:
        name = read_name(typed)
    except Invalid:
        return
    assert 0 < len(name) <= LONGEST_NAME


@pytest.mark.parametrize("number", ["", "+44 20 7946 0018", "(030) 123-45", "112"])
def test_a_telephone_number_stays_as_it_was_typed(number: str) -> None:
    assert read_phone(f" {number} ") == number


@pytest.mark.parametrize("text", ["call me", "+", "12", "1" * 41, "=1+2", "٠١٢٣"])
def test_what_is_no_telephone_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_phone(text)
