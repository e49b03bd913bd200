"""Thirty short codes that are no badge's may be typed an hour, by each account for itself."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from firsthand.db import now
from firsthand.events.models import Event
from firsthand.scans.guessing import MISSES_AN_HOUR
from firsthand.scans.models import MissedShortCode
from tests.server.house import House, Person, Wearer
from tests.server.scans.test_recording import sent, upload
from tests.statements import statements


class Scene:
    def __init__(self, house: House) -> None:
        self.house = house
        self.ana, self.ben = house.person("Ana"), house.person("Ben")
        self.event: Event = house.event(house.person("Olga"), timezone="UTC")
        for each in (self.ana, self.ben):
            house.attendee(self.event, each)
        self.fenna: Wearer = house.attendee(self.event, "Fenna")

    def outcomes(self, who: Person, misses: int) -> list[str]:
        """Of so many codes that are none, and of a right one after them, in one upload."""
        codes = [f"ZZZZZZ{number:02d}" for number in range(misses)]
        scans = [sent(code, event="seaside") for code in (*codes, self.fenna.short_code)]
        return [result["outcome"] for result in upload(who, scans)]

    def later(self, moment: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
        """So long after all the misses that there are, to the microsecond."""
        then = now()
        missed = update(MissedShortCode).values(at=then)
        self.house.db.write_now(lambda session: session.execute(missed) and None)
        monkeypatch.setattr("firsthand.scans.guessing.now", lambda: then + moment)


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


def test_after_one_less_a_right_code_is_found(scene: Scene) -> None:
    assert scene.outcomes(scene.ana, MISSES_AN_HOUR - 1)[-1] == "recorded"


def test_after_as_many_it_is_not_even_in_the_same_upload(scene: Scene) -> None:
    assert MISSES_AN_HOUR == 30
    assert set(scene.outcomes(scene.ana, 30)) == {"invalid"}


def test_those_of_earlier_uploads_count_with_these(scene: Scene) -> None:
    scene.outcomes(scene.ana, 15)
    assert scene.outcomes(scene.ana, 14)[-1] == "recorded"
    assert scene.outcomes(scene.ana, 1)[-1] == "invalid"


def test_those_of_somebody_else_do_not_count(scene: Scene) -> None:
    scene.outcomes(scene.ben, 30)
    assert scene.outcomes(scene.ana, 0) == ["recorded"]


def test_a_full_hour_later_they_count_no_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.outcomes(scene.ana, 30)
    scene.later(timedelta(hours=1), monkeypatch)
    assert scene.outcomes(scene.ana, 0) == ["recorded"]


def test_just_before_that_they_do(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.outcomes(scene.ana, 30)
    scene.later(timedelta(hours=1, microseconds=-1), monkeypatch)
    assert scene.outcomes(scene.ana, 0) == ["invalid"]


def test_an_upload_asks_once_how_many_there_were(scene: Scene) -> None:
    with statements() as asked:
        scene.outcomes(scene.ana, 5)
    counted = [each for each in asked if each.startswith("SELECT missed_short_code")]
    assert len(counted) == 1
