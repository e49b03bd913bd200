"""Digests by the owner's own clock, quiet hours, and tries that wait longer and longer."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.reminders.schedule import (
    MOST_TRIES,
    Rhythm,
    after_quiet,
    known_zone,
    next_digest,
    next_try,
    zone_of,
)

ZONES = st.sampled_from(
    [ZoneInfo(name) for name in (
        "UTC", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
        "Pacific/Apia", "Africa/Casablanca",
    )]
)  # fmt: skip
HOURS = st.integers(0, 23)
MOMENTS = st.integers(1_100_000_000, 2_100_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
RHYTHMS = st.builds(Rhythm, HOURS, ZONES, st.none() | st.integers(0, 6))


@given(RHYTHMS, MOMENTS)
def test_the_next_one_lies_ahead_on_a_day_of_its_own(rhythm: Rhythm, after: datetime) -> None:
    first = next_digest(rhythm, after)
    second = next_digest(rhythm, first)
    assert after < first < second
    days = [moment.astimezone(rhythm.zone).date() for moment in (first, second)]
    assert days[0] < days[1]
    assert first - after <= timedelta(days=9)


@given(RHYTHMS, MOMENTS)
def test_it_comes_at_the_hour_and_on_the_day_of_the_week(rhythm: Rhythm, after: datetime) -> None:
    local = next_digest(rhythm, after).astimezone(rhythm.zone)
    # Where clocks go forward past the hour, it comes in the hour after.
    assert local.hour in {rhythm.hour, (rhythm.hour + 1) % 24}
    if rhythm.weekday is not None:
        assert local.weekday() == rhythm.weekday


def test_no_day_is_left_out_or_comes_twice_where_clocks_change() -> None:
    rhythm = Rhythm(2, ZoneInfo("Europe/Lisbon"))
    moment = datetime(2026, 3, 20, tzinfo=UTC)
    days = []
    for _ in range(240):
        moment = next_digest(rhythm, moment)
        days.append(moment.astimezone(rhythm.zone).date())
    assert days == [days[0] + timedelta(days=number) for number in range(240)]


@given(MOMENTS, ZONES, HOURS, HOURS)
def test_nothing_is_shown_in_quiet_hours_and_nothing_waits_longer_than_they_last(
    moment: datetime, zone: ZoneInfo, quiet_from: int, quiet_until: int
) -> None:
    then = after_quiet(moment, zone, quiet_from, quiet_until)
    assert moment <= then <= moment + timedelta(hours=26)
    assert after_quiet(then, zone, quiet_from, quiet_until) == then or (
        # Clocks that are put back show the last quiet hour twice.
        then - moment < timedelta(hours=26)
    )
    if quiet_from == quiet_until:
        assert then == moment


def test_quiet_hours_may_go_past_midnight() -> None:
    zone = ZoneInfo("Europe/Lisbon")
    night = datetime(2026, 11, 23, 23, 30, tzinfo=zone)
    assert after_quiet(night, zone, 22, 7) == datetime(2026, 11, 24, 7, tzinfo=zone)
    early = datetime(2026, 11, 24, 6, 59, tzinfo=zone)
    assert after_quiet(early, zone, 22, 7) == datetime(2026, 11, 24, 7, tzinfo=zone)
    noon = datetime(2026, 11, 24, 12, tzinfo=zone)
    assert after_quiet(noon, zone, 22, 7) == noon


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "a" * 100, "Eu\0rope"]
)
def test_a_zone_that_does_not_exist_is_utc(name: str) -> None:
    assert known_zone(name) is None
    assert zone_of(name).key == "UTC"


@given(st.text(max_size=80))
def test_any_text_names_a_zone_or_none(name: str) -> None:
    assert zone_of(name).key in {name, "UTC"}


@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_tries_wait_longer_and_longer_and_end(tries: int, chance: random.Random) -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    again = next_try(tries, moment, chance)
    if tries >= MOST_TRIES:
        assert again is None
        return
    assert again is not None
    wait = min(timedelta(minutes=1) * 2 ** (tries - 1), timedelta(hours=6))
    assert wait / 2 <= again - moment <= wait * 1.5
