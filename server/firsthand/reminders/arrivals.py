"""Telling people quietly that somebody whom they know online has arrived where they are.

Both allow it: who is told has asked for it and is here as well; who arrived lets others be told,
and the list of people not met would show them. Nobody learns more than that list says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from firsthand.attendees.membership import ATTENDEE_ARRIVED
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.db import lock_owners, now
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.meetings.models import Meeting
from firsthand.outbox import enqueue
from firsthand.reminders.delivering import ARRIVAL, push_to_all, show_on_page
from firsthand.reminders.models import Channel, Delivery, ReminderChoice
from firsthand.scans.models import Scan
from firsthand.ties.models import Match
from firsthand.unmet.queries import names_of_unmet

_TOLD_AT_ONCE = 100
_SHOWN_FOR = timedelta(hours=18)
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whom the viewer knows online is here since a moment of today."""

    name: str
    event: Event
    at: datetime


def scanned_today(session: Session, moment: datetime) -> list[tuple[UUID, date]]:
    """Who chose anything about arrivals, was scanned today and is not noted as here: with the day.

    It looks through a day's scans, so nobody's write should wait for it.
    """
    events = session.scalars(
        select(Event).where(
            Event.starts <= moment.date() + timedelta(days=1),
            Event.ends >= moment.date() - timedelta(days=1),
        )
    )
    found = []
    for event in events.all():
        today = local_day(moment, ZoneInfo(event.timezone))
        found += [(attendee_id, today) for attendee_id in _scanned_today(session, event, today)]
    return found


def note_arrivals(session: Session, arrived: Sequence[tuple[UUID, date]]) -> None:
    """They are here: noted once."""
    for attendee_id, today in arrived:
        attendee = session.get(Attendee, attendee_id)
        if attendee is not None and attendee.arrived_on != today:
            attendee.arrived_on = today
            enqueue(session, ATTENDEE_ARRIVED, attendee_id)


def tell_of_arrival(session: Session, attendee_id: UUID, position: str) -> str | None:
    """Outbox: some of those who know them, by the owners' ids."""
    attendee = session.get(Attendee, attendee_id)
    if attendee is None or not _lets_others_be_told(session, attendee):
        return None
    event = session.get_one(Event, attendee.event_id)
    moment = now()
    today = local_day(moment, ZoneInfo(event.timezone))
    if attendee.arrived_on != today:
        return None
    asked = _who_asked(session, attendee, today, UUID(position) if position else None)
    lock_owners(session, [each.owner_id for each in asked])
    for asking in asked:
        _tell(session, asking, attendee, event, today, moment)
    return str(asked[-1].owner_id) if len(asked) == _TOLD_AT_ONCE else None


def arrival_of(
    session: Session, owner_id: UUID, data: Mapping[str, Any], at: datetime
) -> Arrival | None:
    """Who it is about, as of now: None for who has hidden, left or forbidden it since."""
    event = session.scalar(select(Event).where(Event.slug == data.get("event")))
    if event is None or "attendee" not in data:
        return None
    attendee_id = UUID(data["attendee"])
    name = _named(session, owner_id, event.id, [attendee_id]).get(attendee_id)
    return Arrival(name, event, at) if name is not None else None


def arrivals_here(session: Session, owner_id: UUID, slug: str, moment: datetime) -> list[Arrival]:
    """Those whom the owner was told of today and still has to meet, the last first."""
    rows = session.execute(
        select(Delivery.data, Delivery.created_at)
        .where(
            Delivery.owner_id == owner_id,
            Delivery.kind == ARRIVAL,
            Delivery.channel == Channel.PAGE,
            Delivery.created_at > moment - _SHOWN_FOR,
        )
        .order_by(Delivery.created_at.desc())
        .limit(4 * _MOST_SHOWN)
    )
    told = [
        (UUID(data["attendee"]), at)
        for data, at in rows
        if data.get("event") == slug and "attendee" in data
    ]
    if not told:
        return []
    event = session.scalars(select(Event).where(Event.slug == slug)).one()
    names = _named(session, owner_id, event.id, [attendee_id for attendee_id, _ in told])
    here = [Arrival(names[each], event, at) for each, at in told if each in names]
    return here[:_MOST_SHOWN]


def _named(
    session: Session, owner_id: UUID, event_id: UUID, attendees: Sequence[UUID]
) -> dict[UUID, str]:
    """Of whom the owner may be told, as of now, by their names."""
    names = names_of_unmet(session, owner_id, event_id, attendees)
    if not names:
        return {}
    willing = session.scalars(
        select(Attendee.id)
        .join(ReminderChoice, ReminderChoice.owner_id == Attendee.account_id)
        .where(Attendee.id.in_(names), ReminderChoice.show_arrival.is_(True))
    )
    return {each: names[each] for each in willing}


def _lets_others_be_told(session: Session, attendee: Attendee) -> bool:
    if attendee.account_id is None or not attendee.listed:
        return False
    choice = session.get(ReminderChoice, attendee.account_id)
    return choice is not None and choice.show_arrival


def _tell(
    session: Session,
    asking: ReminderChoice,
    attendee: Attendee,
    event: Event,
    today: date,
    moment: datetime,
) -> None:
    if not _named(session, asking.owner_id, event.id, [attendee.id]):
        return
    key = f"{ARRIVAL}:{event.id}:{attendee.id}:{today.isoformat()}"
    # Who it is, and not what they are called: that is theirs, and may be taken back.
    said = {"attendee": str(attendee.id), "event": event.slug}
    show_on_page(session, asking.owner_id, ARRIVAL, key, said)
    if asking.by_push:
        push_to_all(session, asking, ARRIVAL, key, said, moment)


def _who_asked(
    session: Session, attendee: Attendee, today: date, after: UUID | None
) -> Sequence[ReminderChoice]:
    """Who knows this attendee online, asked to be told, and is here today as well."""
    own = aliased(Attendee)
    stmt = (
        select(ReminderChoice)
        .join(own, and_(own.account_id == ReminderChoice.owner_id))
        .where(
            ReminderChoice.tell_arrivals.is_(True),
            ReminderChoice.owner_id != attendee.account_id,
            own.event_id == attendee.event_id,
            own.arrived_on == today,
            exists().where(
                Match.owner_id == ReminderChoice.owner_id, Match.attendee_id == attendee.id
            ),
        )
        .order_by(ReminderChoice.owner_id)
        .limit(_TOLD_AT_ONCE)
    )
    if after is not None:
        stmt = stmt.where(ReminderChoice.owner_id > after)
    return session.scalars(stmt).unique().all()


def _scanned_today(session: Session, event: Event, today: date) -> list[UUID]:
    begins = datetime.combine(today, time(4), ZoneInfo(event.timezone))
    card, same = aliased(Contact), aliased(Contact)
    stmt = (
        select(Attendee.id)
        .join(ReminderChoice, ReminderChoice.owner_id == Attendee.account_id)
        .join(ContactAttendee, ContactAttendee.attendee_id == Attendee.id)
        .join(
            card,
            and_(card.owner_id == ContactAttendee.owner_id, card.id == ContactAttendee.contact_id),
        )
        .join(same, and_(same.owner_id == card.owner_id, same.root_id == card.root_id))
        .join(Meeting, and_(Meeting.owner_id == same.owner_id, Meeting.contact_id == same.id))
        .where(
            Attendee.event_id == event.id,
            or_(Attendee.arrived_on.is_(None), Attendee.arrived_on != today),
            or_(ReminderChoice.tell_arrivals.is_(True), ReminderChoice.show_arrival.is_(True)),
            Meeting.event_id == event.id,
            Meeting.met_at >= begins,
            Meeting.met_at < begins + timedelta(days=1),
            exists().where(
                Scan.owner_id == Meeting.owner_id,
                Scan.meeting_id == Meeting.id,
                Scan.retracted_at.is_(None),
            ),
        )
        .distinct()
        .limit(_TOLD_AT_ONCE)
    )
    return list(session.scalars(stmt))
