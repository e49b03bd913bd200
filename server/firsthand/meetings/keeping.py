"""Meetings kept, as a set: one for each owner, contact, event and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from firsthand.db import insert_new, new_id, now, table_of
from firsthand.meetings.models import Meeting

# On the hot path of scans: built once, past the ORM.
_MEETING = table_of(Meeting).c
_MEETINGS_THERE = select(
    _MEETING.owner_id,
    _MEETING.id,
    _MEETING.contact_id,
    _MEETING.event_id,
    _MEETING.day,
    _MEETING.gone_at,
).where(
    _MEETING.owner_id.in_(bindparam("owners", expanding=True)),
    _MEETING.contact_id.in_(bindparam("contacts", expanding=True)),
    _MEETING.day.in_(bindparam("days", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What makes a meeting one meeting: who, whom, where and on which day."""

    owner_id: UUID
    contact_id: UUID
    event_id: UUID | None
    day: date


@dataclass(slots=True)
class KeptMeetings:
    """The meeting of each occasion, and which of them were made just now."""

    id_of: dict[Occasion, UUID]
    made: set[UUID]


def find_or_make_meetings(
    session: Session, occasions: Iterable[tuple[Occasion, datetime]]
) -> KeptMeetings:
    """``occasions`` come with the moment that the people met; the owners' lock is held.

    A meeting that had been undone altogether stands again.
    """
    first_moment: dict[Occasion, datetime] = {}
    for occasion, met_at in occasions:
        first_moment.setdefault(occasion, met_at)
    kept = KeptMeetings({}, set())
    undone: list[tuple[UUID, UUID]] = []
    asked = {
        "owners": list({occasion.owner_id for occasion in first_moment}),
        "contacts": list({occasion.contact_id for occasion in first_moment}),
        "days": list({occasion.day for occasion in first_moment}),
    }
    for row in session.connection().execute(_MEETINGS_THERE, asked):
        owner_id, meeting_id, contact_id, event_id, day, gone_at = row
        occasion = Occasion(owner_id, contact_id, event_id, day)
        if occasion in first_moment:
            kept.id_of[occasion] = meeting_id
            if gone_at is not None:
                undone.append((owner_id, meeting_id))
    rows: list[dict[str, object]] = []
    for occasion, met_at in first_moment.items():
        if occasion not in kept.id_of:
            meeting_id = new_id()
            kept.id_of[occasion] = meeting_id
            kept.made.add(meeting_id)
            rows.append(
                {
                    "owner_id": occasion.owner_id,
                    "id": meeting_id,
                    "contact_id": occasion.contact_id,
                    "event_id": occasion.event_id,
                    "day": occasion.day,
                    "met_at": met_at,
                    "note": "",
                    "intents": [],
                    "created_at": now(),
                }
            )
    insert_new(session, Meeting, rows)
    for owner_id, meeting_id in undone:
        session.execute(
            update(Meeting)
            .where(Meeting.owner_id == owner_id, Meeting.id == meeting_id)
            .values(gone_at=None)
            .execution_options(synchronize_session=False)
        )
    return kept
