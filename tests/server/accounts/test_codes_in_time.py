"""For how long codes and links last, to the moment, and for whom."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts import signing_in
from firsthand.accounts.models import Account, EmailCode
from firsthand.accounts.signing_in import (
    CODE_TRIES,
    CODES_AN_ADDRESS,
    AskedCode,
    Asker,
    account_of,
    ask_for_code,
    asked_address,
    make_link_token,
    redeem_code,
    redeem_link,
)
from firsthand.db import Database
from firsthand.problems import NotFound
from tests.server.house import House

MIRA, BO = "mira@example.org", "bo@example.org"
KEY = "a key for tests that guards nothing"
BEGUN = datetime(2026, 3, 1, 9, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
SetClock = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Sets the clock by which codes and links go; it stands at the beginning."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(signing_in, "now", lambda: moment)

    set_clock(BEGUN)
    return set_clock


def ask(house: House, email: str = MIRA, asker: Asker | None = None) -> AskedCode:
    return house.db.write_now(ask_for_code, email, KEY, asker)


def redeem(house: House, browser: str, code: str) -> UUID | None:
    return house.db.write_now(redeem_code, browser, code, [KEY])


def waits_for(house: House, asked: AskedCode) -> str | None:
    return house.db.read_now(asked_address, asked.browser)


def codes(db: Database) -> int:
    return len(db.read_now(lambda session: session.scalars(select(EmailCode)).all()))


# -- codes


def test_a_code_works_for_ten_minutes(house: House, at: SetClock) -> None:
    in_time, late = ask(house), ask(house, BO)
    over = BEGUN + timedelta(minutes=10)
    at(over - INSTANT)
    assert waits_for(house, in_time) == MIRA
    assert redeem(house, in_time.browser, in_time.code) is not None
    at(over)
    assert waits_for(house, late) is None
    assert redeem(house, late.browser, late.code) is None


def test_the_fifth_try_counts_and_the_sixth_does_not(house: House, at: SetClock) -> None:
    asked = [ask(house, email) for email in (MIRA, BO)]
    for mistakes, each in zip((CODE_TRIES - 1, CODE_TRIES), asked, strict=True):
        for _ in range(mistakes):
            assert redeem(house, each.browser, "AAAAAAAA") is None
    assert redeem(house, asked[0].browser, asked[0].code) is not None
    assert redeem(house, asked[1].browser, asked[1].code) is None


def test_the_tries_of_one_browser_are_not_anothers(house: House, at: SetClock) -> None:
    """Else whoever knows an address could keep its owner out."""
    thief, mira = ask(house), ask(house)
    for _ in range(CODE_TRIES):
        assert redeem(house, thief.browser, mira.code) is None
    assert redeem(house, mira.browser, mira.code) is not None


def test_each_browser_waits_for_its_own_address(house: House, at: SetClock) -> None:
    mira, bo = ask(house), ask(house, BO)
    assert (waits_for(house, mira), waits_for(house, bo)) == (MIRA, BO)
    assert house.db.read_now(asked_address, "another") is None
    assert house.db.read_now(asked_address, "") is None
    account = redeem(house, bo.browser, bo.code)
    email = select(Account.email).where(Account.id == account)
    assert house.db.read_now(lambda session: session.scalar(email)) == BO
    # Bo's sign-in ends the codes of Bo's address alone.
    assert redeem(house, mira.browser, mira.code) is not None


def test_an_address_gets_mail_again_when_the_hour_is_over(house: House, at: SetClock) -> None:
    for _ in range(CODES_AN_ADDRESS):
        assert ask(house).mailed
    over = BEGUN + timedelta(hours=1)
    at(over - INSTANT)
    assert not ask(house).mailed
    assert ask(house, BO).mailed
    at(over)
    assert ask(house).mailed


def test_who_asks_again_in_the_same_browser_gets_another_code(house: House, at: SetClock) -> None:
    first = ask(house)
    again = ask(house, asker=Asker(browser=first.browser))
    assert again.mailed
    assert again.code not in {first.code, ""}
    assert again.browser != first.browser
    assert redeem(house, again.browser, again.code) is not None


def test_what_a_browser_gets_for_a_code_that_was_not_sent_looks_like_any(
    house: House, at: SetClock
) -> None:
    sent = [ask(house) for _ in range(CODES_AN_ADDRESS)]
    unsent = ask(house)
    elsewhere = ask(house, asker=Asker(browser=ask(house, BO).browser))
    assert not unsent.mailed
    assert not elsewhere.mailed
    browsers = [each.browser for each in (*sent, unsent, elsewhere)]
    assert len(set(browsers)) == len(browsers)
    assert len({len(each) for each in browsers}) == 1
    assert waits_for(house, unsent) == waits_for(house, elsewhere) == MIRA


def test_askers_of_whom_no_network_is_known_are_not_one_network(
    house: House, at: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "CODES_A_PEER", 2)
    assert all(ask(house, f"p{number}@example.org").mailed for number in range(4))


def test_codes_are_kept_for_a_day(house: House, at: SetClock) -> None:
    ask(house)
    tomorrow = BEGUN + timedelta(days=1)
    at(tomorrow)
    ask(house, BO)
    assert codes(house.db) == 2
    at(tomorrow + INSTANT)
    ask(house, BO)
    assert codes(house.db) == 2


# -- links


def test_a_link_works_for_a_week(house: House, at: SetClock) -> None:
    ana = house.person()
    made = [
        house.db.write_now(make_link_token, ana.email, reusable=reusable)
        for reusable in (True, False, False)
    ]
    over = BEGUN + timedelta(days=7)
    at(over - INSTANT)
    assert [house.db.write_now(redeem_link, token) for token in made[:2]] == [ana.id, ana.id]
    at(over)
    assert [house.db.write_now(redeem_link, token) for token in made] == [None] * 3


def test_a_link_opens_its_own_account_only(house: House, at: SetClock) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    for_ana = house.db.write_now(make_link_token, ana.email, reusable=True)
    for_ben = house.db.write_now(make_link_token, ben.email)
    assert house.db.write_now(redeem_link, "nothing") is None
    assert house.db.write_now(redeem_link, for_ben) == ben.id
    assert house.db.write_now(redeem_link, for_ana) == ana.id


def test_there_is_no_link_for_an_address_that_nobody_has(house: House) -> None:
    house.person()
    with pytest.raises(NotFound, match="There is no account with the address"):
        house.db.write_now(make_link_token, MIRA)


def test_a_code_opens_the_account_that_is_there_and_changes_nothing_of_it(house: House) -> None:
    mira, asked = house.person("Mira Andersen", MIRA), ask(house)
    assert redeem(house, asked.browser, asked.code) == mira.id

    def name(session: Session) -> str | None:
        return session.scalar(select(Account.name).where(Account.email == MIRA))

    assert house.db.read_now(name) == "Mira Andersen"


def test_an_account_that_is_there_is_found_where_nothing_may_be_written(house: House) -> None:
    mira = house.person("Mira Andersen", MIRA)
    assert house.db.read_now(account_of, MIRA) == mira.id
