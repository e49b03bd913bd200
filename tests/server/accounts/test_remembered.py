"""Who asks is remembered for a second, and forgotten at once where something changes here."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.accounts import viewers
from firsthand.accounts.models import SignInSession
from firsthand.accounts.sessions import end_sessions
from firsthand.accounts.signing_in import hash_token
from firsthand.accounts.viewers import Viewers
from firsthand.db import now
from tests.server.house import House, Person
from tests.statements import statements

ME = "/api/v1/me"


class Clock:
    """What the memory goes by, in seconds."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It stands still."""
    clock = Clock()
    monkeypatch.setattr(viewers, "time", clock)
    return clock


def end_elsewhere(house: House, person: Person) -> None:
    """As another replica does it: this one is not told."""
    house.db.write_now(end_sessions, person.id)


def test_what_another_server_revokes_holds_after_a_second(house: House, clock: Clock) -> None:
    ana = house.person()
    assert ana.client.get(ME).status_code == 200
    end_elsewhere(house, ana)
    clock.seconds += 0.5
    assert ana.client.get(ME).status_code == 200
    clock.seconds += 0.5
    assert ana.client.get(ME).status_code == 401


def test_who_opens_nothing_is_looked_for_each_time(house: House, clock: Clock) -> None:
    ana, client = house.person(), house.client()
    client.cookies.set(house.settings.session_cookie, "soon")
    assert client.get(ME).status_code == 401

    def sign_in(session: Session) -> None:
        ends = now() + timedelta(days=1)
        session.add(
            SignInSession(token_hash=hash_token("soon"), account_id=ana.id, expires_at=ends)
        )

    house.db.write_now(sign_in)
    assert client.get(ME).json()["id"] == str(ana.id)


def test_one_is_forgotten_and_the_others_are_not(house: House, clock: Clock) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    for person in (ana, ben):
        assert person.client.get(ME).status_code == 200
        end_elsewhere(house, person)
    house.app.state.viewers.forget(ana.id)
    assert [each.client.get(ME).status_code for each in (ana, ben)] == [401, 200]
    house.app.state.viewers.forget_everybody()
    assert ben.client.get(ME).status_code == 401


Forget = Callable[[Viewers, UUID], None]


@pytest.mark.parametrize(
    "forget",
    [Viewers.forget, lambda remembered, _: remembered.forget_everybody()],
    ids=["one", "everybody"],
)
def test_what_was_being_read_while_somebody_was_forgotten_is_not_remembered(
    house: House, clock: Clock, forget: Forget
) -> None:
    ana = house.person()
    secret = ana.client.cookies[house.settings.session_cookie]

    def organises(_: Session, account_id: UUID) -> bool:
        forget(remembered, account_id)
        return False

    remembered = Viewers(house.db, organises)
    assert asyncio.run(remembered.with_secret(secret)) is not None
    end_elsewhere(house, ana)
    assert asyncio.run(remembered.with_secret(secret)) is None


def test_a_visit_within_the_hour_writes_nothing(house: House) -> None:
    ana = house.person()

    def was_seen(minutes: int) -> None:
        seen = now() - timedelta(minutes=minutes)
        house.db.write_now(lambda s: s.execute(update(SignInSession).values(last_seen_at=seen)))
        house.app.state.viewers.forget_everybody()

    def writes() -> int:
        with statements() as said:
            assert ana.client.get(ME).status_code == 200
        return len([each for each in said if each.startswith("UPDATE sign_in_session")])

    was_seen(59)
    assert writes() == 0
    was_seen(61)
    assert writes() == 1
