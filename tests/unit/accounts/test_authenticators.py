"""What browsers and authenticators answer is read without trusting any of it."""

import json
import logging

import pytest

from firsthand.accounts.authenticators import (
    LONGEST_ANSWER,
    NewKey,
    Site,
    read_answer,
    read_new_key,
    request_options,
    site_of,
)
from tests.authenticator import Authenticator, decoded, encoded

SITE = Site("a.example", "https://a.example")
ASKED = {"challenge": "AAAA", "user": {"id": "AAAA"}}


def authenticator(credential_id: bytes = b"a passkey", more: bytes = b"") -> Authenticator:
    return Authenticator(SITE.origin, SITE.rp_id, credential_id=credential_id, more=more)


def made(device: Authenticator) -> NewKey | None:
    answer = read_answer(device.make(ASKED))
    assert answer is not None
    return read_new_key(SITE, answer)


def test_an_address_of_numbers_stands_in_brackets_as_browsers_write_it() -> None:
    assert site_of("http://[::1]:8000/x") == Site("::1", "http://[::1]:8000")
    assert site_of("https://[2001:db8::1]") == Site("2001:db8::1", "https://[2001:db8::1]")


def test_the_longest_answer_is_read_and_no_longer_one() -> None:
    text = authenticator().make(ASKED)
    assert read_answer(text.ljust(LONGEST_ANSWER)) is not None
    assert read_answer(text.ljust(LONGEST_ANSWER + 1)) is None


@pytest.mark.parametrize(("length", "is_kept"), [(1023, True), (1024, False)])
def test_the_longest_name_of_a_passkey_is_kept_and_no_longer_one(
    length: int, is_kept: bool
) -> None:
    """The protocol allows 1023 (WebAuthn Level 3, 7.1)."""
    assert (made(authenticator(bytes(length))) is not None) == is_kept


@pytest.mark.parametrize(("length", "is_kept"), [(2_000, True), (2_001, False)])
def test_the_longest_key_is_kept_and_no_longer_one(length: int, is_kept: bool) -> None:
    key = made(authenticator(more=bytes(1_000)))
    assert key is not None
    more = bytes(1_000 + length - len(key.public_key))
    assert (made(authenticator(more=more)) is not None) == is_kept


def test_a_passkey_is_called_by_one_name_however_it_is_written() -> None:
    fields = json.loads(authenticator().make(ASKED))
    fields["rawId"] += "=" * (-len(fields["rawId"]) % 4)
    answer = read_answer(json.dumps(fields))
    assert answer is not None
    assert answer.credential_id == encoded(b"a passkey")


def test_an_answer_tells_whose_it_is_or_that_it_tells_it_not() -> None:
    device = authenticator()
    for handle in (b"somebody", b""):
        device.handle = handle
        answer = read_answer(device.sign(ASKED))
        assert answer is not None
        assert answer.user_handle == (handle or None)


def test_only_the_passkeys_that_are_named_are_asked_for() -> None:
    asked = request_options(SITE, b"a challenge", [encoded(b"one"), encoded(b"another")])
    assert [decoded(each["id"]) for each in asked["allowCredentials"]] == [b"one", b"another"]


def test_the_log_says_that_an_answer_was_refused_and_nothing_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "firsthand.passkeys")
    assert read_answer('{"rawId": "of-somebody"}') is None
    assert "a passkey's answer was refused: KeyError" in caplog.text
    assert "of-somebody" not in caplog.text
