"""Recovery codes: made, used once, guessed in vain."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.models import RecoveryCode, RecoveryTries
from firsthand.accounts.recovery import (
    CODES,
    TRIES_A_PEER,
    TRIES_AN_ACCOUNT,
    TRIES_WITHIN,
    make_recovery_codes,
    normal,
    readable,
    redeem_recovery_code,
)
from firsthand.accounts.signing_in import Asker
from firsthand.db import now
from tests.mailbox import Mailbox
from tests.server.house import House, Person

KEY = "a key for tests that guards nothing"
ANA = "ana@example.org"
WRONG = "0000-0000-0000-0000-0000-0000"
_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){5}\b")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def make(person: Person) -> list[str]:
    page = person.client.post("/me/recovery-codes")
    assert page.status_code == 200
    found: list[str] = _CODE.findall(page.text.partition("data-copy")[0])
    return found


def use(client: httpx.Client, code: str, email: str = ANA) -> httpx.Response:
    return client.post("/sign-in/recovery", data={"email": email, "code": code, "next": "/people"})


def guess(house: House, code: str, email: str = ANA, peer: str = "198.51.100.7") -> bool:
    asker = Asker(peer)
    return bool(house.db.write_now(redeem_recovery_code, email, code, KEY, asker))


def later(house: House, by: timedelta = TRIES_WITHIN) -> None:
    def age(session: Session) -> None:
        for each in session.scalars(select(RecoveryTries)):
            each.last_at -= by

    house.db.write_now(age)


def test_ten_codes_are_shown_once_and_kept_as_hashes(house: House) -> None:
    ana = house.person(email=ANA)
    codes = make(ana)
    assert len(set(codes)) == CODES
    assert "10 left" in ana.client.get("/me").text
    kept = house.db.read_now(lambda s: s.scalars(select(RecoveryCode.code_hash)).all())
    assert not any(normal(code) in each for code in codes for each in kept)
    assert not any(code in ana.client.get("/me").text for code in codes)


def test_a_code_signs_in_once(house: House) -> None:
    ana = house.person(email=ANA)
    first, *_ = make(ana)
    client = house.client()
    entered = use(client, first)
    assert entered.status_code == 303
    assert entered.headers["location"] == "/people"
    assert client.get("/api/v1/me").json()["id"] == str(ana.id)
    assert use(house.client(), first).status_code == 400
    assert "9 left" in ana.client.get("/me").text


def test_who_has_no_code_is_told_of_none_left(house: House) -> None:
    ana = house.person(email=ANA)
    assert "Make recovery codes" in ana.client.get("/me").text
    codes = make(ana)
    assert "Make recovery codes" not in ana.client.get("/me").text
    for code in codes:
        assert guess(house, code)
    assert "Make recovery codes" in ana.client.get("/me").text


def test_new_codes_end_the_old_ones(house: House) -> None:
    ana = house.person(email=ANA)
    old, new = make(ana), make(ana)
    assert use(house.client(), old[0]).status_code == 400
    assert use(house.client(), new[0]).status_code == 303


def test_a_code_opens_only_its_own_account(house: House) -> None:
    codes = make(house.person("Ben", "ben@example.org"))
    house.person(email=ANA)
    assert use(house.client(), codes[0]).status_code == 400
    assert use(house.client(), codes[0], "ben@example.org").status_code == 303


def test_the_answer_is_the_same_with_and_without_an_account(house: House) -> None:
    make(house.person(email=ANA))
    known, unknown = (use(house.client(), WRONG, email) for email in (ANA, "new@example.org"))
    assert known.status_code == unknown.status_code == 400
    assert known.text.replace(ANA, "") == unknown.text.replace("new@example.org", "")


def test_the_sixth_try_is_not_judged_and_answered_like_a_wrong_one(house: House) -> None:
    right = make(house.person(email=ANA))[0]
    wrong = [use(house.client(), WRONG) for _ in range(TRIES_AN_ACCOUNT)]
    sixth = use(house.client(), right)
    assert (sixth.status_code, sixth.text) == (wrong[0].status_code, wrong[0].text)
    later(house)
    assert use(house.client(), right).status_code == 303


def test_slow_guessing_is_not_judged_more_often(house: House) -> None:
    right = make(house.person(email=ANA))[0]
    for _ in range(TRIES_AN_ACCOUNT):
        assert not guess(house, WRONG)
        later(house, timedelta(minutes=14))
    assert not guess(house, right)


def test_the_tries_are_forgotten_only_once_the_whole_time_is_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = make(house.person(email=ANA))[0]
    last = now()

    def at(moment: datetime) -> bool:
        monkeypatch.setattr("firsthand.accounts.recovery.now", lambda: moment)
        return guess(house, right)

    monkeypatch.setattr("firsthand.accounts.recovery.now", lambda: last)
    assert not any(guess(house, WRONG) for _ in range(TRIES_AN_ACCOUNT))
    assert not at(last + TRIES_WITHIN)
    assert at(last + TRIES_WITHIN + timedelta(microseconds=1))


def test_whoever_knows_a_code_starts_with_five_tries_again(house: House) -> None:
    codes = make(house.person(email=ANA))
    for code in codes[:2]:
        for _ in range(TRIES_AN_ACCOUNT - 1):
            assert not guess(house, WRONG)
        assert guess(house, code)


def test_thirty_guesses_at_once_are_judged_five_times(house: House) -> None:
    right = make(house.person(email=ANA))[0]
    with ThreadPoolExecutor(30) as threads:
        found = list(threads.map(lambda _: guess(house, WRONG), range(30)))
    assert not any(found)
    tries = house.db.read_now(lambda s: sorted(s.scalars(select(RecoveryTries.tries)).all()))
    assert tries == [TRIES_AN_ACCOUNT, 30]
    assert not guess(house, right)


def test_the_same_code_thirty_times_at_once_signs_in_once(house: House) -> None:
    right = make(house.person(email=ANA))[0]
    with ThreadPoolExecutor(30) as threads:
        found = list(threads.map(lambda _: guess(house, right), range(30)))
    assert found.count(True) == 1


def test_one_network_guesses_for_many_addresses_but_not_for_any_number(house: House) -> None:
    right = make(house.person(email=ANA))[0]
    for number in range(TRIES_A_PEER):
        assert not guess(house, WRONG, f"p{number}@example.org")
    assert not guess(house, right)
    assert guess(house, right, peer="198.51.100.8")


def test_what_is_no_address_is_told_beside_the_field(house: House) -> None:
    refused = use(house.client(), WRONG, "nobody")
    assert refused.status_code == 400
    assert "That is no e-mail address" in refused.text


@pytest.mark.parametrize("code", ["", "\x00", "x" * 900_000, "\u0130\u0131\u017f\u212a", "-" * 300])
def test_nonsense_is_a_wrong_code(house: House, code: str) -> None:
    make(house.person(email=ANA))
    assert use(house.client(), code).status_code == 400


def test_making_and_using_codes_is_told_by_mail(post_office: House, mailbox: Mailbox) -> None:
    codes = make(post_office.person(email=ANA))
    assert "New recovery codes" in mailbox.wait_for(ANA)["Subject"]
    mailbox.clear()
    use(post_office.client(), codes[0])
    assert mailbox.wait_for(ANA)["Subject"] == "A recovery code was used to sign in. 9 are left"


def test_a_code_signs_in_also_where_the_mail_does_not_go_out(post_office: House) -> None:
    codes = make(post_office.person(email="nobody@example.org"))
    client = post_office.client()
    assert use(client, codes[0], "nobody@example.org").status_code == 303


@given(st.text(_LETTERS, min_size=24, max_size=24))
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    assert normal(readable(code)) == code
    assert normal(f" {readable(code).lower()} ") == code
    assert normal(readable(code).replace("0", "o").replace("1", "l").replace("-", " ")) == code


def test_a_code_has_at_least_112_bits(house: House) -> None:
    """Below that a plain hash would not do (ASVS 5.0, 6.5.2)."""
    ana = house.person()
    code = normal(house.db.write_now(make_recovery_codes, ana.id)[0])
    assert set(code) <= set(_LETTERS)
    assert len(code) * 5 >= 112
