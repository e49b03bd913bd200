"""Who has arrived at an event today: they said so, or somebody scanned their badge."""

from datetime import datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from firsthand.attendees.membership import attendee_of
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.db import AnySelect
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
    values = {
        "attendee": attendee.id,
        "account": attendee.account_id,
        "event": event.id,
        "day": today,
    }
    return any(session.scalar(half, values) is not None for half in _scans_today())


# To put these statements together takes longer than to run them, so they are made once.
@cache
def _scans_today() -> tuple[AnySelect, AnySelect]:
    """A live scan of this human, whoever made it: through the cards of the attendee, and through
    those of the account.
    """
    card, same = aliased(Contact), aliased(Contact)
    stmt = (
        select(Scan.id)
        .select_from(card)
        .join(same, and_(same.owner_id == card.owner_id, same.root_id == card.root_id))
        .join(Meeting, and_(Meeting.owner_id == same.owner_id, Meeting.contact_id == same.id))
        .join(Scan, and_(Scan.owner_id == Meeting.owner_id, Scan.meeting_id == Meeting.id))
        .where(
            Scan.retracted_at.is_(None),
            Meeting.event_id == bindparam("event"),
            Meeting.day == bindparam("day"),
        )
        .limit(1)
    )
    by_attendee = stmt.join(
        ContactAttendee,
        and_(ContactAttendee.owner_id == card.owner_id, ContactAttendee.contact_id == card.id),
    ).where(ContactAttendee.attendee_id == bindparam("attendee"))
    return by_attendee, stmt.where(card.account_id == bindparam("account"))
