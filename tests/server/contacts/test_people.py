"""People: the list, one person's page and the way between two people."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import vobject
from sqlalchemy.orm import Session

from firsthand.contacts.editing import CardEdit, edit_card
from firsthand.contacts.models import Contact
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from firsthand.ties.kinds import KindCount, TieKind
from tests.server.house import House, Person, tie

REPLIED = KindCount(
    TieKind.REPLIED, 14, datetime(2024, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
)


@pytest.fixture
def mira(house: House) -> Person:
    person = house.person("Mira Andersen")
    house.attendee(house.event(person), person)
    return person


def met(house: House, mira: Person, name: str, **more: Any) -> UUID:
    """A card for somebody met by name only."""
    draft = MeetingDraft(name=name, **more)
    house.db.write_now(keep_meeting, mira.id, draft)
    items = mira.client.get("/api/v1/contacts").json()["items"]
    return UUID(next(item["id"] for item in items if item["name"] == name))


def test_people_are_listed_searched_and_narrowed(house: House, mira: Person) -> None:
    met(house, mira, "Fenna Wouters")
    met(house, mira, "山田太郎")
    assert "Fenna Wouters" in mira.client.get("/people").text
    assert "Fenna Wouters" not in mira.client.get("/people?q=山田").text
    assert "Fenna Wouters" in mira.client.get("/people?stage=met").text
    assert "Fenna Wouters" not in mira.client.get("/people?stage=met-again").text
    assert mira.client.get("/people?stage=friends").status_code == 400


def test_people_are_found_by_what_they_are_called_online(house: House, mira: Person) -> None:
    event = house.event(mira, slug="second", name="Second Event")
    house.attendee(event, mira)
    fenna, ben = house.person("Fenna Wouters"), house.person("Ben Okafor")
    house.scan(mira, house.attendee(event, fenna, handles=[("x", "@harbour_light")]))
    house.scan(mira, house.attendee(event, "Lena Listed", handles=[("github", "lenacodes")]))
    house.scan(mira, house.attendee(event, ben, handles=[("x", "@quiet_ben")]))
    for handle in ben.client.get("/api/v1/me").json()["handles"]:
        ben.client.patch(f"/me/handles/{handle['id']}", data={"circle": "nobody"})

    def found(typed: str) -> set[str]:
        items = mira.client.get("/api/v1/contacts", params={"q": typed}).json()["items"]
        return {item["name"] for item in items}

    assert found("@Harbour_L") == {"Fenna Wouters"}
    assert found("lenacodes") == {"Lena Listed"}
    assert found("quiet_ben") == set(), "what Ben hides"
    assert found("harbour%light") == set()


def test_a_joined_card_is_found_by_the_handle_of_either_half(house: House, mira: Person) -> None:
    event = house.event(mira, slug="second", name="Second Event")
    house.attendee(event, mira)
    one = house.scan(mira, house.attendee(event, "Fenna W.", handles=[("x", "fenna_x")]))
    other = house.scan(mira, house.attendee(event, "F. Wouters", handles=[("github", "fw-code")]))
    joined = mira.client.post(f"/people/{one['contact']}/same", data={"other": other["contact"]})
    assert joined.is_redirect, joined.text
    for typed in ("fenna_x", "fw-code"):
        items = mira.client.get("/api/v1/contacts", params={"q": typed}).json()["items"]
        assert len(items) == 1, typed


def test_nobody_sees_the_people_of_somebody_else(house: House, mira: Person) -> None:
    contact = met(house, mira, "Fenna Wouters")
    pat = house.person("Pat")
    assert "Fenna" not in pat.client.get("/people").text
    for path in (f"/people/{contact}", f"/api/v1/contacts/{contact}"):
        assert pat.client.get(path).status_code == 404
    assert pat.client.patch(f"/people/{contact}", data={"name": "X"}).status_code == 404
    touch = pat.client.post(f"/api/v1/contacts/{contact}/touchpoints", json={"kind": "call"})
    assert touch.status_code == 404


def test_the_timeline_runs_from_the_first_reply_to_the_last_meeting(
    house: House, mira: Person
) -> None:
    event = house.event(mira, slug="second", name="Second Event")
    house.attendee(event, mira)
    worn = house.attendee(event, "Fenna Wouters", handles=[("x", "@fenna")])
    house.ties(mira, tie("fenna", REPLIED))
    contact = house.scan(mira, worn, intents=["coffee"])["contact"]
    answer = mira.client.post(
        f"/api/v1/contacts/{contact}/touchpoints", json={"kind": "call", "note": "about the pilot"}
    )
    assert answer.status_code == 201, answer.text
    one = mira.client.get(f"/api/v1/contacts/{contact}").json()
    kinds = [moment["kind"] for moment in one["timeline"]]
    assert set(kinds) == {"call", "met", "replied"}
    assert kinds[-1] == "replied"
    assert one["timeline"] == sorted(one["timeline"], key=lambda m: m["at"], reverse=True)
    assert one["stage"] == "followed-up"
    page = mira.client.get(f"/people/{contact}").text
    assert "Your first reply on X" in page
    assert "Coffee" in page


def test_an_unknown_badge_can_be_named(house: House, mira: Person) -> None:
    sent = {"id": "0192f0c1-2222-7222-8222-222222222222", "code": "TICKET-77-XYZ",
            "scanned_at": "2026-11-23T10:00:00Z"}  # fmt: skip
    answer = mira.client.post("/api/v1/scans", json={"scans": [sent]})
    contact = answer.json()["results"][0]["contact"]
    assert "Unknown, badge" in mira.client.get(f"/people/{contact}").text
    mira.client.patch(f"/people/{contact}", data={"name": "Pat <Gilmore>"})
    page = mira.client.get(f"/people/{contact}").text
    assert "Pat &lt;Gilmore&gt;" in page
    assert "Who is this?" not in page


def test_a_refused_edit_keeps_what_was_typed(house: House, mira: Person) -> None:
    contact = met(house, mira, "Pat")
    answer = mira.client.patch(f"/people/{contact}", data={"name": "Pat G", "email": "no address"})
    assert answer.status_code == 400
    assert 'value="no address"' in answer.text
    assert 'value="Pat G"' in answer.text
    assert mira.client.get(f"/api/v1/contacts/{contact}").json()["name"] == "Pat"


def test_a_phone_on_a_card_is_one_as_on_ones_own_page(house: House, mira: Person) -> None:
    contact = met(house, mira, "Fenna")
    page = mira.client.patch(f"/people/{contact}", data={"phone": "abc def"})
    assert page.status_code == 400
    assert "A phone number has digits, like +44 20 7946 0018." in page.text
    assert 'value="abc def"' in page.text
    kept = mira.client.patch(f"/people/{contact}", data={"phone": "+44 20 7946 0018"})
    assert kept.status_code == 303


def test_a_phone_that_an_import_brought_is_not_in_the_way_of_other_changes(
    house: House, mira: Person
) -> None:
    contact = met(house, mira, "Fenna")

    def bring(session: Session) -> None:
        session.get_one(Contact, (mira.id, contact)).phone = "ext. 12"

    house.db.write_now(bring)
    kept = mira.client.patch(f"/people/{contact}", data={"phone": "ext. 12", "company": "Quay"})
    assert kept.status_code == 303
    assert "Quay" in mira.client.get(f"/people/{contact}").text


@pytest.mark.parametrize(
    "form",
    [{"kind": "poke"}, {"kind": "call", "on": "yesterday"}, {"kind": "call", "on": "2190-01-01"}],
)
def test_a_bad_touchpoint_is_told_in_place(
    house: House, mira: Person, form: dict[str, str]
) -> None:
    contact = met(house, mira, "Pat")
    answer = mira.client.post(f"/people/{contact}/touchpoints", data=form)
    assert answer.status_code == 400
    assert "Pat" in answer.text


def test_a_meeting_can_be_edited_and_undone_from_the_card(house: House, mira: Person) -> None:
    worn = house.attendee(house.event(mira, slug="two"), "Fenna")
    house.attendee(house.event(mira, slug="three"), mira)
    house.db.write_now(
        edit_card, mira.id, met(house, mira, "Fenna"), CardEdit(note="keeps the card")
    )
    del worn
    meeting = mira.client.get("/api/v1/meetings").json()["items"][0]
    where = f"/people/{meeting['contact']['id']}/meetings/{meeting['id']}"
    mira.client.patch(where, data={"note": "by the door", "intents": ["call"]})
    changed = mira.client.get("/api/v1/meetings").json()["items"][0]
    assert (changed["note"], changed["intents"]) == ("by the door", ["call"])
    mira.client.put(f"{where}/retraction")
    assert mira.client.get("/api/v1/meetings").json()["items"] == []
    assert mira.client.get("/api/v1/follow-ups").json()["items"] == []


def test_a_cursor_of_somebody_else_is_refused(house: House, mira: Person) -> None:
    for name in ("A", "B", "C"):
        met(house, mira, name)
    first = mira.client.get("/api/v1/contacts?limit=2").json()
    rest = mira.client.get(f"/api/v1/contacts?limit=2&cursor={first['next']}").json()
    assert len(first["items"]) + len(rest["items"]) == 3
    pat = house.person("Pat")
    assert pat.client.get(f"/api/v1/contacts?cursor={first['next']}").status_code == 400


@pytest.mark.parametrize(("query", "version"), [("", "4.0"), ("?version=3.0", "3.0")])
def test_the_vcards_are_read_by_another_reader(
    house: House, mira: Person, query: str, version: str
) -> None:
    name = "Wolfe; Schlegel, \\ 山田太郎 " * 4
    contact = met(house, mira, name.strip())
    edit = CardEdit(email="w@example.org", phone="+49 30 1", note="first line\nsecond; line")
    house.db.write_now(edit_card, mira.id, contact, edit)
    answer = mira.client.get(f"/api/v1/contacts.vcf{query}")
    assert answer.headers["content-type"].startswith("text/vcard")
    (card,) = vobject.readComponents(answer.text)
    assert card.version.value == version
    assert card.fn.value == name.strip()
    assert card.email.value == "w@example.org"
    assert card.note.value == "first line\nsecond; line"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_no_cell_of_the_csv_is_a_formula(house: House, mira: Person) -> None:
    met(house, mira, '=HYPERLINK("https://example.org")')
    rows = list(csv.reader(io.StringIO(mira.client.get("/api/v1/contacts.csv").text)))
    assert rows[0][0] == "name"
    assert rows[1][0] == '\'=HYPERLINK("https://example.org")'
    google = mira.client.get("/api/v1/contacts.csv?layout=google").text
    (row,) = csv.DictReader(io.StringIO(google))
    assert row["First Name"] == '\'=HYPERLINK("https://example.org")'
    assert row["Labels"] == "Firsthand ::: * myContacts"


@pytest.mark.parametrize("query", ["contacts.vcf?version=2.1", "contacts.csv?layout=outlook"])
def test_an_unknown_version_or_layout_is_refused(house: House, mira: Person, query: str) -> None:
    answer = mira.client.get(f"/api/v1/{query}")
    assert answer.status_code == 400
    assert "is one of" in answer.json()["detail"]


def test_the_pages_lead_to_the_files(house: House, mira: Person) -> None:
    for page in ("/people", "/me"):
        text = mira.client.get(page).text
        found = set(re.findall(r'href="(/api/v1/contacts[^"]+)"', text))
        assert found == {
            "/api/v1/contacts.vcf",
            "/api/v1/contacts.vcf?version=3.0",
            "/api/v1/contacts.csv",
            "/api/v1/contacts.csv?layout=google",
        }
        assert {mira.client.get(file).status_code for file in found} == {200}


def test_a_coffee_logged_by_mistake_is_taken_back_and_the_ring_with_it(
    house: House, mira: Person
) -> None:
    contact = mira.client.post("/api/v1/meetings", json={"name": "Fenna"}).json()["contact"]["id"]
    where = f"/api/v1/contacts/{contact}"
    logged = mira.client.post(f"/people/{contact}/touchpoints", data={"kind": "coffee"})
    assert mira.client.get(where).json()["stage"] == "followed-up"
    page = mira.client.get(logged.headers["location"]).text
    undo = re.findall(rf"/people/{contact}/touchpoints/[0-9a-f-]+", page)[0]
    assert house.person().client.post(undo, data={"_method": "DELETE"}).status_code == 404
    assert mira.client.post(undo, data={"_method": "DELETE"}).status_code == 303
    card = mira.client.get(where).json()
    assert card["stage"] == "met"
    assert "coffee" not in [moment["kind"] for moment in card["timeline"]]
