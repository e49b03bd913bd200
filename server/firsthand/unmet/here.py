"""An event's home for one of its attendees: whom they know here, and whom to meet next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firsthand.accounts.addresses import read_line
from firsthand.accounts.models import Account
from firsthand.attendees.membership import event_of_attendee
from firsthand.attendees.models import Attendee
from firsthand.events.days import local_day
from firsthand.events.models import Event, EventRole, Role
from firsthand.meetings.queries import Claim, claims_about
from firsthand.ties.models import Tie
from firsthand.unmet.queries import (
    MOST_COUNTED,
    KnownPerson,
    count_known_and_met,
    count_unmet,
    unmet,
)
from firsthand.unmet.reasons import UnmetFilter

_NEXT_ONES = 5


@dataclass(frozen=True, slots=True)
class Known:
    """How many people here the viewer knows online, and how many of them are met.

    ``many``: there are more than were counted.
    """

    unmet: int
    met: int

    @property
    def all(self) -> int:
        return self.unmet + self.met

    @property
    def many(self) -> bool:
        return max(self.unmet, self.met) >= MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Here:
    """``has_ties``: an archive was brought.

    ``listed_by``: whose list says that the viewer agreed to be listed; empty once they have chosen.
    """

    event: Event
    today: date
    known: Known
    next_ones: Sequence[KnownPerson]
    claims: Sequence[Claim]
    has_ties: bool
    listed_by: str

    @property
    def is_on(self) -> bool:
        return self.event.starts <= self.today <= self.event.ends

    @property
    def day_words(self) -> str:
        """``day 2 of 3``, ``tomorrow``, ``in 5 days``, ``ended``."""
        days = (self.event.ends - self.event.starts).days + 1
        if self.is_on:
            here = (self.today - self.event.starts).days + 1
            return f"day {here} of {days}" if days > 1 else "today"
        ahead = (self.event.starts - self.today).days
        if ahead > 0:
            return "tomorrow" if ahead == 1 else f"in {ahead} days"
        return "ended"


def event_here(session: Session, viewer_id: UUID, slug: str) -> Event:
    """The event, if the viewer attends it. Raises NotFound."""
    return event_of_attendee(session, viewer_id, read_line(slug[:200], "slug"))


def known_here(session: Session, viewer_id: UUID, event_id: UUID) -> Known:
    return Known(
        count_unmet(session, viewer_id, event_id),
        count_known_and_met(session, viewer_id, event_id),
    )


def here(session: Session, viewer_id: UUID, slug: str, moment: datetime) -> Here:
    """Raises NotFound."""
    event = event_here(session, viewer_id, slug)
    today = local_day(moment, ZoneInfo(event.timezone))
    any_tie = session.scalar(select(Tie.id).where(Tie.owner_id == viewer_id).limit(1))
    return Here(
        event=event,
        today=today,
        known=known_here(session, viewer_id, event.id),
        next_ones=unmet(session, viewer_id, event.id, UnmetFilter(), _NEXT_ONES),
        claims=claims_about(session, viewer_id),
        has_ties=any_tie is not None,
        listed_by=_listed_by(session, viewer_id, event.id),
    )


def _listed_by(session: Session, viewer_id: UUID, event_id: UUID) -> str:
    organiser = (
        select(func.max(Account.name))
        .join(EventRole, EventRole.account_id == Account.id)
        .where(EventRole.event_id == event_id, EventRole.role == Role.ORGANISER)
        .scalar_subquery()
    )
    stmt = select(func.coalesce(func.nullif(organiser, ""), "The organiser")).where(
        Attendee.event_id == event_id,
        Attendee.account_id == viewer_id,
        Attendee.listed.is_(True),
        Attendee.chose_listed_at.is_(None),
    )
    return session.scalar(stmt.select_from(Attendee)) or ""
