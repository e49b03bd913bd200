"""What was joined by a handle stands joined only while its owner shows it."""

from typing import Any
from uuid import UUID

import pytest

from firsthand.accounts.models import Circle
from firsthand.scans.keeping import mark_known_before
from firsthand.ties.kinds import KindCount, TieKind
from tests.server.contacts.test_one_person import people, prove, scan_code
from tests.server.house import House, Person, tie


class Scene:
    """Ana met Bea, whom she knows online as an owl."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ana, self.bea = house.person("Ana"), house.person("Bea")
        event = house.event(self.ana, timezone="UTC")
        house.attendee(event, self.ana)
        self.badge = house.attendee(event, self.bea, handles=[("x", "@owl")])
        self.handle = self.bea.client.get("/api/v1/me").json()["handles"][0]["id"]

    def know(self) -> None:
        self.house.ties(self.ana, tie("owl", KindCount(TieKind.REPLIED, 14)))

    def meet(self) -> str:
        contact: str = self.house.scan(self.ana, self.badge)["contact"]
        self.house.settle()
        return contact

    def show_to(self, circle: str) -> None:
        self.bea.client.patch(f"/me/handles/{self.handle}", data={"circle": circle})
        self.house.settle()

    def page(self, contact: str) -> str:
        return self.ana.client.get(f"/people/{contact}").text

    def taken_along(self) -> dict[str, Any]:
        told: dict[str, Any] = self.ana.client.get("/api/v1/me/export").json()
        return told


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


def hide(scene: Scene) -> None:
    scene.show_to("nobody")


def remove(scene: Scene) -> None:
    scene.bea.client.delete(f"/me/handles/{scene.handle}")
    scene.house.settle()


def leave(scene: Scene) -> None:
    assert scene.bea.client.delete("/api/v1/me").status_code < 400


TAKEN_BACK = pytest.mark.parametrize("take_back", [hide, remove, leave])


@TAKEN_BACK
def test_what_was_said_online_leaves_the_card_with_the_handle(scene: Scene, take_back: Any) -> None:
    scene.know()
    contact = scene.meet()
    assert "You replied 14 times" in scene.page(contact)
    take_back(scene)
    assert "14 times" not in scene.page(contact)
    assert [row["contact_id"] for row in scene.taken_along()["tie"]] == [None]
    (card,) = scene.taken_along()["contact"]
    assert (card["has_tie"], card["stage"]) == (False, "met")


def test_what_was_said_online_leaves_the_card_of_whom_only_the_list_shows(scene: Scene) -> None:
    scene.know()
    scene.house.db.write_now(mark_known_before, scene.ana.id, [scene.badge.id])
    scene.house.settle()
    for listed in (True, False, True):
        choice = {"listed": "yes" if listed else "no"}
        scene.bea.client.put("/me/events/seaside/listing", data=choice)
        scene.house.settle()
        assert [row["contact_id"] is not None for row in scene.taken_along()["tie"]] == [listed]


def test_what_was_said_online_is_there_again_with_the_handle(scene: Scene) -> None:
    scene.know()
    contact = scene.meet()
    scene.show_to("nobody")
    scene.show_to("met")
    assert "You replied 14 times" in scene.page(contact)


def test_a_handle_that_the_owner_keeps_stays_with_what_was_said(scene: Scene) -> None:
    scene.know()
    contact = scene.meet()
    assert scan_code(scene.ana, "https://x.com/owl") == contact
    scene.show_to("nobody")
    assert "You replied 14 times" in scene.page(contact)


def test_another_handle_says_nothing_of_a_hidden_one(scene: Scene) -> None:
    scene.know()
    contact = scene.meet()
    scene.bea.client.post("/me/handles", data={"handle": "@robin", "network": "x"})
    scene.show_to("nobody")
    assert "14 times" not in scene.page(contact)


@TAKEN_BACK
def test_cards_that_a_proof_joined_part_without_a_word(scene: Scene, take_back: Any) -> None:
    by_code, by_badge = scan_code(scene.ana, "https://x.com/owl"), scene.meet()
    prove(scene.house, scene.bea, "owl")
    assert "proven to be @owl" in scene.page(by_badge)
    take_back(scene)
    assert "proven to be" not in scene.page(by_badge) + scene.page(by_code)
    assert scene.taken_along()["contact_merge"] == []
    assert scene.taken_along()["contact_apart"] == []
    assert len(people(scene.ana)) == 2


def test_cards_that_a_proof_joined_are_one_again_with_the_handle(scene: Scene) -> None:
    scan_code(scene.ana, "https://x.com/owl")
    scene.meet()
    prove(scene.house, scene.bea, "owl")
    scene.show_to("nobody")
    scene.show_to("met")
    assert people(scene.ana) == ["Bea"]


def test_what_the_owner_joined_stays_by_their_word_which_names_no_handle(scene: Scene) -> None:
    by_code, by_badge = scan_code(scene.ana, "https://x.com/owl"), scene.meet()
    scene.ana.client.post(f"/people/{by_code}/same", data={"other": by_badge})
    assert "both have @owl" in scene.page(by_badge)
    scene.show_to("nobody")
    page = scene.page(by_badge)
    assert "both have" not in page
    assert "you said so" in page
    (merge,) = scene.taken_along()["contact_merge"]
    assert (merge["evidence"], merge["detail"]) == ("owner", "")


def test_a_hidden_handle_takes_nothing_off_other_cards(scene: Scene) -> None:
    """Only cards of whoever hid a handle are looked at."""
    scene.know()
    other: Person = scene.house.person("Cleo")
    wearer = scene.house.attendee(scene.house.event(other, slug="lake"), other)
    cleo = scene.house.scan(scene.ana, wearer)["contact"]
    contact = scene.meet()
    prove(scene.house, scene.bea, "owl", Circle.MET)
    other.client.post("/me/handles", data={"handle": "@cleo", "network": "x"})
    handle = other.client.get("/api/v1/me").json()["handles"][0]["id"]
    other.client.patch(f"/me/handles/{UUID(handle)}", data={"circle": "nobody"})
    scene.house.settle()
    assert "You replied 14 times" in scene.page(contact)
    assert "14 times" not in scene.page(cleo)
