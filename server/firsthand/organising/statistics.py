"""An event in numbers: never who met whom, and no number that could tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    SelectBase,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session, aliased

from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, handle_shown, told_claimed
from firsthand.badges.models import Badge
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.handles.models import Handle
from firsthand.meetings.models import Meeting, Origin
from firsthand.scans.models import Scan
from firsthand.ties.models import Match

# Fewer than this many could be told apart by who was there.
FEWEST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of one event. None: one to four, too few to tell without telling who."""

    attendees: int
    claimed: int | None
    listed: int | None
    badges: int
    arrived_today: int | None
    pairs_met: int | None
    pairs_known_online: int | None
    known_online_and_met: int | None
    meetings_by_day: Sequence[tuple[date, int | None]]


def statistics(session: Session, event: Event, moment: datetime) -> Statistics:
    """``moment`` says which day today is; a pair counts once however often the two met."""
    today = local_day(moment, ZoneInfo(event.timezone))
    people = session.execute(
        select(
            func.count(),
            func.count(case((told_claimed(), 1))),
            func.count(case((Attendee.listed.is_(True), 1))),
            func.count(case((_is_here(event, today), 1))),
        ).where(Attendee.event_id == event.id)
    ).one()
    badges = select(func.count()).where(Badge.event_id == event.id, Badge.revoked_at.is_(None))
    met, known = _pairs_met(event.id).subquery(), _pairs_known(event.id).subquery()
    both = select(func.count()).select_from(
        known.join(met, and_(met.c.one == known.c.one, met.c.other == known.c.other))
    )
    return Statistics(
        attendees=people[0],
        claimed=_shown(people[1]),
        listed=_shown(people[2]),
        badges=session.scalar(badges) or 0,
        arrived_today=_shown(people[3]),
        pairs_met=_shown(session.scalar(select(func.count()).select_from(met))),
        pairs_known_online=_shown(session.scalar(select(func.count()).select_from(known))),
        known_online_and_met=_shown(session.scalar(both)),
        meetings_by_day=_by_day(session, event),
    )


def number_words(count: int | None) -> str:
    return f"fewer than {FEWEST_SHOWN}" if count is None else f"{count:,}"


def _shown(count: int | None) -> int | None:
    return count if not count or count >= FEWEST_SHOWN else None


def _is_here(event: Event, today: date) -> ColumnElement[bool]:
    """Said so today, or somebody scanned their badge today."""
    zone = ZoneInfo(event.timezone)
    begins = datetime.combine(today, time(4), zone)
    scanned = _meetings(
        event.id,
        Meeting.met_at >= begins,
        Meeting.met_at < begins + timedelta(1),
        _has_a_live_scan(),
    )
    return or_(Attendee.arrived_on == today, Attendee.id.in_(select(scanned.subquery().c.other)))


def _has_a_live_scan() -> ColumnElement[bool]:
    return exists().where(
        Scan.owner_id == Meeting.owner_id,
        Scan.meeting_id == Meeting.id,
        Scan.retracted_at.is_(None),
    )


def _by_day(session: Session, event: Event) -> list[tuple[date, int | None]]:
    pairs = _ordered(_meetings(event.id)).subquery()
    counted = session.execute(
        select(pairs.c.day, func.count()).group_by(pairs.c.day).order_by(pairs.c.day)
    )
    return [(day, _shown(count)) for day, count in counted]


def _pairs_met(event_id: UUID) -> Select[Any]:
    pairs = _ordered(_meetings(event_id)).subquery()
    return select(pairs.c.one, pairs.c.other).distinct()


def _pairs_known(event_id: UUID) -> Select[Any]:
    """Pairs where one has a tie with a handle that the other shares with who browses."""
    mine = aliased(Attendee)
    pairs = (
        select(mine.id.label("one"), Match.attendee_id.label("other"), Match.event_id.label("day"))
        .join(Attendee, Attendee.id == Match.attendee_id)
        .join(Handle, Handle.id == Match.handle_id)
        .join(mine, and_(mine.event_id == event_id, mine.account_id == Match.owner_id))
        .where(
            Match.event_id == event_id,
            Attendee.listed.is_(True),
            handle_shown(Handle, TO_BROWSERS),
        )
    )
    ordered = _ordered(pairs).subquery()
    return select(ordered.c.one, ordered.c.other).distinct()


def _meetings(event_id: UUID, *conditions: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Attendees ``one`` and ``other`` who met in person here on ``day``, as each side keeps it."""
    mine, theirs = aliased(Attendee), aliased(Attendee)
    card, same = aliased(Contact), aliased(Contact)
    stmt = (
        select(mine.id.label("one"), Meeting.day)
        .join(mine, and_(mine.event_id == Meeting.event_id, mine.account_id == Meeting.owner_id))
        .join(card, and_(card.owner_id == Meeting.owner_id, card.id == Meeting.contact_id))
        .join(same, and_(same.owner_id == card.owner_id, same.root_id == card.root_id))
        .where(
            Meeting.event_id == event_id,
            Meeting.gone_at.is_(None),
            or_(Meeting.origin.is_(None), Meeting.origin != Origin.KNOWN_BEFORE),
            *conditions,
        )
    )
    by_card = (
        stmt.join(
            ContactAttendee,
            and_(ContactAttendee.owner_id == same.owner_id, ContactAttendee.contact_id == same.id),
        )
        .join(theirs, theirs.id == ContactAttendee.attendee_id)
        .where(theirs.event_id == event_id)
    )
    by_account = stmt.join(
        theirs, and_(theirs.event_id == event_id, theirs.account_id == same.account_id)
    )
    return union(*(half.add_columns(theirs.id.label("other")) for half in (by_card, by_account)))


def _ordered(pairs: SelectBase) -> Select[Any]:
    """The same pairs whichever of the two they were told by, each once a day."""
    both = pairs.subquery()
    is_ordered = both.c.one < both.c.other
    return (
        select(
            case((is_ordered, both.c.one), else_=both.c.other).label("one"),
            case((is_ordered, both.c.other), else_=both.c.one).label("other"),
            both.c.day,
        )
        .where(both.c.one != both.c.other)
        .distinct()
    )
