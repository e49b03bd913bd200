"""Ties stand on the card that they are about; nothing of another owner's under the same ids."""

from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.contacts.card_ties import ties_beyond_handles
from firsthand.contacts.models import Contact, ContactAttendee, ContactHandle
from firsthand.contacts.queries import card, cards
from firsthand.events.models import Event
from firsthand.ties.models import Tie
from tests.server.contacts.test_one_person import scan_code
from tests.server.house import House, tie


class Scene:
    """Ana and Eve at one event, with Bea, Cleo and Dan, who have accounts."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ana, self.eve = house.person("Ana"), house.person("Eve")
        self.event: Event = house.event(house.person("Olga"), timezone="UTC")
        for each in (self.ana, self.eve):
            house.attendee(self.event, each)

    def met(self, name: str, *handles: str) -> UUID:
        """Ana's card of somebody whom she scanned."""
        worn = self.house.attendee(
            self.event, self.house.person(name), handles=[("x", each) for each in handles]
        )
        return UUID(self.house.scan(self.ana, worn)["contact"])

    def ties_on(self, contact: UUID) -> set[str | None]:
        return {each.name for each in self.house.db.read_now(card, self.ana.id, contact).ties}

    def handles_on(self, contact: UUID) -> set[str]:
        found = self.house.db.read_now(card, self.ana.id, contact).card.handles
        return {each.name for each in found}

    def found(self, typed: str) -> set[str]:
        asked = self.ana.client.get("/api/v1/contacts", params={"q": typed})
        return {each["name"] for each in asked.json()["items"]}

    def put(self, name: str, contact: UUID | None) -> None:
        """Where a tie of Ana's stands."""
        which = update(Tie).where(Tie.owner_id == self.ana.id, Tie.name == name)
        changed = which.values(contact_id=contact)
        self.house.db.write_now(lambda session: session.execute(changed) and None)


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


def test_a_person_is_found_by_the_name_of_a_tie_on_their_card(scene: Scene) -> None:
    """It was renamed since: no handle of theirs is called so."""
    bea, _ = scene.met("Bea"), scene.met("Cleo")
    scene.house.ties(scene.ana, tie("formerly_owl"), tie("on_no_card"))
    scene.put("formerly_owl", bea)
    scene.house.ties(scene.eve, tie("of_eve"))
    assert scene.found("formerly_o") == {"Bea"}
    assert scene.found("on_no_card") == scene.found("of_eve") == set()


def test_only_ties_that_are_about_the_person_stand_on_the_card(scene: Scene) -> None:
    """Put there, or of a handle that is kept there and on no other card."""
    bea = scene.met("Bea")
    kept, other = (UUID(scan_code(scene.ana, f"https://x.com/{n}")) for n in ("heron", "wren"))
    names = ("owl", "heron", "wren", "robin")
    scene.house.ties(scene.ana, *(tie(name) for name in names))
    for name, contact in (("owl", bea), ("heron", None), ("wren", bea), ("robin", None)):
        scene.put(name, contact)
    assert scene.ties_on(bea) == {"owl", "wren"}
    assert scene.ties_on(kept) == {"heron"}
    assert scene.ties_on(other) == set(), "it stands on Bea's card"


def copied(scene: Scene, contact: UUID, **more: object) -> None:
    """Eve has a card of the same id."""
    values = {"root_id": contact, **more}
    row = Contact(owner_id=scene.eve.id, id=contact, **values)
    scene.house.db.write_now(lambda session: session.add(row))


def test_handles_of_a_card_with_the_same_id_are_not_on_it(scene: Scene) -> None:
    bea = scene.met("Bea", "owl")
    scene.ana.client.patch(f"/people/{bea}", data={"note": "Row seven"})
    cleo = scene.house.person("Cleo")
    scene.house.attendee(scene.event, cleo, handles=[("x", "of_cleo")])
    listed = scene.house.attendee(scene.event, "Lena", handles=[("x", "of_lena")])
    copied(scene, bea, account_id=cleo.id)

    def add(session: Session) -> None:
        mine = {"owner_id": scene.eve.id, "contact_id": bea}
        session.add(ContactAttendee(**mine, attendee_id=listed.id))
        session.add(ContactHandle(**mine, network="x", key="kept", name="kept_by_eve"))

    scene.house.db.write_now(add)
    assert scene.handles_on(bea) == {"owl"}
    for name in ("of_cleo", "of_lena", "kept_by_eve"):
        assert scene.found(name) == set(), name


def test_ties_of_a_card_with_the_same_id_are_not_on_it(scene: Scene) -> None:
    """Eve's ties have the ids of Ana's, and stand on a card that has the id of Ana's card."""
    bea, cleo = scene.met("Bea"), scene.met("Cleo")
    kept = UUID(scan_code(scene.ana, "https://x.com/heron"))
    scene.house.ties(scene.ana, *(tie(name) for name in ("owl", "loose", "lapwing")))
    scene.put("owl", bea)
    copied(scene, bea, root_id=cleo)
    copied(scene, kept)

    def copy(session: Session) -> None:
        session.add(
            ContactHandle(
                owner_id=scene.eve.id, contact_id=bea, network="x", key="lapwing", name="lapwing"
            )
        )
        for mine in session.scalars(select(Tie).where(Tie.owner_id == scene.ana.id)).all():
            if mine.name != "lapwing":
                # Of a handle that Ana keeps.
                its = {"network": "x", "key": "heron", "name": "of_eve"}
                session.add(Tie(owner_id=scene.eve.id, id=mine.id, contact_id=bea, **its))

    scene.house.db.write_now(copy)
    assert scene.ties_on(bea) == {"owl"}
    assert scene.ties_on(kept) == scene.ties_on(cleo) == set()
    assert scene.found("of_eve") == set()
    assert scene.found("owl") == {"Bea"}


def test_beyond_what_a_card_shows_are_ties_of_its_owner_on_this_card_alone(scene: Scene) -> None:
    """Eve's cards have the ids of Ana's, the other way round under each other."""
    bea, cleo = scene.met("Bea", "owl"), scene.met("Cleo")
    scene.house.ties(scene.ana, *(tie(name) for name in ("owl", "heron", "wren")))
    for name, contact in (("owl", bea), ("heron", bea), ("wren", cleo)):
        scene.put(name, contact)
    copied(scene, bea, root_id=cleo)
    copied(scene, cleo, root_id=bea)

    def beyond(session: Session) -> set[str | None]:
        for mine in session.scalars(select(Tie).where(Tie.owner_id == scene.ana.id)).all():
            session.add(
                Tie(owner_id=scene.eve.id, id=mine.id, network="x", key="lark", contact_id=bea)
            )
        found = ties_beyond_handles(session, scene.ana.id, [bea])
        named = select(Tie.name).where(Tie.owner_id == scene.ana.id, Tie.id.in_(found))
        return set(session.scalars(named))

    assert scene.house.db.write_now(beyond) == {"heron"}


def test_whom_somebody_else_has_under_the_same_id_is_hidden_by_no_block(scene: Scene) -> None:
    """Ana blocks Dan; Eve's card of him has the id of Ana's card of Bea."""
    bea, cleo = scene.met("Bea"), scene.met("Cleo")
    dan = scene.house.person("Dan")
    dans = UUID(scene.house.scan(scene.ana, scene.house.attendee(scene.event, dan))["contact"])
    copied(scene, bea, account_id=dan.id)
    copied(scene, cleo, root_id=dans)
    scene.house.db.write_now(block, scene.ana.id, dan.id)
    people = scene.house.db.read_now(lambda session: cards(session, scene.ana.id, limit=9))
    assert {each.name for each in people} == {"Bea", "Cleo"}
    meetings = scene.ana.client.get("/api/v1/meetings").json()["items"]
    assert {each["contact"]["name"] for each in meetings} == {"Bea", "Cleo"}
