"""The address of a picture, in the hands of who has no right to it."""

import re
from dataclasses import dataclass

import pytest

from firsthand.accounts.faces import keep_face
from firsthand.attendees.membership import choose_listed
from firsthand.events.models import Event
from firsthand.scans.keeping import mark_known_before
from tests.server.house import House, Person, Wearer


@dataclass
class Scene:
    """Bea has sent a picture; Ana is at her event, too."""

    house: House
    event: Event
    bea: Person
    ana: Person
    beas: Wearer
    address: str

    def show(self, circle: str) -> None:
        answer = self.bea.client.patch("/api/v1/me", json={"circles": {"face": circle}})
        assert answer.status_code == 200

    def is_seen_by(self, viewer: Person) -> bool:
        status = viewer.client.get(self.address).status_code
        assert status in {200, 404}
        return status == 200


@pytest.fixture
def scene(house: House) -> Scene:
    bea, ana = house.person("Bea"), house.person("Ana")
    event = house.event(house.person("Olga"), timezone="UTC")
    beas = house.attendee(event, bea)
    house.attendee(event, ana)
    mark = house.db.write_now(keep_face, bea.id, b"a picture").face
    return Scene(house, event, bea, ana, beas, f"/faces/{mark}")


def test_who_sent_it_sees_it_whoever_else_may(scene: Scene) -> None:
    scene.show("nobody")
    assert scene.is_seen_by(scene.bea)


def test_who_is_only_at_another_event_does_not_browse_this_one(scene: Scene) -> None:
    scene.show("browsing")
    carl = scene.house.person("Carl")
    assert not scene.is_seen_by(carl)
    scene.house.attendee(scene.house.event(carl, slug="lakeside"), carl)
    assert not scene.is_seen_by(carl)
    assert scene.is_seen_by(scene.ana)


def test_somebody_else_who_is_listed_shows_nothing_of_who_is_not(scene: Scene) -> None:
    scene.show("browsing")
    scene.house.db.write_now(choose_listed, scene.bea.id, "seaside", False)
    assert not scene.is_seen_by(scene.ana)


def test_a_card_of_ones_own_word_opens_no_picture_for_people_met(scene: Scene) -> None:
    scene.house.db.write_now(mark_known_before, scene.ana.id, [scene.beas.id])
    assert not scene.is_seen_by(scene.ana)


def test_who_met_somebody_else_sees_no_picture_of_this_one(scene: Scene) -> None:
    """Nor does who knows somebody who met them."""
    carl = scene.house.person("Carl")
    cleo = scene.house.attendee(scene.event, scene.house.person("Cleo"))
    scene.house.scan(scene.ana, cleo)
    scene.house.scan(carl, scene.beas)
    assert scene.is_seen_by(carl)
    scene.house.db.write_now(mark_known_before, scene.ana.id, [scene.beas.id])
    assert not scene.is_seen_by(scene.ana)
    scene.house.scan(scene.ana, scene.beas)
    assert scene.is_seen_by(scene.ana)


def test_an_address_is_of_as_many_letters_as_nobody_guesses(scene: Scene) -> None:
    assert re.fullmatch(r"/faces/[0-9a-f]{32}", scene.address)


def test_of_several_pictures_each_address_has_its_own(scene: Scene) -> None:
    scene.show("browsing")
    mark = scene.house.db.write_now(keep_face, scene.ana.id, b"another picture").face
    assert scene.ana.client.get(f"/faces/{mark}").content == b"another picture"
    assert scene.ana.client.get(scene.address).content == b"a picture"
    assert scene.ana.client.get(f"/faces/{'0' * 32}").status_code == 404


@pytest.mark.parametrize("mark", ["%00", "0%00", "%ed%a0%80"])
def test_an_address_that_no_database_takes_is_of_no_picture(scene: Scene, mark: str) -> None:
    assert scene.ana.client.get(f"/faces/{mark}").status_code == 404
