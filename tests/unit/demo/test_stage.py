"""When the demo's meetings are said to have been."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.db import Database
from firsthand.demo import stage as stage_module
from firsthand.demo.stage import ZONE, Stage
from firsthand.events.days import local_day

LISBON = ZoneInfo(ZONE)
# Around the nights in which the clocks change, too.
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


@given(at=MOMENTS, hour=st.floats(0, 23.9))
def test_whatever_happens_today_has_happened_and_is_today(at: datetime, hour: float) -> None:
    _check(at, hour)


@pytest.mark.parametrize("hour", [0, 1, 2, 3.99])
def test_between_midnight_and_four_it_is_still_the_day_before(hour: float) -> None:
    _check(datetime(2026, 11, 23, tzinfo=LISBON) + timedelta(hours=hour), 18)


def _check(at: datetime, hour: float) -> None:
    today = local_day(at, LISBON)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage_module, "now", lambda: at.astimezone(UTC))
        moment = _stage(today).moment(today, hour)
    assert moment <= at
    assert local_day(moment, LISBON) == today


def _stage(today: date) -> Stage:
    nowhere = Database(f"sqlite:///{Path('never-written.sqlite3').absolute()}")
    return Stage(nowhere, "http://127.0.0.1:8000", random.Random(1), today, [], [])
