"""Which day it is for somebody: follow-ups are due on days, not at hours."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from firsthand.attendees.membership import current_event
from firsthand.events.days import local_day


def today_of(session: Session, owner_id: UUID, moment: datetime) -> date:
    """The day where the owner's current (else next, else latest) event is; in UTC without one."""
    event = current_event(session, owner_id)
    return local_day(moment, ZoneInfo(event.timezone if event else "UTC"))
