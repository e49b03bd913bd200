import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.badges.codes import (
    ALPHABET,
    BadgeToken,
    BrokenBadge,
    ForeignCode,
    ShortCode,
    badge_address,
    fits_qr_alphanumeric,
    new_short_code,
    new_token,
    normalise_short_code,
    normalise_token,
    read_code,
    spoken_short_code,
)

BASE = "https://meet.example.org"
TOKEN = "0123456789ABCDEFGHJKMNPQRS"

tokens = st.text(ALPHABET, min_size=26, max_size=26)
short_codes = st.text(ALPHABET, min_size=8, max_size=8)
bases = st.sampled_from(
    [
        BASE,
        f"{BASE}/",
        "http://localhost:8000",
        "https://example.org/tools/firsthand",
        "https://a.b:8443/x/",
    ]
)


def test_the_alphabet_has_no_letter_that_looks_like_a_digit() -> None:
    assert len(ALPHABET) == 32
    assert not set(ALPHABET) & set("ILOU")


def test_a_new_token_carries_at_least_128_random_bits() -> None:
    assert len(new_token()) * 5 >= 128
    assert len({new_token() for _ in range(1000)}) == 1000


def test_new_codes_are_already_normal() -> None:
    token, short_code = new_token(), new_short_code()
    assert normalise_token(token) == token
    assert normalise_short_code(short_code) == short_code


@given(short_codes)
def test_a_short_code_is_understood_as_it_is_printed(code: str) -> None:
    assert normalise_short_code(spoken_short_code(code)) == code


@pytest.mark.parametrize(
    "typed",
    ["7F3C1KQ0", "7f3c1kq0", "7f3c-lkqo", " 7F3C IKQO ", "7-F-3-C-1-K-Q-0", "7f3c\u20131kq0"],
)
def test_a_short_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert normalise_short_code(typed) == "7F3C1KQ0"


@pytest.mark.parametrize(
    "typed",
    ["", "7F3C9KQ", "7F3C9KQ22", "7F3C9KQU", "7F3C9KQ!", "7F3C9KQ\uff12", "7F3C9KQß", "-" * 8],
)
def test_what_is_not_eight_crockford_characters_is_no_short_code(typed: str) -> None:
    assert normalise_short_code(typed) is None


@given(st.text())
def test_normalising_is_total_and_settles_at_once(text: str) -> None:
    for normalise in (normalise_token, normalise_short_code):
        normal = normalise(text)
        assert normal is None or normalise(normal) == normal


@given(tokens, bases)
def test_a_printed_address_reads_back_as_its_token(token: str, base: str) -> None:
    assert read_code(badge_address(base, token), base) == BadgeToken(token)


@given(tokens)
def test_an_address_without_a_path_of_its_own_fits_the_alphanumeric_mode(token: str) -> None:
    assert fits_qr_alphanumeric(badge_address(BASE, token))


def test_the_case_of_an_instance_with_a_path_is_kept() -> None:
    base = "https://example.org/tools"
    assert badge_address(base, TOKEN) == f"https://example.org/tools/b/{TOKEN}"


@pytest.mark.parametrize(
    "text",
    [
        f"https://meet.example.org/b/{TOKEN}",
        f"HTTPS://MEET.EXAMPLE.ORG/B/{TOKEN}",
        f"http://meet.example.org/b/{TOKEN}",
        f"https://meet.example.org:443/b/{TOKEN}",
        f"http://meet.example.org:80/b/{TOKEN}",
        f"https://meet.example.org/b/{TOKEN.lower()}/",
        f"https://meet.example.org/b/{TOKEN}?utm_source=camera#top",
        f"  https://meet.example.org/b/{TOKEN}\n",
    ],
)
def test_this_instances_badge_is_known_however_its_address_is_written(text: str) -> None:
    assert read_code(text, BASE) == BadgeToken(TOKEN)


@pytest.mark.parametrize(
    "text",
    [
        f"{BASE}/b/",
        f"{BASE}/b",
        f"{BASE}/b/{TOKEN[:-1]}",
        f"{BASE}/b/{TOKEN}0",
        f"{BASE}/b/{TOKEN}/edit",
        f"{BASE}/b/{TOKEN[:-1]}U",
        f"{BASE}/b/%00",
    ],
)
def test_a_badge_address_without_a_token_is_a_broken_badge(text: str) -> None:
    assert read_code(text, BASE) == BrokenBadge()


@pytest.mark.parametrize(
    "text",
    [
        "",
        TOKEN,
        f"https://evil.example.org/b/{TOKEN}",
        f"https://meet.example.org.evil.example/b/{TOKEN}",
        f"https://meet.example.org@evil.example/b/{TOKEN}",
        f"https://user@meet.example.org/b/{TOKEN}",
        f"https://meet.example.org:8443/b/{TOKEN}",
        f"https://meet.example.org:99999/b/{TOKEN}",
        f"https://meet.example.org/badges/{TOKEN}",
        f"https://meet.example.org/x/b/{TOKEN}",
        f"ftp://meet.example.org/b/{TOKEN}",
        f"//meet.example.org/b/{TOKEN}",
        f"/b/{TOKEN}",
        "https://[::1",
        "BEGIN:VCARD\nFN:Ana\nEND:VCARD",
        "mailto:ana@example.org",
        "7F3C9KQU",
        "A" * 1_000_000,
        f"{BASE}/b/" + "0" * 1_000_000,
    ],
)
def test_every_other_code_is_foreign_and_kept_as_it_was_read(text: str) -> None:
    assert read_code(text, BASE) == ForeignCode(text)


def test_an_instance_with_a_path_knows_only_badges_under_it() -> None:
    base = "https://example.org/tools"
    assert read_code(f"https://example.org/tools/b/{TOKEN}", base) == BadgeToken(TOKEN)
    assert read_code(f"https://example.org/b/{TOKEN}", base) == ForeignCode(
        f"https://example.org/b/{TOKEN}"
    )


def test_a_bare_text_of_eight_characters_is_a_short_code() -> None:
    assert read_code("7f3c-9kq2", BASE) == ShortCode("7F3C9KQ2")


@given(st.one_of(st.text(), st.from_regex(r"(?i)https?://meet\.example\.org[:/@].*")), bases)
def test_reading_a_code_is_total(text: str, base: str) -> None:
    read = read_code(text, base)
    if isinstance(read, BadgeToken):
        assert normalise_token(read.token) == read.token
    if isinstance(read, ShortCode):
        assert normalise_short_code(read.code) == read.code
    if isinstance(read, ForeignCode):
        assert read.text == text
