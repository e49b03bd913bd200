"""One human is one card: suggested with its evidence, joined on proof, undone wholly."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Circle
from firsthand.contacts.models import Contact, ContactMerge
from firsthand.contacts.queries import card
from firsthand.contacts.same_person import alike
from firsthand.db import now
from firsthand.followups.one_person import make_one, make_two
from firsthand.handles.keeping import HANDLE_PROVEN
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.outbox import enqueue
from firsthand.ties.kinds import FoundHandle, FoundPerson
from tests.server.house import House, Person, tie

VCARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Fenna Wouters\r\nEMAIL:fenna@example.org\r\nEND:VCARD"


def scan_code(who: Person, code: str) -> str:
    """The contact that a foreign code gives."""
    sent = {"id": str(uuid4()), "code": code, "scanned_at": "2026-11-23T10:42:07+01:00"}
    answer = who.client.post("/api/v1/scans", json={"device": "phone", "scans": [sent]})
    found: str = answer.json()["results"][0]["contact"]
    return found


def people(who: Person) -> list[str]:
    return sorted(item["name"] for item in who.client.get("/api/v1/contacts").json()["items"])


def prove(house: House, account: Person, name: str, circle: Circle = Circle.BROWSING) -> None:
    """As if its proof had just been found."""

    def verify(session: Session) -> None:
        handle = session.scalars(select(Handle).where(Handle.name == name)).one()
        handle.verified_at, handle.circle = now(), circle
        enqueue(session, HANDLE_PROVEN, account.id)

    house.db.write_now(verify)
    house.settle()


def test_two_cards_with_one_handle_are_suggested_with_the_handle(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana), "Fenna Wouters", handles=[("x", "@fenna")])
    by_badge = house.scan(ana, fenna)["contact"]
    by_code = scan_code(ana, "https://x.com/fenna")
    assert by_code != by_badge
    for contact in (by_badge, by_code):
        assert "both have @fenna on X" in ana.client.get(f"/people/{contact}").text


def test_one_tap_makes_one_person_of_two_cards_with_both_meetings(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana), "Fenna Wouters", handles=[("x", "@fenna")])
    by_badge = house.scan(ana, fenna)["contact"]
    by_code = scan_code(ana, "https://x.com/fenna")
    answer = ana.client.post(f"/people/{by_code}/same", data={"other": by_badge})
    assert answer.headers["location"] == f"/people/{by_badge}"
    assert people(ana) == ["Fenna Wouters"]
    page = ana.client.get(f"/people/{by_code}").text
    assert "One person, 2 cards" in page
    assert "both have @fenna on X" in page
    assert page.count("We did not meet") == 2


def test_undoing_gives_back_both_cards_as_they_were(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana), "Fenna Wouters", handles=[("x", "@fenna")])
    by_badge = house.scan(ana, fenna)["contact"]
    by_code = scan_code(ana, "https://x.com/fenna")
    before = rows(house)
    ana.client.post(f"/people/{by_badge}/same", data={"other": by_code})
    assert rows(house) != before
    ana.client.post(f"/people/{by_badge}/same/{by_code}", data={"_method": "DELETE"})
    assert rows(house) == before
    assert "One person" not in ana.client.get(f"/people/{by_badge}").text


def test_two_people_are_not_suggested_again(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana), "Fenna Wouters", handles=[("x", "@fenna")])
    by_badge = house.scan(ana, fenna)["contact"]
    by_code = scan_code(ana, "https://x.com/fenna")
    ana.client.post(f"/people/{by_badge}/apart", data={"other": by_code})
    for contact in (by_badge, by_code):
        assert "@fenna on X." not in ana.client.get(f"/people/{contact}").text


def test_a_proven_handle_joins_the_cards_by_itself_and_says_so(house: House) -> None:
    ana, fenna = house.person(), house.person("Fenna Wouters")
    badge = house.attendee(house.event(ana), fenna, handles=[("x", "@fenna")])
    by_code = scan_code(ana, "https://x.com/fenna")
    by_badge = house.scan(ana, badge)["contact"]
    prove(house, fenna, "fenna")
    assert people(ana) == ["Fenna Wouters"]
    page = ana.client.get(f"/people/{by_code}").text
    assert "they have proven to be @fenna on X" in page
    assert "Joined by itself" in page
    assert by_badge in page


def test_a_badge_scanned_after_the_handle_was_proven_is_the_same_card(house: House) -> None:
    ana, fenna = house.person(), house.person("Fenna Wouters")
    badge = house.attendee(house.event(ana), fenna, handles=[("x", "@fenna")])
    prove(house, fenna, "fenna")
    scan_code(ana, "https://x.com/fenna")
    house.scan(ana, badge)
    house.settle()
    assert people(ana) == ["Fenna Wouters"]


def test_a_handle_that_is_only_claimed_or_kept_to_oneself_joins_nothing(house: House) -> None:
    ana, fenna = house.person(), house.person("Fenna Wouters")
    badge = house.attendee(house.event(ana), fenna, handles=[("x", "@fenna")])
    scan_code(ana, "https://x.com/fenna")
    house.scan(ana, badge)
    house.settle()
    assert len(people(ana)) == 2
    prove(house, fenna, "fenna", Circle.NOBODY)
    assert len(people(ana)) == 2


def test_what_the_owner_took_apart_no_proof_joins_again(house: House) -> None:
    ana, fenna = house.person(), house.person("Fenna Wouters")
    badge = house.attendee(house.event(ana), fenna, handles=[("x", "@fenna")])
    by_code = scan_code(ana, "https://x.com/fenna")
    by_badge = house.scan(ana, badge)["contact"]
    prove(house, fenna, "fenna")
    ana.client.post(f"/people/{by_badge}/same/{by_code}", data={"_method": "DELETE"})
    prove(house, fenna, "fenna")
    assert len(people(ana)) == 2


def test_an_export_that_has_both_as_one_person_suggests_them(house: House) -> None:
    ana = house.person()
    contact = scan_code(ana, VCARD)
    other = scan_code(ana, "https://www.linkedin.com/in/fenna-w/")
    handle = FoundHandle(Network.LINKEDIN, "fenna-w")
    both = FoundPerson("Fenna Wouters", emails=["fenna@example.org"], handles=[handle])
    house.ties(ana, people=[both])
    for one in (contact, other):
        page = ana.client.get(f"/people/{one}").text
        assert "export has both as one person" in page
        assert "fenna@example.org" in page


def test_a_name_alone_only_ever_suggests(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana), "Fenna Wouters")
    contact = house.scan(ana, fenna)["contact"]
    scan_code(ana, VCARD)
    house.ties(ana, people=[FoundPerson("Fenna Wouters")])
    page = ana.client.get(f"/people/{contact}").text
    assert "Names alone are no proof" in page
    assert "One person" not in page
    assert "two people may" in ana.client.get(f"/people/{contact}/same").text


def test_an_address_kept_from_people_met_suggests_nothing(house: House) -> None:
    ana = house.person()
    fenna = house.person("Fenna W", "fenna@example.org")
    contact = house.scan(ana, house.attendee(house.event(ana), fenna))["contact"]
    scan_code(ana, VCARD)
    assert "fenna@example.org" not in ana.client.get(f"/people/{contact}").text


def test_the_joined_card_says_what_either_of_them_said(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana), "Fenna Wouters")
    by_badge = house.scan(ana, fenna)["contact"]
    by_code = scan_code(ana, VCARD)
    ana.client.post(f"/people/{by_badge}/same", data={"other": by_code})
    assert "fenna@example.org" in ana.client.get(f"/people/{by_badge}").text
    assert "fenna@example.org" in ana.client.get("/api/v1/contacts.csv").text


def test_nobody_joins_cards_that_are_not_theirs(house: House) -> None:
    ana, ben = house.person(), house.person("Ben Carter", "ben@example.org")
    mine = scan_code(ana, VCARD)
    theirs = scan_code(ben, VCARD)
    for verb in ("same", "apart"):
        assert ana.client.post(f"/people/{mine}/{verb}", data={"other": theirs}).status_code == 404
        assert ana.client.post(f"/people/{theirs}/{verb}", data={"other": mine}).status_code == 404
        answer = ana.client.post(f"/people/{mine}/{verb}", data={"other": "nobody"})
        assert answer.status_code == 400
    gone = ana.client.post(f"/people/{mine}/same/{mine}", data={"_method": "DELETE"})
    assert gone.status_code == 404


def test_ties_of_both_cards_stand_on_the_joined_one(house: House) -> None:
    ana = house.person()
    house.ties(ana, tie("fenna"))
    fenna = house.attendee(house.event(ana), "Fenna Wouters")
    by_badge = house.scan(ana, fenna)["contact"]
    by_code = scan_code(ana, "https://x.com/fenna")
    ana.client.post(f"/people/{by_badge}/same", data={"other": by_code})
    (item,) = ana.client.get("/api/v1/contacts").json()["items"]
    assert [handle["name"] for handle in item["handles"]] == ["fenna"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("one"), st.integers(0, 4), st.integers(0, 4)),
        st.tuples(st.just("two"), st.integers(0, 4), st.just(0)),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_however_cards_are_joined_and_parted_each_group_has_one_root_and_undo_is_whole(
    house: House, steps: list[tuple[str, int, int]]
) -> None:
    ana = house.person()
    contacts = [UUID(scan_code(ana, f"https://x.com/person{number}")) for number in range(5)]
    edges: dict[UUID, UUID] = {}
    for verb, first, second in steps:
        if verb == "one":
            house.db.write_now(make_one, ana.id, contacts[first], contacts[second])
        elif contacts[first] in edges:
            house.db.write_now(make_two, ana.id, contacts[first])
        edges = house.db.read_now(_edges, ana.id)
        assert house.db.read_now(_roots, ana.id) == {one: _top(one, edges) for one in contacts}
    while edges:
        house.db.write_now(make_two, ana.id, next(iter(edges)))
        edges = house.db.read_now(_edges, ana.id)
    assert house.db.read_now(_roots, ana.id) == {one: one for one in contacts}
    person = house.db.read_now(card, ana.id, contacts[0])
    assert house.db.read_now(alike, ana.id, person) == []


def _edges(session: Session, owner_id: UUID) -> dict[UUID, UUID]:
    mine = ContactMerge.owner_id == owner_id
    edges = session.execute(select(ContactMerge.child_id, ContactMerge.parent_id).where(mine))
    return dict(edges.all())


def _roots(session: Session, owner_id: UUID) -> dict[UUID, UUID]:
    mine = Contact.owner_id == owner_id
    return dict(session.execute(select(Contact.id, Contact.root_id).where(mine)).all())


def _top(one: UUID, edges: dict[UUID, UUID]) -> UUID:
    return _top(edges[one], edges) if one in edges else one


def rows(house: House) -> list[dict[str, Any]]:
    """All cards, column by column."""

    def read(session: Session) -> list[dict[str, Any]]:
        stmt = select(Contact.__table__).order_by(Contact.id)
        return [dict(row) for row in session.execute(stmt).mappings()]

    return house.db.read_now(read)
