"""An organiser who lies: makes an event, and lists somebody who never heard of it.

Nothing that they are told differs by whether the address has an account, until its owner has chosen
something at the event; and the owner is told, and hides with one tap.
"""

import re
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from sqlalchemy import func, select

from firsthand.attendees.membership import ATTENDEE_CLAIMED
from firsthand.attendees.models import Attendee
from firsthand.events.models import Event
from firsthand.organising.list_import import import_list
from firsthand.organising.list_reading import read_list
from firsthand.outbox import OutboxEntry
from tests.server.house import House, Person
from tests.server.organising.conftest import Fair
from tests.statements import statements

ADDRESS = "victim@example.org"
LIST = "name,email,headline,listed,x,ticket\nVic Timm,{},Baker,{},{},T-1\n"
_VARIES = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r"[0-9A-Z]{4}-[0-9A-Z]{4}", "CODE"),
    (r'nonce="[^"]*"|datetime="[^"]*"', ""),
    (r"/join/\w+", "JOIN"),
)


class Liar:
    """Who runs an event with one person on its list, and writes down all that they are told."""

    def __init__(self, fair: Fair, slug: str, address: str) -> None:
        self.fair, self.slug, self.address = fair, slug, address
        self.event: Event = fair.house.event(fair.olga, slug, "Recruiters by the Lake")
        self.told: list[str] = []

    def look(self, path: str, method: str = "GET", **more: Any) -> None:
        answer = self.fair.olga.client.request(method, path.format(self.slug), **more)
        text = f"{answer.status_code} {answer.headers.get('location')} {answer.text}"
        for pattern, word in _VARIES:
            text = re.sub(pattern, word, text)
        self.told.append(text.replace(self.address, "ADDRESS").replace(self.slug, "SLUG"))

    def bring(self, listed: str = "yes", handle: str = "vic", **other: str) -> None:
        csv = LIST.format(other.get("address", self.address), listed, handle)
        self.look("/api/v1/events/{}/attendees", "POST", files={"file": ("a.csv", csv)})
        self.fair.house.settle()

    def place(self) -> Attendee:
        stmt = select(Attendee).where(Attendee.event_id == self.event.id)
        return self.fair.house.db.read_now(lambda session: session.scalars(stmt).one())

    def tries_everything(self) -> list[str]:
        self.bring()
        pages = ("/attendees", "/invitations", "/reports", "/numbers", "/list")
        for path in pages:
            self.look("/organise/{}" + path)
        self.look("/organise/{}/invitations", "POST")
        self.bring(handle="vic_timm")
        self.bring(listed="no")
        self.bring(address="other@example.org")
        self.bring()
        token = self.fair.token_at(self.event)
        for _ in range(2):
            self.fair.house.client().post(f"/b/{token}/removal")
            self.look("/organise/{}/reports")
        self.fair.send()
        for path in pages:
            self.look("/organise/{}" + path)
        self.look("/api/v1/events/{}/statistics")
        self.look(f"/organise/{{}}/removals/{self.place().id}", "PUT")
        self.look("/organise/{}/attendees")
        return self.told


def victim(fair: Fair) -> Person:
    return fair.house.person("Night Owl", ADDRESS)


def listed(fair: Fair) -> tuple[Person, Liar]:
    """Somebody with an account whom the organiser has listed."""
    person, liar = victim(fair), Liar(fair, "lake", ADDRESS)
    liar.bring()
    return person, liar


def test_nothing_that_an_organiser_is_told_says_who_has_an_account(fair: Fair) -> None:
    victim(fair)
    known = Liar(fair, "lake", ADDRESS)
    unknown = Liar(fair, "pond", "nobody@example.org")
    for one, other in zip(known.tries_everything(), unknown.tries_everything(), strict=True):
        assert one == other


def test_an_import_asks_the_database_the_same_whoever_has_an_account(house: House) -> None:
    """Else the time of an answer tells."""
    olga = house.person("Olga")
    house.person("Night Owl", ADDRESS)
    asked = []
    for slug, address in (("warm-up", "x@example.org"), ("lake", ADDRESS), ("pond", "y@e.org")):
        event = house.event(olga, slug)
        with statements() as said:
            for handle in ("vic", "vic_timm"):
                rows = read_list(LIST.format(address, "yes", handle).encode()).rows
                house.db.write_now(import_list, event.id, rows)
        asked.append(said)
    assert any("UPDATE attendee SET account_id" in each for each in asked[1])
    # Only of how many rows it is may differ.
    rows_of = re.compile(r" (VALUES|IN) \(.*", re.DOTALL)
    first, second = ([rows_of.sub("", each) for each in said] for said in asked[1:])
    assert first == second


def test_no_answer_waits_for_what_the_accounts_of_a_list_leave_to_do(fair: Fair) -> None:
    """It is more for each who has one: three hundred took nine seconds, and nobody an eighth."""
    addresses = [f"victim{n}@example.org" for n in range(3)]
    for address in addresses:
        fair.house.person("Night Owl", address)
    lists = [LIST.format(address, "yes", "vic") for address in addresses[:2]]
    olga = fair.olga.client

    def waiting() -> int:
        stmt = select(func.count()).where(OutboxEntry.topic == ATTENDEE_CLAIMED)
        return fair.house.db.read_now(lambda session: session.scalar(stmt) or 0)

    fair.house.event(fair.olga, "lake")
    sent = olga.post("/api/v1/events/lake/attendees", files={"file": ("a.csv", lists[0])})
    assert (sent.status_code, sent.json()["added"]) == (200, 1)
    assert waiting() == 1

    fair.house.event(fair.olga, "pond")
    kept = olga.post("/organise/pond/lists", files={"file": ("a.csv", lists[1])})
    assert olga.put(f"{kept.headers['location']}/import").status_code == 303
    assert waiting() == 2
    assert "The list is imported" in olga.get(kept.headers["location"]).text

    fair.house.event(fair.olga, "shore")
    typed = {"name": "Vic Timm", "email": addresses[2]}
    assert olga.post("/organise/shore/attendees", data=typed).status_code == 303
    assert waiting() == 3

    # Nor does what the organiser does next wait for it.
    handle = {"handle": "@olga", "network": "x"}
    assert olga.post("/me/handles", data=handle).status_code in (200, 303)
    assert waiting() == 3

    fair.house.settle()
    assert waiting() == 0


def test_an_account_that_says_nothing_of_itself_is_called_as_on_the_list(fair: Fair) -> None:
    named = victim(fair)
    nameless = fair.house.person("", "nameless@example.org")
    for slug, person in (("lake", named), ("pond", nameless)):
        Liar(fair, slug, person.email).bring()
    said = [person.client.get("/api/v1/me").json() for person in (named, nameless)]
    assert [(me["name"], me["headline"]) for me in said] == [
        ("Night Owl", "Baker"),
        ("Vic Timm", "Baker"),
    ]


def test_a_badge_is_printed_as_the_list_says_until_its_wearer_has_chosen(fair: Fair) -> None:
    person, _ = listed(fair)

    def printed() -> str:
        pdf = fair.olga.client.get("/organise/lake/badges.pdf")
        return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)

    before = printed()
    assert "Vic Timm" in before
    assert "Night" not in before
    person.client.put("/me/events/lake/listing", data={"listed": "yes"})
    assert "Night" in printed()


def test_who_has_chosen_stands_as_claimed(fair: Fair) -> None:
    person, _ = listed(fair)
    assert ">claimed<" not in fair.olga.client.get("/organise/lake/attendees").text
    person.client.put("/me/events/lake/listing", data={"listed": "no"})
    assert ">claimed<" in fair.olga.client.get("/organise/lake/attendees").text


def test_the_person_is_told_whose_list_says_that_they_agreed_and_keeps_it(fair: Fair) -> None:
    person, liar = listed(fair)
    page = person.client.get("/events/lake").text
    assert "Olga Organiser\u2019s list says you agreed to be shown to other attendees" in page
    assert "Keep it" in page
    kept = person.client.put(
        "/me/events/lake/listing", data={"listed": "yes", "next": "/events/lake"}
    )
    assert kept.headers["location"] == "/events/lake"
    assert "says you agreed" not in person.client.get("/events/lake").text
    liar.bring(listed="no")
    assert liar.place().listed, "what they chose is not the list's to change"


def test_one_tap_hides_and_no_later_list_shows_them_again(fair: Fair) -> None:
    person, liar = listed(fair)
    assert "Do not show me" in person.client.get("/events/lake").text
    person.client.put("/me/events/lake/listing", data={"listed": "no"})
    assert "says you agreed" not in person.client.get("/events/lake").text
    liar.bring()
    assert not liar.place().listed


def test_who_is_not_listed_is_asked_nothing(fair: Fair) -> None:
    person, liar = victim(fair), Liar(fair, "lake", ADDRESS)
    liar.bring(listed="no")
    assert "says you agreed" not in person.client.get("/events/lake").text


def test_the_log_of_the_account_tells_of_the_place_and_of_each_change(fair: Fair) -> None:
    person, liar = listed(fair)
    log = person.client.get("/me/log").text
    assert "by your address" in log
    assert log.count("says that you agreed to be listed") == 1
    assert "at Recruiters by the Lake" in log
    liar.bring(listed="no")
    assert "Not listed any more" in person.client.get("/me/log").text
    liar.bring()
    assert person.client.get("/me/log").text.count("says that you agreed to be listed") == 2
    person.client.put("/me/events/lake/listing", data={"listed": "no"})
    liar.bring()
    assert person.client.get("/me/log").text.count("says that you agreed to be listed") == 2


def test_the_log_does_not_tell_which_browser_the_organiser_has(fair: Fair) -> None:
    person, liar = victim(fair), Liar(fair, "lake", ADDRESS)
    fair.olga.client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    liar.bring()
    fair.olga.client.post("/organise/lake/staff", data={"email": ADDRESS})
    assert "Firefox" not in person.client.get("/me/log").text


def test_the_list_is_its_organisers_and_not_who_helps(fair: Fair) -> None:
    person, _ = listed(fair)
    helper = fair.house.person("Zed Zealous")
    fair.olga.client.post("/organise/lake/staff", data={"email": helper.email})
    page = person.client.get("/events/lake").text
    assert "Olga Organiser\u2019s list says you agreed" in page


def test_who_had_chosen_and_left_is_not_called_claimed_any_more(fair: Fair) -> None:
    person, liar = listed(fair)
    person.client.put("/me/events/lake/listing", data={"listed": "yes"})
    person.client.request("DELETE", "/api/v1/me")
    assert liar.place().account_id is None
    assert ">claimed<" not in fair.olga.client.get("/organise/lake/attendees").text
