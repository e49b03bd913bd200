"""The start page, and which event matters now."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from firsthand.attendees.membership import current_event
from firsthand.events.days import local_day
from tests.server.house import House

TODAY = date.today()  # noqa: DTZ011  # any day near now will do


def test_a_stranger_sees_what_this_is(house: House) -> None:
    page = house.client().get("/")
    assert page.status_code == 200
    assert "Who here do I know online?" in page.text
    assert "Organising something?" in page.text


def test_who_is_at_no_event_hears_how_to_begin(house: House) -> None:
    page = house.person().client.get("/")
    assert "You are at no event yet" in page.text


def test_the_start_leads_to_the_event_that_goes_on_now(house: House) -> None:
    ana, olu = house.person("Ana"), house.person("Olu")
    for slug, days in (("past", -30), ("now", 0), ("soon", 3)):
        first = TODAY + timedelta(days=days)
        event = house.event(
            olu, slug=slug, starts=first - timedelta(days=1), ends=first + timedelta(days=1)
        )
        house.attendee(event, ana)
    assert ana.client.get("/", follow_redirects=False).headers["location"] == "/events/now"


def test_without_one_now_the_next_matters_and_then_the_latest(house: House) -> None:
    ana, olu = house.person("Ana"), house.person("Olu")
    for slug, days in (("older", -90), ("latest", -30)):
        house.attendee(house.event(olu, slug=slug, starts=TODAY + timedelta(days=days)), ana)
    found = house.db.read_now(current_event, ana.id)
    assert found is not None
    assert found.slug == "latest"
    for slug, days in (("later", 60), ("next", 20)):
        house.attendee(house.event(olu, slug=slug, starts=TODAY + timedelta(days=days)), ana)
    found = house.db.read_now(current_event, ana.id)
    assert found is not None
    assert found.slug == "next"


@pytest.mark.parametrize(
    ("days", "matters"),
    [
        pytest.param({"going": (-3, 3), "tomorrow": (1, 1)}, "going", id="what goes on"),
        pytest.param({"ending": (-3, 0), "tomorrow": (1, 1)}, "ending", id="its last day"),
        pytest.param({"ended": (-3, -1), "next": (20, 21)}, "next", id="what comes"),
        pytest.param({"ended": (-9, -2), "before": (-9, -3)}, "ended", id="what was last"),
        pytest.param({"today": (0, 0), "ended": (-1, -1)}, "today", id="the first day"),
    ],
)
def test_which_event_matters(house: House, days: dict[str, tuple[int, int]], matters: str) -> None:
    ana, olu = house.person("Ana"), house.person("Olu")
    today = local_day(datetime.now(UTC), ZoneInfo("UTC"))
    for slug, (first, last) in days.items():
        starts, ends = today + timedelta(days=first), today + timedelta(days=last)
        event = house.event(olu, slug=slug, starts=starts, ends=ends, timezone="UTC")
        house.attendee(event, ana)
    found = house.db.read_now(current_event, ana.id)
    assert found is not None
    assert found.slug == matters
