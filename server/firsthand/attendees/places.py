"""The events where somebody is: as an attendee, or because they run it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.events.models import Event, EventRole


@dataclass(frozen=True, slots=True)
class EventPlace:
    """What telling the day and the moment of a meeting needs of an event."""

    id: UUID
    slug: str
    name: str
    starts: date
    ends: date
    timezone: str


PLACE_COLUMNS = (Event.id, Event.slug, Event.name, Event.starts, Event.ends, Event.timezone)


def places_of(session: Session, account_ids: Iterable[UUID]) -> dict[UUID, dict[str, EventPlace]]:
    """For each account the events where it is an attendee, organiser or staff, by slug."""
    ids = set(account_ids)
    present = union_all(
        select(Attendee.account_id, Attendee.event_id).where(Attendee.account_id.in_(ids)),
        select(EventRole.account_id, EventRole.event_id).where(EventRole.account_id.in_(ids)),
    ).subquery()
    places: dict[UUID, dict[str, EventPlace]] = {account_id: {} for account_id in ids}
    for account_id, *columns in session.execute(
        select(present.c.account_id, *PLACE_COLUMNS).join(Event, Event.id == present.c.event_id)
    ):
        place = EventPlace(*columns)
        places[account_id][place.slug] = place
    return places
