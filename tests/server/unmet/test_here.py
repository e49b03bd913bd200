"""The page of an event one is at: what waits, and the way on."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from firsthand.db import now
from firsthand.events.days import local_day
from firsthand.followups.models import FollowUp
from firsthand.meetings.models import Meeting
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.server.house import House, Person


@pytest.fixture
def mira(house: House) -> Person:
    """At an event where she has promised one thing; she does not run it."""
    organiser = house.person("Organiser")
    event = house.event(organiser, timezone="UTC")
    mira = house.person("Mira Andersen")
    house.attendee(event, mira)
    wearer = house.attendee(event, "Fenna Wouters")
    draft = MeetingDraft(attendee=wearer.id, event="seaside", intents=["coffee"])
    house.db.write_now(keep_meeting, mira.id, draft)
    return mira


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, "the first is 3 days late"),
        (-1, "the first is a day late"),
        (0, "the next is due today"),
        (1, "the next is due tomorrow"),
        (3, "the next is due"),
    ],
)
def test_what_is_late_is_not_called_the_next(
    house: House, mira: Person, days: int, words: str
) -> None:
    due = local_day(now(), ZoneInfo("UTC")) + timedelta(days=days)
    house.db.write_now(lambda session: session.execute(update(FollowUp).values(due=due)))
    assert words in mira.client.get("/events/seaside").text


@pytest.mark.parametrize(("ago", "when"), [(0, "today"), (1, "yesterday"), (2, "on ")])
def test_when_they_say_that_you_met_is_told_in_words(house: House, ago: int, when: str) -> None:
    ana, bob = house.person("Ana"), house.person("Bob")
    event = house.event(bob, timezone="UTC")
    house.attendee(event, bob)
    house.scan(bob, house.attendee(event, ana))
    day = local_day(now(), ZoneInfo("UTC")) - timedelta(days=ago)
    house.db.write_now(lambda session: session.execute(update(Meeting).values(day=day)))
    page = ana.client.get("/events/seaside").text
    assert f"says you met at {event.name} {when}" in page


def test_who_organises_finds_the_way_from_the_first_page(house: House) -> None:
    organiser = house.person("Organiser")
    house.attendee(house.event(organiser), organiser)
    assert 'href="/organise"' in organiser.client.get("/events/seaside").text


def test_everybody_who_is_listed_is_a_tap_away(mira: Person) -> None:
    page = mira.client.get("/events/seaside").text
    assert '<a href="/events/seaside/attendees">Everybody here</a>' in page
    assert '<h1 dir="auto">Everybody here</h1>' in mira.client.get("/events/seaside/attendees").text


def test_who_only_attends_is_not_sent_to_organise(mira: Person) -> None:
    assert 'href="/organise">' not in mira.client.get("/events/seaside").text
