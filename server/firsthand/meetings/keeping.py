"""Meetings kept, as a set: one for each owner, contact, event and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.db import insert_new, new_id, now
from firsthand.meetings.models import Meeting


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
    for owner_id, meeting_id, contact_id, event_id, day, gone_at in session.execute(
        select(
            Meeting.owner_id,
            Meeting.id,
            Meeting.contact_id,
            Meeting.event_id,
            Meeting.day,
            Meeting.gone_at,
        ).where(
            Meeting.owner_id.in_({occasion.owner_id for occasion in first_moment}),
            Meeting.contact_id.in_({occasion.contact_id for occasion in first_moment}),
            Meeting.day.in_({occasion.day for occasion in first_moment}),
        )
    ):
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
