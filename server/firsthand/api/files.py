"""What is somebody's own as files: vCards, a CSV, a calendar; streamed, whoever asks."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID

from litestar.response import Stream

from firsthand.contacts.exports import CSV_HEADER, ExportedCard, csv_cells, csv_line, vcard
from firsthand.contacts.queries import FullCard, full_cards
from firsthand.db import Database, now
from firsthand.followups.calendar import CALENDAR_END, CALENDAR_START, DueDay, vevent
from firsthand.followups.intents import intent_label
from firsthand.followups.models import State
from firsthand.followups.queries import FollowUpRow, follow_ups

_AT_A_TIME = 500


def people_vcf(db: Database, owner_id: UUID) -> Stream:
    """Everybody as vCards 4.0."""
    return _file(_lines(db, owner_id, "", vcard), "text/vcard", "people.vcf")


def people_csv(db: Database, owner_id: UUID) -> Stream:
    """Everybody as a CSV."""
    lines = _lines(db, owner_id, csv_line(CSV_HEADER), lambda card: csv_line(csv_cells(card)))
    return _file(lines, "text/csv", "people.csv")


def follow_ups_ics(db: Database, owner_id: UUID, base_url: str) -> Stream:
    """One all-day event for each open or snoozed follow-up, on the date it stands at."""
    return _file(_calendar(db, owner_id, base_url), "text/calendar", "follow-ups.ics")


async def _lines(
    db: Database, owner_id: UUID, head: str, line: Callable[[ExportedCard], str]
) -> AsyncIterator[str]:
    if head:
        yield head
    after = None
    while found := await db.read(full_cards, owner_id, _AT_A_TIME, after):
        yield "".join(line(_exported(full)) for full in found)
        after = found[-1].card.id


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


def _file(lines: AsyncIterator[str], media_type: str, name: str) -> Stream:
    return Stream(
        lines,
        media_type=f"{media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _exported(full: FullCard) -> ExportedCard:
    card = full.card
    return ExportedCard(
        id=card.id,
        name=card.name,
        headline=card.headline,
        company=card.company,
        email=full.email,
        phone=full.phone,
        note=full.note,
        stage=card.stage,
        last_at=card.last_at,
        handles=tuple((handle.network, handle.name) for handle in card.handles),
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
