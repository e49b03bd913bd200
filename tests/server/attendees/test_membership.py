"""Whose place at an event is whose, and what its owner does with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from firsthand.attendees.membership import (
    ATTENDEE_ARRIVED,
    arrive,
    claim_by_email,
    event_by_join_code,
    join_event,
)
from firsthand.attendees.models import Attendee
from firsthand.events.models import Event
from firsthand.organising.list_reading import read_list
from firsthand.organising.lists import import_read_list
from firsthand.outbox import OutboxEntry
from firsthand.problems import NotFound
from tests.server.house import House, Person, tie


@pytest.fixture
def olga(house: House) -> Person:
    return house.person("Olga Organiser")


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana Oliveira", "ana@example.org")


@pytest.fixture
def seaside(house: House, olga: Person) -> Event:
    return house.event(olga)


@pytest.fixture
def inland(house: House, olga: Person) -> Event:
    return house.event(olga, "inland", "Recruiters Inland")


def places(who: Person) -> dict[str, dict[str, Any]]:
    """By event, as its owner is told."""
    return {each["slug"]: each for each in who.client.get("/api/v1/me").json()["events"]}


def listings(who: Person) -> dict[str, bool]:
    return {slug: each["listed"] for slug, each in places(who).items()}


def test_each_list_gives_the_one_place_of_the_address(
    house: House, ana: Person, seaside: Event, inland: Event
) -> None:
    own = {}
    for event in (seaside, inland):
        for name in ("Bo", "Cy"):
            house.attendee(event, name, email=f"{name}@example.org")
        own[event.slug] = house.attendee(event, "A. Oliveira", email=ana.email)
    house.attendee(seaside, "Di")
    house.db.write_now(claim_by_email, ana.id)
    found = {slug: each["attendee"] for slug, each in places(ana).items()}
    assert found == {slug: str(each.id) for slug, each in own.items()}


def test_a_place_that_somebody_has_is_nobody_elses(
    house: House, ana: Person, seaside: Event
) -> None:
    """The list has another address by now; whose place it is stays."""
    ben = house.person("Ben")
    place = house.attendee(seaside, ben)
    corrected = update(Attendee).where(Attendee.id == place.id).values(email=ana.email)
    house.db.write_now(lambda session: session.execute(corrected))
    house.db.write_now(claim_by_email, ana.id)
    assert f"/me/places/{place.id}" not in ana.client.get("/me").text
    assert ana.client.put(f"/me/places/{place.id}").status_code == 404
    assert places(ana) == {}
    assert places(ben)["seaside"]["attendee"] == str(place.id)


def test_who_is_at_an_event_takes_no_second_place_there(
    house: House, ana: Person, seaside: Event
) -> None:
    house.db.write_now(join_event, ana.id, seaside.join_code, listed=True)
    (before,) = places(ana).values()
    other = house.attendee(seaside, "A. Oliveira", email=ana.email)
    house.db.write_now(claim_by_email, ana.id)
    assert f"/me/places/{other.id}" not in ana.client.get("/me").text
    assert ana.client.put(f"/me/places/{other.id}").status_code == 404
    assert list(places(ana).values()) == [before]


def test_only_places_of_ones_own_address_are_offered(
    house: House, ana: Person, seaside: Event, inland: Event
) -> None:
    own = [house.attendee(inland, name, email=ana.email) for name in ("Ana", "Ana's guest")]
    others = [house.attendee(seaside, name, email="bo@example.org") for name in ("Bo", "Bea")]
    page = ana.client.get("/me").text
    assert all(f"/me/places/{each.id}" in page for each in own)
    assert not any(f"/me/places/{each.id}" in page for each in others)
    assert "Recruiters Inland" in page
    assert ana.client.put(f"/me/places/{others[0].id}").status_code == 404
    assert ana.client.put(f"/me/places/{own[1].id}").status_code == 303
    assert places(ana)["inland"]["attendee"] == str(own[1].id)


def test_what_is_chosen_at_one_event_is_chosen_there_alone(
    house: House, ana: Person, seaside: Event, inland: Event
) -> None:
    for event in (seaside, inland):
        house.attendee(event, house.person("Ben"))
        house.attendee(event, ana)
    ana.client.put("/me/events/inland/listing", data={"listed": "no"})
    assert listings(ana) == {"seaside": True, "inland": False}
    ana.client.put("/me/events/seaside/listing", data={"listed": "no"})
    ana.client.put("/me/events/inland/listing", data={"listed": "yes"})
    assert listings(ana) == {"seaside": False, "inland": True}
    for slug, name in (("seaside", "Recruiters by the Sea"), ("inland", "Recruiters Inland")):
        assert name in ana.client.get(f"/events/{slug}").text


def test_who_joins_one_event_after_another_is_at_both(
    house: House, ana: Person, seaside: Event, inland: Event
) -> None:
    for event in (seaside, inland):
        house.attendee(event, house.person("Ben"))
        assert ana.client.post(f"/join/{event.join_code}").status_code == 303
    assert set(places(ana)) == {"seaside", "inland"}


@pytest.mark.parametrize("way", ["by the link", "by the list"])
def test_who_comes_to_an_event_is_suggested_to_whom_they_know(
    house: House, ana: Person, seaside: Event, way: str
) -> None:
    bela = house.person("Bela Lima")
    house.attendee(seaside, bela)
    house.ties(bela, tie("ana"))
    ana.client.post("/me/handles", data={"handle": "x.com/ana"})
    if way == "by the link":
        ana.client.post(f"/join/{seaside.join_code}", data={"listed": "yes"})
    else:
        house.attendee(seaside, "A. Oliveira", email=ana.email)
        house.db.write_now(claim_by_email, ana.id)
    house.settle()
    assert "Ana Oliveira" in bela.client.get("/events/seaside/unmet").text


def test_a_list_says_only_what_an_account_does_not_say_of_itself(
    house: House, olga: Person
) -> None:
    said = {"name": "Nia", "headline": "Talent lead", "company": "Harbour Labs"}
    of_list = {"name": "N. Lista", "headline": "Baker", "company": "Bakery"}
    for number, empty in enumerate(said):
        nia = house.person("" if empty == "name" else "Nia")
        own = {field: value for field, value in said.items() if field != empty}
        assert nia.client.patch("/api/v1/me", json=own).status_code == 200
        event = house.event(olga, f"event-{number}")
        house.attendee(
            event, of_list["name"], email=nia.email,
            headline=of_list["headline"], company=of_list["company"],
        )  # fmt: skip
        house.db.write_now(claim_by_email, nia.id)
        me = nia.client.get("/api/v1/me").json()
        assert {field: me[field] for field in said} == {**own, empty: of_list[empty]}


@pytest.mark.parametrize(("listed", "times"), [("yes", 1), ("no", 0)])
def test_the_log_tells_of_joining_only_who_lets_others_find_them(
    ana: Person, seaside: Event, listed: str, times: int
) -> None:
    for _ in range(2):
        ana.client.post(f"/join/{seaside.join_code}", data={"listed": listed})
    assert ana.client.get("/me/log").text.count("Listed to the attendees") == times


def test_the_log_tells_of_no_choice_that_changes_nothing(
    house: House, ana: Person, seaside: Event
) -> None:
    house.attendee(seaside, ana, listed=False)
    for _ in range(2):
        ana.client.put("/me/events/seaside/listing", data={"listed": "yes"})
    assert ana.client.get("/me/log").text.count("Listed to the attendees") == 1


def test_who_says_it_twice_has_arrived_once_a_day(house: House, ana: Person) -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    event = house.event(ana, starts=noon.date(), ends=noon.date() + timedelta(days=1))
    house.attendee(event, ana)
    told = select(func.count()).where(OutboxEntry.topic == ATTENDEE_ARRIVED)
    for hours, times in ((0, 1), (1, 1), (24, 2)):
        house.db.write_now(arrive, ana.id, event.slug, noon + timedelta(hours=hours))
        assert house.db.read_now(lambda session: session.scalar(told)) == times
    house.settle()


@pytest.mark.parametrize("code", ["", "\x00", "\udc80", "a\x00"])
def test_what_is_no_text_joins_nothing(house: House, seaside: Event, code: str) -> None:
    """A database would not even look for it."""
    with pytest.raises(NotFound):
        house.db.read_now(event_by_join_code, code)


def test_what_a_list_says_is_theirs_to_say_once_they_are_here(
    house: House, ana: Person, seaside: Event
) -> None:
    bela = house.person("Bela Lima")
    house.attendee(seaside, bela)
    house.ties(bela, tie("listed_before"), tie("listed_after"))
    pages = ("/events/seaside/attendees", "/events/seaside/unmet")

    def bring(handle: str) -> None:
        said = f"name,email,headline,listed,x\nA. List,{ana.email},On a list,yes,{handle}\n"
        house.db.write_now(import_read_list, seaside.id, read_list(said.encode()), None)
        house.settle()

    bring("listed_before")
    (mine,) = ana.client.get("/api/v1/me").json()["handles"]
    assert all("listed_before" in bela.client.get(page).text for page in pages)
    ana.client.patch(f"/me/handles/{mine['id']}", data={"circle": "nobody"})
    ana.client.patch("/api/v1/me", json={"headline": "My own words"})
    bring("listed_after")
    listed, unmet = (bela.client.get(page).text for page in pages)
    assert "Ana Oliveira" in listed
    assert "My own words" in listed
    for words in ("listed_before", "listed_after", "A. List", "On a list"):
        assert words not in listed
        assert words not in unmet
