"""How many ways to a provider one network may have begun, and how long one is waited for."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.db import now
from firsthand.problems import TooMany
from firsthand.sign_in_elsewhere.models import SignInElsewhere
from firsthand.sign_in_elsewhere.ways import WAY_LASTS, Goal, Starter, begin, take
from tests.server.house import House

GOAL = Goal("github", "https://github.com", "/people")
HERE = Starter("a browser", "198.51.100.7")


def begun(house: House, starter: Starter = HERE) -> str:
    return house.db.write_now(begin, GOAL, starter, "a key for tests that guards nothing")


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("firsthand.sign_in_elsewhere.ways.now", lambda: moment)


@pytest.fixture(autouse=True)
def only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one network."""
    monkeypatch.setattr("firsthand.sign_in_elsewhere.ways._WAYS_A_PEER", 1)


def test_the_last_way_that_a_network_may_begin_is_begun_and_not_one_more(house: House) -> None:
    assert begun(house)
    with pytest.raises(TooMany):
        begun(house)
    assert begun(house, Starter("a browser", "198.51.100.8"))


def test_who_has_come_back_makes_room_for_the_next(house: House) -> None:
    state = begun(house)
    assert house.db.write_now(take, state, HERE.browser) == GOAL
    assert begun(house)


def test_ways_that_nobody_came_back_from_count_no_more_after_ten_minutes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    at(monkeypatch, moment)
    begun(house)
    at(monkeypatch, moment + WAY_LASTS)
    with pytest.raises(TooMany):
        begun(house)
    at(monkeypatch, moment + WAY_LASTS + timedelta(microseconds=1))
    begun(house)

    def kept(session: Session) -> int:
        return len(session.scalars(select(SignInElsewhere)).all())

    assert house.db.read_now(kept) == 1


def test_a_way_back_is_waited_for_until_its_ten_minutes_are_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    at(monkeypatch, moment)
    state = begun(house)
    at(monkeypatch, moment + WAY_LASTS)
    assert house.db.write_now(take, state, HERE.browser) is None
    at(monkeypatch, moment + WAY_LASTS - timedelta(microseconds=1))
    assert house.db.write_now(take, state, HERE.browser) == GOAL


def test_one_browser_with_two_ways_takes_the_one_it_comes_back_from(house: House) -> None:
    states = [
        begun(house, Starter(HERE.browser, peer)) for peer in ("198.51.100.7", "198.51.100.8")
    ]
    for state in states:
        assert house.db.write_now(take, state, HERE.browser) == GOAL
        assert house.db.write_now(take, state, HERE.browser) is None
