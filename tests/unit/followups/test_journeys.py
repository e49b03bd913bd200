"""The way from the first exchange to more: counted in days, the shortest first."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.followups.journeys import QUICKLY, Journey, Trail, journey, quickest

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def on(day: int) -> datetime:
    return START + timedelta(days=day)


@pytest.mark.parametrize(
    ("online", "met", "done", "words"),
    [
        (None, [0, 12], [], "Met again 12 days after the first meeting"),
        (-30, [0], [1], "Followed up 31 days after the first exchange online"),
        (5, [0], [1], "Followed up a day after the first meeting"),
        (-900, [0], [3], "Followed up 3 days after the first meeting"),
        (None, [0], [0], "Followed up within a day of the first meeting"),
        (None, [0, 40], [3], "Followed up 3 days after the first meeting"),
        (None, [40, 0], [-3], "Met again 40 days after the first meeting"),
    ],
)
def test_it_runs_from_the_first_exchange_to_the_first_of_either(
    online: int | None, met: list[int], done: list[int], words: str
) -> None:
    trail = Trail(
        None if online is None else on(online), [on(day) for day in met], [on(day) for day in done]
    )
    way = journey(trail)
    assert way
    assert way.words == words


@pytest.mark.parametrize("trail", [Trail(None, [], [on(0)]), Trail(on(-9), [on(0)], [on(-1)])])
def test_without_a_meeting_or_anything_since_there_is_none(trail: Trail) -> None:
    assert journey(trail) is None


@given(st.lists(st.integers(0, 200), max_size=20))
def test_the_shortest_come_first_and_long_ones_never(days: list[int]) -> None:
    ways = [(number, Journey(each, False, "met again")) for number, each in enumerate(days)]
    quick = sorted(each for each in days if each <= QUICKLY)
    assert [way.days for _, way in quickest(ways, 5)] == quick[:5]
