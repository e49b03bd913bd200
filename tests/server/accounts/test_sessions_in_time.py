"""For how long a session lasts, to the moment; and which one is ended, seen, taken."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from firsthand.accounts import sessions
from firsthand.accounts.acts import AccountAct, Act
from firsthand.accounts.models import SignInSession, number_of
from firsthand.accounts.sessions import (
    SESSION_LASTS,
    SESSION_LASTS_UNSEEN,
    is_seen_again,
    note_seen,
    sessions_of,
    start_session,
    take_session,
    viewer_of_session,
)
from firsthand.accounts.signing_in import BrowserSession, Viewer, hash_token
from firsthand.db import new_id
from tests.server.house import House, Person

BEGUN = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
SetClock = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Sets the clock by which sessions go."""
    return lambda moment: monkeypatch.setattr(sessions, "now", lambda: moment)


@pytest.fixture
def ana(house: House, at: SetClock) -> Person:
    """Ana, whose session of the test is of long ago."""
    at(BEGUN - SESSION_LASTS)
    return house.person()


def signed_in(house: House, person: Person, browser: str = "") -> str:
    return house.db.write_now(start_session, person.id, browser)


def change(house: House, token: str, **values: Any) -> None:
    this = SignInSession.token_hash == hash_token(token)
    house.db.write_now(lambda s: s.execute(update(SignInSession).where(this).values(**values)))


def is_alive(house: House, token: str) -> bool:
    return house.db.read_now(viewer_of_session, token) is not None


def kept(house: House) -> set[str]:
    return set(house.db.read_now(lambda s: s.scalars(select(SignInSession.token_hash)).all()))


def seen_at(house: House, token: str) -> datetime:
    this = SignInSession.token_hash == hash_token(token)
    return house.db.read_now(
        lambda s: s.scalars(select(SignInSession.last_seen_at).where(this)).one()
    )


@pytest.mark.parametrize(("days", "one_comes"), [(90, True), (30, False)])
def test_it_lasts_ninety_days_where_one_comes_and_thirty_where_not(
    house: House, ana: Person, at: SetClock, days: int, one_comes: bool
) -> None:
    at(BEGUN)
    token = signed_in(house, ana)
    over = BEGUN + timedelta(days=days)
    if one_comes:
        change(house, token, last_seen_at=over - HOUR)
    at(over - INSTANT)
    assert is_alive(house, token)
    at(over)
    assert not is_alive(house, token)


def test_what_has_ended_is_swept_out_listed_nowhere_and_not_taken(
    house: House, ana: Person, at: SetClock
) -> None:
    at(BEGUN)
    old, unseen, alive = (signed_in(house, ana, name) for name in ("old", "unseen", "alive"))
    change(house, old, expires_at=BEGUN)
    change(house, unseen, last_seen_at=BEGUN - SESSION_LASTS_UNSEEN)
    listed = house.db.read_now(sessions_of, ana.id)
    assert [each.browser for each in listed] == ["alive"]
    assert not house.db.write_now(take_session, old)
    assert not house.db.write_now(take_session, unseen)
    new = signed_in(house, house.person("Ben"))
    assert {hash_token(alive), hash_token(new)} <= kept(house)
    assert kept(house).isdisjoint({hash_token(old), hash_token(unseen)})


def test_only_the_one_whose_secret_it_is_is_taken_and_once(
    house: House, ana: Person, at: SetClock
) -> None:
    at(BEGUN)
    one, other = signed_in(house, ana), signed_in(house, ana)
    assert house.db.write_now(take_session, one)
    assert not house.db.write_now(take_session, one)
    assert is_alive(house, other)


def test_what_a_browser_says_of_itself_is_cut(house: House, ana: Person, at: SetClock) -> None:
    at(BEGUN)
    signed_in(house, ana, "x" * 300)
    (listed,) = house.db.read_now(sessions_of, ana.id)
    assert listed.browser == "x" * 200


def test_a_visit_is_noted_when_more_than_an_hour_has_gone_by(
    house: House, ana: Person, at: SetClock
) -> None:
    at(BEGUN)
    token, other = signed_in(house, ana), signed_in(house, house.person("Ben"))
    at(BEGUN + HOUR)
    house.db.write_now(note_seen, token)
    assert seen_at(house, token) == BEGUN
    later = BEGUN + HOUR + INSTANT
    at(later)
    house.db.write_now(note_seen, token)
    assert seen_at(house, token) == later
    assert seen_at(house, other) == BEGUN


def test_until_then_it_is_no_time_to_note_it() -> None:
    browser = BrowserSession("0" * 12, BEGUN, BEGUN)
    viewer = Viewer(new_id(), "Ana", "ana@example.org", session=browser)
    assert not is_seen_again(viewer, BEGUN + HOUR)
    assert is_seen_again(viewer, BEGUN + HOUR + INSTANT)
    assert not is_seen_again(Viewer(new_id(), "A script", "ana@example.org"), BEGUN + 2 * HOUR)


def test_signing_out_with_a_session_that_is_none_is_no_mistake(house: House) -> None:
    client = house.client()
    client.cookies.set(house.settings.session_cookie, "nothing")
    gone = client.delete("/session")
    assert (gone.status_code, gone.headers["location"]) == (303, "/")


def test_which_browser_was_signed_out_is_told_in_the_log(house: House) -> None:
    ana = house.person()
    firefox = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"
    number = number_of(hash_token(signed_in(house, ana, firefox)))
    assert ana.client.delete(f"/sessions/{number}").status_code == 303
    acts = select(AccountAct.act, AccountAct.detail).where(AccountAct.act == Act.SIGNED_OUT)
    told = house.db.read_now(lambda session: session.execute(acts).all())
    assert [tuple(row) for row in told] == [(Act.SIGNED_OUT, "Firefox on Android")]
