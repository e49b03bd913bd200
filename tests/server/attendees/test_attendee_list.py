"""Who is at an event, for another attendee: those listed, as their circles say."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, handle_shown
from firsthand.events.models import Event
from firsthand.handles.models import Handle
from tests.server.house import House, Person, tie


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana Oliveira")


@pytest.fixture
def event(house: House, ana: Person) -> Event:
    event = house.event(house.person("Mira"))
    house.attendee(event, ana, listed=False)
    return event


def listed(house: House, who: Person, query: str = "") -> dict[str, Any]:
    answer = house.client().get(f"/api/v1/events/seaside/attendees{query}", headers=who.bearer)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_only_those_listed_are_shown_with_what_they_share(
    house: House, ana: Person, event: Event
) -> None:
    house.attendee(event, "Fenna", handles=[("x", "fenna")], company="Harbour", email="f@x.example")
    house.attendee(event, "Secret", listed=False)
    body = listed(house, ana)
    (item,) = body["items"]
    assert item["name"] == "Fenna"
    assert item["company"] == "Harbour"
    assert item["handles"] == [{"network": "x", "name": "fenna", "verified": False}]
    assert item["met"] is False
    assert set(item) == {"attendee", "name", "headline", "company", "handles", "met"}
    assert "f@x.example" not in str(body)


def test_meeting_somebody_shows_them_as_met(house: House, ana: Person, event: Event) -> None:
    fenna = house.attendee(event, "Fenna")
    house.attendee(event, "Bo")
    house.scan(ana, fenna, event="seaside")
    assert {i["name"]: i["met"] for i in listed(house, ana)["items"]} == {
        "Fenna": True,
        "Bo": False,
    }


def test_the_list_is_searched_and_paged_without_losing_anybody(
    house: House, ana: Person, event: Event
) -> None:
    for name in ("Cy", "bo", "Élodie", "Ana 2", "100%"):
        house.attendee(event, name)
    names: list[str] = []
    cursor = ""
    while True:
        body = listed(house, ana, f"?limit=2&cursor={cursor}")
        names += [item["name"] for item in body["items"]]
        cursor = body["next"] or ""
        if not cursor:
            break
    assert sorted(names) == sorted(["Cy", "bo", "Élodie", "Ana 2", "100%"])
    assert [i["name"] for i in listed(house, ana, "?q=BO")["items"]] == ["bo"]
    assert [i["name"] for i in listed(house, ana, "?q=%25")["items"]] == ["100%"]


def test_another_persons_cursor_is_refused(house: House, ana: Person, event: Event) -> None:
    bo = house.person("Bo")
    house.attendee(event, bo)
    house.attendee(event, "Cy")
    cursor = listed(house, ana, "?limit=1")["next"]
    answer = house.client().get(
        f"/api/v1/events/seaside/attendees?limit=1&cursor={cursor}", headers=bo.bearer
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=abc", "cursor=%00"])
def test_wrong_parameters_are_refused(house: House, ana: Person, event: Event, query: str) -> None:
    path = f"/api/v1/events/seaside/attendees?{query}"
    answer = house.client().get(path, headers=ana.bearer)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_list_is_for_attendees_only(house: House, event: Event) -> None:
    eve = house.person("Eve")
    path = "/api/v1/events/seaside/attendees"
    assert house.client().get(path, headers=eve.bearer).status_code == 404
    assert house.client().get(path).status_code == 401
    assert eve.client.get("/events/seaside/attendees").status_code == 404


def test_the_page_shows_the_ring_and_the_reason(house: House, ana: Person, event: Event) -> None:
    house.attendee(event, "Fenna", handles=[("x", "fenna")])
    met = house.attendee(event, "Bo", headline="Talent")
    house.ties(ana, tie("fenna"))
    house.scan(ana, met, event="seaside")
    page = ana.client.get("/events/seaside/attendees").text
    rows = re.findall(r'<li id="attendee-.*?</li>', page, re.DOTALL)
    assert len(rows) == 2
    assert "ring-met" in rows[0]
    assert "ring-online" in rows[1]
    assert "You follow them on X" in rows[1]


def test_htmx_gets_only_the_rows_that_come_next(house: House, ana: Person, event: Event) -> None:
    for number in range(52):
        house.attendee(event, f"Person {number:02}")
    page = ana.client.get("/events/seaside/attendees").text
    further = re.search(r'rel="next" hx-get="([^"]+)"', page)
    assert further
    rows = ana.client.get(further[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).text
    assert "<html" not in rows
    assert rows.count('<li id="attendee-') == 2


def test_a_card_has_the_lists_handles_only_while_they_are_listed(
    house: House, ana: Person, event: Event
) -> None:
    fenna = house.attendee(event, "Fenna Wouters", handles=[("x", "of_the_list")], listed=False)
    contact = house.scan(ana, fenna)["contact"]
    house.settle()

    def choose(session: Session, attendee_id: UUID, listed: bool) -> None:
        session.execute(update(Attendee).where(Attendee.id == attendee_id).values(listed=listed))

    for listed in (False, True, False):
        house.db.write_now(choose, fenna.id, listed)
        assert ("of_the_list" in ana.client.get(f"/people/{contact}").text) is listed


def test_who_chooses_not_to_be_found_is_suggested_to_nobody(
    house: House, ana: Person, event: Event
) -> None:
    bea = house.person("Bea Lima")
    house.attendee(event, bea, handles=[("x", "bea")])
    house.ties(ana, tie("bea"))
    assert "Bea Lima" in ana.client.get("/events/seaside/unmet").text
    bea.client.put("/me/events/seaside/listing", data={"listed": "no"})
    assert "Bea Lima" not in ana.client.get("/events/seaside/unmet").text


def test_a_handle_is_shown_as_its_owners_alone(house: House, event: Event) -> None:
    """The rule says it by itself, however it is asked."""
    people: list[Person | str] = ["Fenna", "Gus", house.person("Hanna"), house.person("Ida")]
    for number, who in enumerate(people):
        house.attendee(event, who, handles=[("x", f"handle_{number}")])
    asked = select(Attendee.name, Handle.name).join(Handle, handle_shown(Handle, TO_BROWSERS))
    shown = house.db.read_now(lambda session: session.execute(asked).all())
    assert sorted(map(tuple, shown)) == [
        ("Fenna", "handle_0"),
        ("Gus", "handle_1"),
        ("Hanna", "handle_2"),
        ("Ida", "handle_3"),
    ]
