"""Meetings kept, as a set: one for each owner, contact, event and day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Uuid, select, update
from sqlalchemy.orm import Session

from firsthand.db import insert_new, new_id, now, table_of
from firsthand.meetings.models import Meeting
from firsthand.prepared import Prepared

_MEETING = table_of(Meeting).c
_MEETINGS_THERE = Prepared(
    lambda given: select(
        _MEETING.owner_id,
        _MEETING.id,
        _MEETING.contact_id,
        _MEETING.event_id,
        _MEETING.day,
        _MEETING.gone_at.is_not(None),
    ).join_from(
        given,
        table_of(Meeting),
        (_MEETING.owner_id == given.c.owner_id)
        & (_MEETING.contact_id == given.c.contact_id)
        & (_MEETING.day == given.c.day),
    ),
    owner_id=Uuid(),
    contact_id=Uuid(),
    day=Date(),
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
    """The meeting of each occasion; which of them were made just now, which stand again."""

    id_of: dict[Occasion, UUID] = field(default_factory=dict)
    made: set[UUID] = field(default_factory=set)
    revived: set[UUID] = field(default_factory=set)

    @property
    def changed(self) -> set[UUID]:
        """Those that did not stand before."""
        return self.made | self.revived


def find_or_make_meetings(
    session: Session, occasions: Iterable[tuple[Occasion, datetime]]
) -> KeptMeetings:
    """``occasions`` come with the moment that the people met; the owners' lock is held.

    A meeting that had been undone altogether stands again.
    """
    first_moment: dict[Occasion, datetime] = {}
    for occasion, met_at in occasions:
        first_moment.setdefault(occasion, met_at)
    kept = KeptMeetings()
    undone: list[tuple[UUID, UUID]] = []
    asked = {(each.owner_id, each.contact_id, each.day) for each in first_moment}
    for row in _MEETINGS_THERE.rows(session, list(asked)):
        owner_id, meeting_id, contact_id, event_id, day, is_gone = row
        occasion = Occasion(owner_id, contact_id, event_id, day)
        if occasion in first_moment:
            kept.id_of[occasion] = meeting_id
            if is_gone:
                kept.revived.add(meeting_id)
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
