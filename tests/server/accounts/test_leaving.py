"""Taking everything along, and deleting the account."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.attendees.membership import add_member
from firsthand.attendees.models import Attendee
from firsthand.db import new_id, now
from firsthand.events.models import Event
from firsthand.leaving import delete_account
from firsthand.tables import metadata
from firsthand.taking_out import export_everything
from firsthand.ties.kinds import FoundPerson, KindCount, TieKind
from tests.server.house import House, Person, tie

# What belongs to an event or to the machinery, or is a secret on its way, and to no account.
_NOBODYS = {
    "attendee_list",
    "badge",
    "email_code",
    "event",
    "mastodon_app",
    "outbox_entry",
    "recovery_tries",
    "staff_invitation",
    "unasked_mail",
    "invitation",
    "removal",
    "removal_request",
}


def delete(person: Person, confirm: str) -> Any:
    form = {"_method": "DELETE", "confirm": confirm}
    return person.client.post("/me", data=form, follow_redirects=False)


def rows(house: House, table: str) -> int:
    def count(session: Session) -> int:
        found = session.scalar(select(func.count()).select_from(metadata.tables[table]))
        return found or 0

    return house.db.read_now(count)


def lively(house: House) -> Person:
    """Ana, with something in most tables."""
    ana, olu = house.person("Ana"), house.person("Olu")
    event = house.event(olu)
    house.db.write_now(add_member, olu.id, event.id, listed=True)
    house.attendee(event, ana, handles=[("x", "@ana")])
    fenna = house.attendee(event, "Fenna Wouters", handles=[("x", "@fenna")])
    house.ties(ana, tie("fenna", KindCount(TieKind.REPLIED, 14)), tie("kerry"))
    house.scan(ana, fenna, event=event.slug, intents=["coffee"], note="Likes oat milk 🦊")
    return ana


def test_a_wrong_address_deletes_nothing_and_the_page_says_so_first(house: House) -> None:
    ana = house.person("Ana")
    page = delete(ana, "wrong")
    assert page.status_code == 400
    [field] = re.findall(r'<input id="confirm"[^>]*>', page.text)
    assert "autofocus" in field
    assert 'aria-invalid="true"' in field
    banner = page.text.index("Your account is not deleted.")
    assert banner < page.text.index('id="profile"')


def test_whoever_has_left_is_told_so(house: House) -> None:
    ana = house.person("Ana")
    left = delete(ana, ana.email)
    page = ana.client.get(left.headers["location"])
    assert "Your account and everything in it are deleted." in page.text
    assert "are deleted" not in house.client().get("/").text


def test_the_export_has_everything_that_carries_the_account(house: House) -> None:
    ana = lively(house)
    answer = ana.client.get("/api/v1/me/export")
    assert answer.status_code == 200
    assert 'filename="firsthand.json"' in answer.headers["content-disposition"]
    told = answer.json()
    assert told["account"][0]["email"] == ana.email
    assert told["scan"][0]["note"] == "Likes oat milk 🦊"
    assert told["contact"][0]["shown_name"] == "Fenna Wouters"
    assert {each["name"] for each in told["tie"]} == {"fenna", "kerry"}
    assert {each["intent"] for each in told["follow_up"]} == {"coffee"}
    assert told["event"][0]["slug"] == "seaside"


def test_the_export_names_every_table_with_an_owner(house: House) -> None:
    ana = house.person()
    told = house.db.read_now(export_everything, ana.id)
    # Whom ties match is nobody's to take along: it would name people who hide.
    assert set(told) >= set(metadata.tables) - _NOBODYS - {"match"}
    assert "match" not in told


def test_the_export_holds_no_secret_and_nothing_of_others(house: House) -> None:
    ana = lively(house)
    ben = house.person("Ben Secretive")
    text = ana.client.get("/api/v1/me/export").text
    assert "_hash" not in text
    assert "join_code" not in text
    assert ben.email not in text
    assert "Olu" not in text


def test_deleting_leaves_nothing_that_carried_the_account(house: House) -> None:
    ana = lively(house)
    assert delete(ana, ana.email.upper()).status_code == 303
    assert ana.client.get("/api/v1/me", headers=ana.bearer).status_code == 401
    told = house.db.read_now(export_everything, ana.id)
    assert {name: found for name, found in told.items() if found} == {
        "format": "firsthand",
        "version": 1,
    }
    for table in ("scan", "meeting", "contact", "tie", "tie_fact", "follow_up", "import", "match"):
        assert rows(house, table) == 0, table


@pytest.mark.parametrize("confirm", ["", "yes", "other@example.org", "x" * 100_000, "\x00"])
def test_nothing_is_deleted_until_the_address_is_typed(house: House, confirm: str) -> None:
    ana = house.person()
    refused = delete(ana, confirm)
    assert refused.status_code == 400
    assert 'id="confirm-error"' in refused.text
    assert ana.client.get("/api/v1/me").status_code == 200


def test_the_api_deletes_at_once(house: House) -> None:
    ana = house.person()
    assert house.client().delete("/api/v1/me", headers=ana.bearer).status_code == 204
    assert house.client().get("/api/v1/me", headers=ana.bearer).status_code == 401


def test_a_place_on_the_organisers_list_stays_but_shows_nothing(house: House) -> None:
    olu = house.person("Olu")
    event = house.event(olu)
    ana = house.person("Ana")
    place = house.attendee(event, ana, email=ana.email)
    house.db.write_now(add_member, olu.id, event.id, listed=True)
    delete(ana, ana.email)

    def left(session: Session) -> Attendee | None:
        return session.get(Attendee, place.id)

    attendee = house.db.read_now(left)
    assert attendee is not None
    assert (attendee.account_id, attendee.listed, attendee.name) == (None, False, "Ana")


def test_a_place_that_the_person_joined_goes_with_them(house: House) -> None:
    olu, ana = house.person("Olu"), house.person("Ana")
    event = house.event(olu)
    house.db.write_now(add_member, olu.id, event.id, listed=True)
    house.db.write_now(add_member, ana.id, event.id, listed=True)
    delete(ana, ana.email)
    assert rows(house, "attendee") == 1


def test_what_others_wrote_down_stays_theirs_without_the_name(house: House) -> None:
    olu, ana, ben = house.person("Olu"), house.person("Ana Gone"), house.person("Ben")
    event = house.event(olu)
    place = house.attendee(event, ana)
    house.attendee(event, ben)
    house.scan(ben, place, event=event.slug, note="promised a book")
    assert "Ana Gone" in ben.client.get("/api/v1/meetings").text
    house.db.write_now(_join_instead, place.id)
    delete(ana, ana.email)
    meeting = ben.client.get("/api/v1/meetings").json()["items"][0]
    assert meeting["note"] == "promised a book"
    assert "Ana" not in meeting["contact"]["name"]


def test_an_event_of_nobody_else_goes_and_one_of_others_stays(house: House) -> None:
    olu, ana = house.person("Olu"), house.person("Ana")
    alone = house.event(olu, slug="alone")
    house.attendee(alone, "Only a name")
    shared = house.event(olu, slug="shared")
    house.db.write_now(add_member, ana.id, shared.id, listed=True)
    delete(olu, olu.email)
    slugs = house.db.read_now(lambda s: s.scalars(select(Event.slug)).all())
    assert slugs == ["shared"]
    assert house.db.read_now(lambda s: s.scalars(select(Account.id)).all()) == [ana.id]


def _join_instead(session: Session, attendee_id: Any) -> None:
    session.get_one(Attendee, attendee_id).joined = True


def test_the_people_of_exports_go_in_portions(house: House) -> None:
    ana = house.person("Ana")
    house.ties(ana, people=[FoundPerson(f"Friend {number}") for number in range(2_500)])
    before = house.db.figures()["write_transactions_total"]
    assert delete(ana, ana.email).status_code == 303
    assert rows(house, "import_person") == 0
    # Three portions, and each time one look more that finds nothing: ties, people, the account.
    assert house.db.figures()["write_transactions_total"] - before >= 6


def test_whoever_was_deleted_elsewhere_a_moment_ago_is_told_to_sign_in(house: House) -> None:
    """Another replica takes them for somebody for as long as it remembers them."""
    ana = lively(house)
    assert ana.client.get("/api/v1/me").status_code == 200
    house.db.write_now(delete_account, ana.id)
    scan = {"id": str(new_id()), "code": "TICKET-4711", "scanned_at": now().isoformat()}
    answer = ana.client.post("/api/v1/scans", json={"device": "phone", "scans": [scan]})
    assert answer.status_code == 401
