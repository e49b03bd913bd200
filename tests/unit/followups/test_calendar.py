"""The calendar of follow-ups, read back by a library that this project did not write."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firsthand.content_lines import escaped, unescaped
from firsthand.followups.calendar import CALENDAR_END, CALENDAR_START, DueDay, vevent

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "=HYPERLINK(1)",
            "a\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:EMAIL",
            "a\rX:1\x85Y:2\u2028Z:3",
            'semi;comma,colon:back\\slash\\n"quoted"',
            "\0\x01\x1b\x7f\x9b",
            "فاطمة \u202eevil\u202c",
            "👩🏽‍💻" * 40,
            "é" * 5_000,
            "\ud800\ufffe",
        ]
    ),
)


def promise(summary: str, details: str = "", due: date = date(2026, 12, 1)) -> DueDay:
    address = "https://firsthand.example/people/7"
    return DueDay(UUID(int=7), summary, details, due, address)


def events(*promises: DueDay) -> list[icalendar.Event]:
    text = "".join([CALENDAR_START, *(vevent(each, NOW) for each in promises), CALENDAR_END])
    calendar = icalendar.Calendar.from_ical(text.encode())
    assert calendar.name == "VCALENDAR"
    assert not calendar.errors
    return [each for each in calendar.subcomponents if isinstance(each, icalendar.Event)]


def moment(event: icalendar.Event, name: str) -> object:
    said = event[name]
    assert isinstance(said, icalendar.vDDDTypes)
    return said.dt


@given(HOSTILE, HOSTILE)
def test_another_reader_gets_back_summary_and_details(summary: str, details: str) -> None:
    (event,) = events(promise(summary, details))
    assert not event.errors
    assert not event.subcomponents
    assert str(event["SUMMARY"]) == unescaped(escaped(summary))
    assert str(event.get("DESCRIPTION", "")) == unescaped(escaped(details))
    assert set(event) <= {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "TRANSP", "SUMMARY", "DESCRIPTION", "URL"
    }  # fmt: skip
    assert moment(event, "DTSTAMP") == NOW
    assert str(event["URL"]) == "https://firsthand.example/people/7"


@given(st.dates())
@example(date.max)
@example(date.min)
def test_any_day_is_one_whole_day(due: date) -> None:
    (event,) = events(promise("Coffee", due=due))
    assert moment(event, "DTSTART") == due
    if due < date.max:
        assert moment(event, "DTEND") == due + timedelta(days=1)
    else:
        assert "DTEND" not in event


@pytest.mark.parametrize("count", [0, 1, 3])
def test_there_is_one_event_for_each(count: int) -> None:
    assert len(events(*[promise("Coffee")] * count)) == count
