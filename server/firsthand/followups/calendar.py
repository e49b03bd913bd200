"""Follow-ups as an iCalendar (RFC 5545): one all-day VEVENT each. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from firsthand.content_lines import escaped, uri, written

CALENDAR_START = written(
    [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Firsthand//Follow-ups//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Follow-ups",
    ]
)
CALENDAR_END = written(["END:VCALENDAR"])


@dataclass(frozen=True, slots=True)
class DueDay:
    """One promise: what with whom, on which day; ``address`` is the person's page."""

    id: UUID
    summary: str
    details: str
    due: date
    address: str


def vevent(promise: DueDay, stamp: datetime) -> str:
    """An event that takes the whole day and blocks nobody's time."""
    lines = [
        "BEGIN:VEVENT",
        f"UID:{promise.id}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{_day(promise.due)}",
        *_end(promise.due),
        "TRANSP:TRANSPARENT",
        f"SUMMARY:{escaped(promise.summary)}",
    ]
    if promise.details:
        lines.append(f"DESCRIPTION:{escaped(promise.details)}")
    lines += [f"URL:{uri(promise.address)}", "END:VEVENT"]
    return written(lines)


def _end(due: date) -> list[str]:
    """DTEND is the first day after it; without one, as after the last day of all, it is one day."""
    return [f"DTEND;VALUE=DATE:{_day(due + timedelta(days=1))}"] if due < date.max else []


def _day(day: date) -> str:
    """Always of eight digits, which strftime does not promise for early years."""
    return day.isoformat().replace("-", "")
