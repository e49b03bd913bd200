"""Who has arrived at an event today: they said so, or somebody scanned their badge."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, aliased

from firsthand.attendees.membership import attendee_of
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.meetings.models import Meeting
from firsthand.scans.models import Scan


def has_arrived(session: Session, account_id: UUID, slug: str, moment: datetime) -> bool:
    """Whether this attendee is at the event on the event's day of ``moment``. Raises NotFound."""
    attendee = attendee_of(session, account_id, slug)
    event = session.get_one(Event, attendee.event_id)
    today = local_day(moment, ZoneInfo(event.timezone))
    if attendee.arrived_on == today:
        return True
    this_day = and_(Meeting.event_id == event.id, Meeting.day == today)
    return any(
        session.scalar(half.where(this_day).limit(1)) is not None for half in _scans_of(attendee)
    )


def _scans_of(attendee: Attendee) -> tuple[Select[Any], Select[Any]]:
    """The live scans of this human, whoever made them: through their cards of the attendee, and
    through those of the account.
    """
    card, same = aliased(Contact), aliased(Contact)
    stmt = (
        select(Scan.id)
        .select_from(card)
        .join(same, and_(same.owner_id == card.owner_id, same.root_id == card.root_id))
        .join(Meeting, and_(Meeting.owner_id == same.owner_id, Meeting.contact_id == same.id))
        .join(Scan, and_(Scan.owner_id == Meeting.owner_id, Scan.meeting_id == Meeting.id))
        .where(Scan.retracted_at.is_(None))
    )
    by_attendee = stmt.join(
        ContactAttendee,
        and_(ContactAttendee.owner_id == card.owner_id, ContactAttendee.contact_id == card.id),
    ).where(ContactAttendee.attendee_id == attendee.id)
    return by_attendee, stmt.where(card.account_id == attendee.account_id)
