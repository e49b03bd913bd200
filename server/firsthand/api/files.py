"""What is somebody's own as files: vCards, CSVs, a calendar; streamed, whoever asks."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar
from uuid import UUID

from litestar.response import Stream

from firsthand.contacts.exporting import people_to_export
from firsthand.contacts.exports import (
    CSV_HEADER,
    ExportedCard,
    csv_cells,
    csv_line,
    vcard,
    vcard3,
)
from firsthand.contacts.google_layout import GOOGLE_HEADER, google_line
from firsthand.db import Database, now
from firsthand.followups.calendar import CALENDAR_END, CALENDAR_START, DueDay, vevent
from firsthand.followups.intents import intent_label
from firsthand.followups.models import State
from firsthand.followups.queries import FollowUpRow, follow_ups
from firsthand.problems import Invalid

Line = Callable[[ExportedCard], str]
_AT_A_TIME = 500
_VERSIONS: Mapping[str, Line] = {"4.0": vcard, "3.0": vcard3}
_LAYOUTS: Mapping[str, tuple[str, Line]] = {
    "plain": (csv_line(CSV_HEADER), lambda card: csv_line(csv_cells(card))),
    "google": (csv_line(GOOGLE_HEADER), google_line),
}
_Known = TypeVar("_Known")


def people_vcf(db: Database, owner_id: UUID, version: str) -> Stream:
    """Everybody as vCards of this version. Raises Invalid."""
    written = _known(_VERSIONS, version, "version")
    return _file(_lines(db, owner_id, "", written), "text/vcard", "people.vcf")


def people_csv(db: Database, owner_id: UUID, layout: str) -> Stream:
    """Everybody as a CSV with these columns. Raises Invalid."""
    head, line = _known(_LAYOUTS, layout, "layout")
    return _file(_lines(db, owner_id, head, line), "text/csv", "people.csv")


def follow_ups_ics(db: Database, owner_id: UUID, base_url: str) -> Stream:
    """One all-day event for each open or snoozed follow-up, on the date it stands at."""
    return _file(_calendar(db, owner_id, base_url), "text/calendar", "follow-ups.ics")


async def _lines(db: Database, owner_id: UUID, head: str, line: Line) -> AsyncIterator[str]:
    if head:
        yield head
    after = None
    while found := await db.read(people_to_export, owner_id, _AT_A_TIME, after):
        yield "".join(map(line, found))
        after = found[-1].id


async def _calendar(db: Database, owner_id: UUID, base_url: str) -> AsyncIterator[str]:
    yield CALENDAR_START
    stamp = now()
    after = None
    while rows := await db.read(
        follow_ups,
        owner_id,
        states=(State.OPEN, State.SNOOZED),
        limit=_AT_A_TIME,
        after=after,
    ):
        yield "".join(vevent(_due_day(row, base_url), stamp) for row in rows)
        after = (rows[-1].due, rows[-1].id)
    yield CALENDAR_END


def _known(choices: Mapping[str, _Known], chosen: str, field: str) -> _Known:
    if chosen not in choices:
        message = f"{field} is one of: {', '.join(choices)}"
        raise Invalid(message, {field: message})
    return choices[chosen]


def _file(lines: AsyncIterator[str], media_type: str, name: str) -> Stream:
    return Stream(
        lines,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _due_day(row: FollowUpRow, base_url: str) -> DueDay:
    met = f"You met at {row.event_name}." if row.event_name else ""
    return DueDay(
        id=row.id,
        summary=f"{intent_label(row.intent)}: {row.contact_name}",
        details="\n".join(part for part in (row.text, met) if part),
        due=row.due,
        address=f"{base_url}/people/{row.contact_id}",
    )
