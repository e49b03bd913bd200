"""What was joined by a handle of the organiser's list stands joined only while the list has it."""

from datetime import timedelta
from importlib import import_module
from uuid import UUID

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from firsthand.contacts.models import ContactHandle
from firsthand.db import insert_new, now
from firsthand.followups import shown_handles
from firsthand.followups.one_person import make_one
from firsthand.handles.models import Handle
from firsthand.leaving import delete_account
from firsthand.organising.list_reading import read_list
from firsthand.organising.lists import import_read_list
from firsthand.organising.removing import remove_one_for_good
from firsthand.outbox import OutboxEntry
from firsthand.retention import clean_up
from firsthand.ties.kinds import KindCount, TieKind
from tests.server.house import House, Person, tie


def knows_the_owl(owner: Person, contact: str) -> bool:
    return "You replied 14 times" in owner.client.get(f"/people/{contact}").text


class Scene:
    """Ana met Bea, who is a name on the organiser's list, and knows an owl online."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ana = house.person("Ana")
        self.event = house.event(self.ana, timezone="UTC")
        house.attendee(self.event, self.ana)
        self.badge = self.bea = house.attendee(self.event, "Bea Lund", handles=[("x", "@owl")])
        self.contact = self.meet(self.ana)

    def meet(self, owner: Person) -> str:
        self.house.ties(owner, tie("owl", KindCount(TieKind.REPLIED, 14)))
        contact: str = self.house.scan(owner, self.badge)["contact"]
        self.house.settle()
        return contact

    def list_says(self, csv: str) -> None:
        self.house.db.write_now(import_read_list, self.event.id, read_list(csv.encode()), "all")
        self.house.settle()

    def remove(self) -> None:
        self.house.db.write_now(remove_one_for_good, b"key of a house", self.event.id, self.bea.id)
        self.house.settle()

    def knows_the_owl(self) -> bool:
        return knows_the_owl(self.ana, self.contact)

    def waiting(self) -> int:
        count = select(func.count()).select_from(OutboxEntry)
        return self.house.db.read_now(lambda session: session.scalars(count).one())

    def ring_has_a_tie(self) -> bool:
        (card,) = self.ana.client.get("/api/v1/me/export").json()["contact"]
        has_tie: bool = card["has_tie"]
        return has_tie


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


def test_another_handle_on_the_list_takes_the_tie_off_the_card(scene: Scene) -> None:
    assert scene.knows_the_owl()
    scene.list_says("name,x\nBea Lund,@heron\n")
    assert not scene.knows_the_owl()
    assert not scene.ring_has_a_tie()


def test_the_tie_is_there_again_with_its_handle_on_the_list(scene: Scene) -> None:
    scene.list_says("name,x\nBea Lund,@heron\n")
    scene.list_says("name,x\nBea Lund,@owl\n")
    assert scene.knows_the_owl()
    assert scene.ring_has_a_tie()


def test_a_list_that_names_the_same_handle_leaves_the_tie(scene: Scene) -> None:
    scene.list_says("name,company,x\nBea Lund,Pond,@owl\n")
    assert scene.knows_the_owl()


def test_a_list_without_handles_leaves_the_tie(scene: Scene) -> None:
    scene.list_says("name,company\nBea Lund,Pond\n")
    assert scene.knows_the_owl()


def test_whoever_is_removed_from_the_list_takes_the_tie_off_the_card(scene: Scene) -> None:
    scene.remove()
    assert not scene.knows_the_owl()
    assert not scene.ring_has_a_tie()


def test_a_list_that_shows_somebody_no_more_takes_the_tie_off_the_card(scene: Scene) -> None:
    scene.list_says("name,listed,x\nBea Lund,no,@owl\n")
    assert not scene.knows_the_owl()
    scene.list_says("name,listed,x\nBea Lund,yes,@owl\n")
    assert scene.knows_the_owl()


def test_what_is_kept_no_longer_takes_the_tie_off_the_card(scene: Scene) -> None:
    clean_up(scene.house.db, now() + timedelta(days=4000))
    scene.house.settle()
    assert not scene.knows_the_owl()
    assert not scene.ring_has_a_tie()


def test_a_tie_by_a_handle_that_was_erased_before_the_rule_is_taken_off_by_the_schemas_step(
    scene: Scene,
) -> None:
    step = import_module("firsthand.migrations.versions.0023_ties_by_a_lists_handle_are_judged")

    def as_it_was(session: Session) -> None:
        session.execute(delete(Handle))
        with Operations.context(MigrationContext.configure(session.connection())):
            step.upgrade()

    scene.house.db.write_now(as_it_was)
    assert scene.knows_the_owl()
    scene.house.settle()
    assert not scene.knows_the_owl()


def test_everybody_with_a_card_is_judged_in_as_many_steps_as_it_takes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_handles, "_OWNERS_A_STEP", 1)
    others = [scene.house.person(name) for name in ("Cleo", "Dan")]
    cards = [(other, scene.meet(other)) for other in others]
    assert all(knows_the_owl(*card) for card in cards)
    scene.list_says("name,x\nBea Lund,@heron\n")
    assert not scene.knows_the_owl()
    assert not any(knows_the_owl(*card) for card in cards)
    assert scene.waiting() == 0


def test_whoever_is_removed_takes_the_tie_off_everybodys_card_of_them_and_off_no_other(
    scene: Scene,
) -> None:
    cleo = scene.house.person("Cleo")
    of_bea = scene.meet(cleo)
    scene.badge = scene.house.attendee(scene.event, "Otto Berg", handles=[("x", "@owl")])
    dan = scene.house.person("Dan")
    of_otto = scene.meet(dan)
    scene.house.db.write_now(remove_one_for_good, b"key", scene.event.id, scene.bea.id)
    scene.house.settle()
    assert not scene.knows_the_owl()
    assert not knows_the_owl(cleo, of_bea)
    assert knows_the_owl(dan, of_otto)


def test_a_handle_that_the_owner_keeps_on_the_card_holds_the_tie(scene: Scene) -> None:
    whose = {"owner_id": scene.ana.id, "contact_id": UUID(scene.contact)}
    kept = {"network": "x", "key": "owl", "name": "owl", **whose}
    scene.house.db.write_now(insert_new, ContactHandle, [kept])
    scene.remove()
    assert scene.knows_the_owl()
    assert scene.ring_has_a_tie()


def test_a_card_that_has_become_part_of_another_meanwhile_is_judged_there(scene: Scene) -> None:
    other = scene.house.attendee(scene.event, "B. Lund")
    older = scene.house.scan(scene.ana, other)["contact"]
    scene.house.db.write_now(remove_one_for_good, b"key", scene.event.id, scene.bea.id)
    one = scene.house.db.write_now(make_one, scene.ana.id, UUID(older), UUID(scene.contact))
    assert str(one) != scene.contact
    assert knows_the_owl(scene.ana, str(one))
    scene.house.settle()
    assert not knows_the_owl(scene.ana, str(one))


def test_nothing_is_left_to_do_of_a_card_whose_owner_has_gone_meanwhile(scene: Scene) -> None:
    owner = scene.house.person("Cleo")
    scene.meet(owner)
    scene.house.db.write_now(remove_one_for_good, b"key", scene.event.id, scene.bea.id)
    scene.house.db.write_now(delete_account, owner.id)
    scene.house.settle()
    assert scene.waiting() == 0
