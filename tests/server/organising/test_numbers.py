"""What an organiser must not read off an event's numbers, however they go about it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from firsthand.db import now
from firsthand.events.models import Event, EventRole, Role
from firsthand.events.staff import make_staff, remove_staff
from firsthand.meetings.models import Meeting
from firsthand.organising.statistics import Statistics, statistics
from tests.server.house import House, Person
from tests.server.organising.test_organising_pages import Crowd

PEOPLE = 13
# Of thirteen people: ten and more are told, fewer are not, and a few are at the edge.
PAIRS = st.sets(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)).filter(
        lambda pair: pair[0] < pair[1]
    ),
    min_size=4,
    max_size=16,
)


class Fixture:
    """Two days, an organiser, and people with places whom the organiser may make staff."""

    def __init__(self, house: House, people: int = PEOPLE) -> None:
        self.house = house
        self.today = datetime.now(UTC)
        self.olga = house.person("Olga Organiser")
        first = (self.today - timedelta(2)).date()
        self.event: Event = house.event(
            self.olga, starts=first, ends=self.today.date(), timezone="UTC"
        )
        self.crowd = Crowd(house, self.event, people)

    def meet(self, pairs: Iterable[tuple[int, int]], days_ago: int = 0) -> None:
        at = (self.today - timedelta(days_ago)).isoformat()
        for one, other in pairs:
            scanned = self.house.scan(
                self.crowd.people[one], self.crowd.wearers[other], scanned_at=at
            )
            assert scanned["outcome"] == "recorded"

    def numbers(self) -> Statistics:
        return self.house.db.read_now(statistics, self.event, now())

    def make_staff(self, person: Person) -> None:
        self.house.db.write_now(make_staff, self.event, person.id)

    def remove_staff(self, person: Person) -> None:
        self.house.db.write_now(remove_staff, self.olga.id, self.event.slug, person.id)

    def nobody_met(self) -> None:
        def forget(session: Session) -> None:
            session.execute(delete(Meeting))
            session.execute(delete(EventRole).where(EventRole.role == Role.STAFF))

        self.house.db.write_now(forget)


@pytest.fixture
def lake(house: House) -> Fixture:
    return Fixture(house)


@pytest.fixture
def knowing(lake: Fixture) -> Fixture:
    """They know each other online, too."""
    lake.crowd.know(12)
    return lake


def test_two_people_made_staff_in_turn_do_not_tell_whether_they_met(house: House) -> None:
    lake = Fixture(house, 14)
    lake.meet(
        [(0, 1), (0, 3), (1, 4), (2, 5), (2, 6), (3, 7), (8, 9), (10, 11), (12, 13), (7, 8), (5, 9)]
    )

    def told(*staff: int) -> int:
        for n in staff:
            sent = lake.olga.client.post(
                "/organise/seaside/staff", data={"email": lake.crowd.people[n].email}
            )
            assert sent.status_code == 200
        count: int = lake.olga.client.get("/api/v1/events/seaside/statistics").json()["pairs_met"]
        for n in staff:
            path = f"/organise/seaside/staff/{lake.crowd.people[n].id}"
            assert lake.olga.client.post(path, data={"_method": "DELETE"}).status_code == 303
        return count

    assert [told(), told(0), told(1), told(2), told(0, 1), told(0, 2)] == [11] * 6


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    met=PAIRS,
    changes=st.lists(
        st.sets(st.integers(0, PEOPLE - 1), min_size=1, max_size=6), min_size=1, max_size=4
    ),
)
def test_no_number_changes_with_who_is_staff(
    knowing: Fixture, met: set[tuple[int, int]], changes: list[set[int]]
) -> None:
    """Not even to "too few to tell": that would tell who has met anybody."""
    lake = knowing
    lake.nobody_met()
    lake.meet(met)
    lake.meet(sorted(met)[::2], days_ago=1)
    before = lake.numbers()
    for staff in changes:
        for n in sorted(staff):
            lake.make_staff(lake.crowd.people[n])
            assert lake.numbers() == before
        for n in sorted(staff):
            lake.remove_staff(lake.crowd.people[n])
    assert lake.numbers() == before


def _days(lake: Fixture) -> list[int]:
    return [count for _, count in lake.numbers().meetings_by_day]


# Eleven pairs among twelve people, and six among five.
MANY = [(n, n + 1) for n in range(11)]
FIVE = [(0, 2), (0, 3), (1, 3), (0, 4), (1, 4), (2, 4)]


def test_a_day_of_too_few_people_is_not_what_the_whole_leaves(lake: Fixture) -> None:
    lake.meet(MANY, days_ago=2)
    lake.meet(FIVE, days_ago=1)
    assert lake.numbers().pairs_met == 17
    assert _days(lake) == []


def test_days_are_left_out_from_the_smallest_until_the_rest_is_of_enough_people(
    lake: Fixture,
) -> None:
    lake.meet([*MANY, (0, 11), (0, 12)], days_ago=2)
    lake.meet(FIVE, days_ago=1)
    lake.meet([(n, n + 3) for n in range(9)])
    assert lake.numbers().pairs_met == 13 + 6 + 9 - 2
    assert _days(lake) == [13]


def test_a_day_whose_few_pairs_met_on_others_too_is_not_told_to_have_no_new_ones(
    lake: Fixture,
) -> None:
    lake.meet(MANY, days_ago=2)
    lake.meet(MANY[:2], days_ago=1)
    assert lake.numbers().pairs_met == 11
    assert _days(lake) == []


def test_days_that_are_all_told_keep_nothing_back(lake: Fixture) -> None:
    lake.meet(MANY, days_ago=2)
    lake.meet(MANY[1:], days_ago=1)
    assert _days(lake) == [11, 10]


def test_five_who_were_scanned_today_have_arrived_but_not_by_scans_taken_back(
    lake: Fixture,
) -> None:
    assert lake.numbers().arrived_today == 0
    lake.meet([(0, n) for n in range(1, 5)])
    assert lake.numbers().arrived_today is None
    lake.meet([(1, 5)])
    assert lake.numbers().arrived_today == 5
    api = lake.crowd.people[1].client
    (meeting,) = api.get("/api/v1/meetings").json()["items"]
    assert api.put(f"/api/v1/scans/{meeting['scans'][0]}/retraction").status_code == 200
    assert lake.numbers().arrived_today is None
