"""Somebody whom one knows online has arrived: both allow it, and both are here."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.db import now
from firsthand.events.models import Event
from firsthand.reminders.arrivals import note_arrivals, scanned_today
from firsthand.reminders.models import Delivery
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.server.house import House, Person, Wearer, tie
from tests.server.reminders.test_digests import WISH

HERE = "/events/seaside"


@pytest.fixture
def event(house: House) -> Event:
    return house.event(house.person("Olga Organiser"), timezone="UTC")


@pytest.fixture
def ana(house: House, event: Event) -> Person:
    """Lets others be told; not here yet."""
    ana = house.person("Ana Lima")
    house.attendee(event, ana, handles=[("x", "@ana")])
    choose(ana, show_arrival="yes")
    return ana


@pytest.fixture
def mira(house: House, event: Event, ana: Person) -> Person:
    """Knows Ana online, wants to be told, and is here."""
    mira = house.person("Mira Andersen")
    house.attendee(event, mira)
    house.ties(mira, tie("ana"))
    choose(mira, tell_arrivals="yes")
    arrive(mira)
    return mira


def choose(who: Person, **wish: str) -> None:
    assert who.client.put("/me/reminders", data={**WISH, **wish}).status_code == 303


def arrive(who: Person) -> None:
    assert who.client.put(f"{HERE}/arrival").status_code == 303


def is_told(house: House, who: Person) -> bool:
    house.settle()
    return "Just arrived" in who.client.get(HERE).text


def test_who_asked_is_told_once_of_somebody_they_know(
    house: House, mira: Person, ana: Person
) -> None:
    assert not is_told(house, mira)
    for _ in range(2):
        arrive(ana)
    assert is_told(house, mira)
    assert "Ana Lima" in mira.client.get(HERE).text

    def count(session: Session) -> int:
        return len(session.scalars(select(Delivery)).all())

    assert house.db.read_now(count) == 1


@pytest.mark.parametrize(
    "why_not",
    [
        "did not ask",
        "is not here",
        "has met her",
        "does not know her",
        "she lets nobody be told",
        "she is not listed",
        "she hides the handle",
        "she has blocked them",
        "not interested",
    ],
)
def test_nobody_is_told_unless_both_allow_it_and_the_list_would_show_her(
    house: House, event: Event, why_not: str
) -> None:
    ana = house.person("Ana Lima")
    wearer = house.attendee(event, ana, handles=[("x", "@ana")])
    mira = house.person("Mira Andersen")
    house.attendee(event, mira)
    if why_not != "does not know her":
        house.ties(mira, tie("ana"))
    choose(ana, show_arrival="no" if why_not == "she lets nobody be told" else "yes")
    choose(mira, tell_arrivals="no" if why_not == "did not ask" else "yes")
    if why_not != "is not here":
        arrive(mira)
    hinder(house, why_not, mira, ana, wearer)
    arrive(ana)
    assert not is_told(house, mira)
    assert not is_told(house, ana)


def hinder(house: House, why_not: str, mira: Person, ana: Person, wearer: Wearer) -> None:
    if why_not == "has met her":
        draft = MeetingDraft(attendee=wearer.id, event="seaside")
        house.db.write_now(keep_meeting, mira.id, draft)
    elif why_not == "she is not listed":
        ana.client.put("/me/events/seaside/listing", data={"listed": "no"})
    elif why_not == "she hides the handle":
        (handle,) = ana.client.get("/api/v1/me").json()["handles"]
        answer = ana.client.patch(f"/me/handles/{handle['id']}", data={"circle": "met"})
        assert answer.status_code in {200, 303}, answer.text
    elif why_not == "she has blocked them":
        house.db.write_now(block, ana.id, mira.id)
    elif why_not == "not interested":
        mira.client.put(f"{HERE}/unmet/{wearer.id}/dismissal")


def test_a_badge_that_somebody_scans_says_that_its_wearer_is_here(
    house: House, event: Event
) -> None:
    ana, mira, cem = (house.person(name) for name in ("Ana Lima", "Mira", "Cem"))
    wearers = [house.attendee(event, ana, handles=[("x", "@ana")]), house.attendee(event, mira)]
    house.attendee(event, cem)
    house.ties(mira, tie("ana"))
    choose(ana, show_arrival="yes")
    choose(mira, tell_arrivals="yes")
    for wearer in reversed(wearers):
        house.scan(cem, wearer, scanned_at=now().isoformat(), event="seaside")
        house.db.write_now(note_arrivals, house.db.read_now(scanned_today, now()))
    assert house.db.read_now(scanned_today, now()) == []
    assert is_told(house, mira)


def test_who_took_the_choice_back_meanwhile_is_told_nothing(
    house: House, mira: Person, ana: Person
) -> None:
    choose(ana, show_arrival="no")
    arrive(ana)
    assert not is_told(house, mira)
