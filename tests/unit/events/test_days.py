"""Which moment and which day a meeting counts for."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.events.days import effective_time, local_day

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-11-23T12:00:00+01:00", "Europe/Paris", date(2026, 11, 23)),
        ("2026-11-24T03:59:59+01:00", "Europe/Paris", date(2026, 11, 23)),
        ("2026-11-24T04:00:00+01:00", "Europe/Paris", date(2026, 11, 24)),
        ("2026-11-23T23:30:00+00:00", "Asia/Tokyo", date(2026, 11, 24)),
        # The clocks go back: half past three comes twice and is the same night both times.
        ("2026-10-25T00:30:00+00:00", "Europe/Paris", date(2026, 10, 24)),
        ("2026-10-25T01:30:00+00:00", "Europe/Paris", date(2026, 10, 24)),
        ("2026-10-25T03:00:00+00:00", "Europe/Paris", date(2026, 10, 25)),
    ],
)
def test_a_day_runs_from_four_to_four_on_the_events_clock(
    moment: str, zone: str, day: date
) -> None:
    assert local_day(datetime.fromisoformat(moment), ZoneInfo(zone)) == day


def test_without_an_event_the_devices_own_offset_tells_the_day() -> None:
    moment = datetime(2026, 11, 24, 1, 0, tzinfo=timezone(timedelta(hours=9)))

    assert local_day(moment, None) == date(2026, 11, 23)


RECEIVED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STARTS = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("scanned_at", "counts"),
    [
        (RECEIVED - timedelta(hours=20), True),
        (RECEIVED + timedelta(minutes=5), True),
        (RECEIVED + timedelta(minutes=5, seconds=1), False),
        (datetime(2026, 11, 21, 4, 0, tzinfo=PARIS), True),
        (datetime(2026, 11, 21, 3, 59, tzinfo=PARIS), False),
        (datetime(1970, 1, 2, tzinfo=UTC), False),
    ],
)
def test_an_implausible_clock_gives_way_to_the_receipt(scanned_at: datetime, counts: bool) -> None:
    at = effective_time(scanned_at, RECEIVED, STARTS, PARIS)

    assert at == (scanned_at if counts else RECEIVED)


def test_without_an_event_an_old_moment_is_plausible() -> None:
    old = datetime(2001, 5, 5, tzinfo=UTC)

    assert effective_time(old, RECEIVED, None, None) == old


offsets = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))


EARLIEST, LATEST = datetime(1971, 1, 1), datetime(9990, 1, 1)  # noqa: DTZ001  # zones follow


@given(st.datetimes(EARLIEST, LATEST), offsets)
def test_the_moment_that_counts_is_never_in_the_future_and_keeps_its_offset(
    wall: datetime, offset: timezone
) -> None:
    scanned_at = wall.replace(tzinfo=offset)

    at = effective_time(scanned_at, RECEIVED, STARTS, PARIS)

    assert at <= RECEIVED + timedelta(minutes=5)
    assert at.utcoffset() == scanned_at.utcoffset()
    assert local_day(at, PARIS) >= STARTS - timedelta(days=1)
