"""An event in numbers: never who met whom, and no number that could tell.

A count below FEWEST_SHOWN is not told. Pairs, without the organiser, are told only once
FEWEST_PEOPLE are among them, and online ties only once as many people who took part have some:
whoever makes up all pairs but one would otherwise read off whether these two know each other.
"None" is no number either then, and a day with too few does not stand there, nor the smallest of
the others while the whole would tell what is kept back.

Staff count like everybody: an organiser makes and removes them at will, and with each left out in
turn, two numbers would tell how many each of two people met, a third whether they met each other.
"""

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
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session, aliased

from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import may_be_matched, told_claimed
from firsthand.badges.models import Badge
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.events.days import local_day
from firsthand.events.models import Event, EventRole, Role
from firsthand.handles.models import Handle
from firsthand.meetings.models import Meeting, Origin
from firsthand.scans.models import Scan
from firsthand.ties.models import Match

# Fewer than this many could be told apart by who was there.
FEWEST_SHOWN = 5
FEWEST_PEOPLE = 10


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of one event. None: too few to tell without telling who."""

    attendees: int
    claimed: int | None
    listed: int | None
    badges: int
    arrived_today: int | None
    pairs_met: int | None
    pairs_known_online: int | None
    known_online_and_met: int | None
    meetings_by_day: Sequence[tuple[date, int]]


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
    met, known = _pairs_met(event.id), _pairs_known(event.id)
    enough_know = _enough_know(session, event.id)
    first, second = known.subquery(), met.subquery()
    both = select(first).join(
        second, and_(second.c.one == first.c.one, second.c.other == first.c.other)
    )
    return Statistics(
        attendees=people[0],
        claimed=_shown(people[1]),
        listed=_shown(people[2]),
        badges=session.scalar(badges) or 0,
        arrived_today=_shown(people[3]),
        pairs_met=_told_pairs(session, met),
        pairs_known_online=_told_pairs(session, known) if enough_know else None,
        known_online_and_met=_told_pairs(session, both) if enough_know else None,
        meetings_by_day=_by_day(session, event),
    )


def number_words(count: int | None) -> str:
    return "too few to tell" if count is None else f"{count:,}"


def _shown(count: int | None) -> int | None:
    return count if not count or count >= FEWEST_SHOWN else None


def _told_pairs(session: Session, pairs: Select[Any]) -> int | None:
    """How many, as far as it may be told; ``pairs``: of attendees ``one`` and ``other``."""
    told = _told_by(session, pairs.add_columns(literal(0).label("part")))
    return told.get(0)


def _told_by(session: Session, pairs: Select[Any]) -> dict[Any, int]:
    """The same for each ``part`` of which enough may be told."""
    # Asked for three times below, and made once.
    some = pairs.cte("some_pairs")
    ends = union(
        select(some.c.part, some.c.one.label("who")), select(some.c.part, some.c.other)
    ).subquery()
    many_people = select(ends.c.part).group_by(ends.c.part).having(func.count() >= FEWEST_PEOPLE)
    counted = session.execute(
        select(some.c.part, func.count().label("pairs"))
        .where(some.c.part.in_(many_people))
        .group_by(some.c.part)
        .having(func.count() >= FEWEST_SHOWN)
        .order_by(some.c.part)
    )
    return {row.part: row.pairs for row in counted}


def _enough_know(session: Session, event_id: UUID) -> bool:
    """Whether the ties are of so many people that a number tells of none of them."""
    owners = select(func.count(_ties(event_id).subquery().c.one.distinct()))
    return (session.scalar(owners) or 0) >= FEWEST_PEOPLE


def _took_part(attendee: Any) -> ColumnElement[bool]:
    """Came by the link, said that they are here, chose who sees them, or met somebody here: a list
    may name anybody.
    """
    kept_a_meeting = exists().where(
        Meeting.owner_id == attendee.account_id,
        Meeting.event_id == attendee.event_id,
        Meeting.gone_at.is_(None),
    )
    return or_(
        attendee.joined.is_(True),
        attendee.chose_listed_at.is_not(None),
        attendee.arrived_on.is_not(None),
        kept_a_meeting,
    )


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


def _by_day(session: Session, event: Event) -> list[tuple[date, int]]:
    pairs = _ordered(_meetings(event.id), event.id).subquery()
    told = _told_by(session, select(pairs.c.one, pairs.c.other, pairs.c.day.label("part")))
    while told and _would_tell(session, pairs, list(told)):
        del told[min(told, key=lambda day: (told[day], day))]
    return list(told.items())


def _would_tell(session: Session, pairs: Subquery, days: Sequence[date]) -> bool:
    """Whether the whole, less these days, tells of pairs of another day that are too few."""
    if session.scalar(select(~exists().where(pairs.c.day.not_in(days)))):
        return False
    on_these = select(pairs.c.one, pairs.c.other).where(pairs.c.day.in_(days))
    rest = select(pairs.c.one, pairs.c.other).except_(on_these).subquery()
    return _told_pairs(session, select(rest)) is None


def _pairs_met(event_id: UUID) -> Select[Any]:
    pairs = _ordered(_meetings(event_id), event_id).subquery()
    return select(pairs.c.one, pairs.c.other).distinct()


def _pairs_known(event_id: UUID) -> Select[Any]:
    """Pairs where one has a tie with a handle that the other shares with who browses."""
    ordered = _ordered(_ties(event_id), event_id).subquery()
    return select(ordered.c.one, ordered.c.other).distinct()


def _ties(event_id: UUID) -> Select[*tuple[Any, ...]]:
    """Whom the attendees who took part know online among those listed here."""
    mine = aliased(Attendee)
    return (
        select(mine.id.label("one"), Match.attendee_id.label("other"), Match.event_id.label("day"))
        .join(Attendee, Attendee.id == Match.attendee_id)
        .join(Handle, Handle.id == Match.handle_id)
        .join(mine, and_(mine.event_id == event_id, mine.account_id == Match.owner_id))
        .where(
            Match.event_id == event_id,
            may_be_matched(Handle),
            _took_part(mine),
            mine.account_id.not_in(_organisers(event_id)),
        )
    )


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


def _ordered(pairs: SelectBase, event_id: UUID) -> Select[Any]:
    """The same pairs whichever of the two they were told by, each once a day; without the
    organiser, who could make up as many as they like.
    """
    both = pairs.subquery()
    runs_it = select(Attendee.id).where(
        Attendee.event_id == event_id, Attendee.account_id.in_(_organisers(event_id))
    )
    is_ordered = both.c.one < both.c.other
    return (
        select(
            case((is_ordered, both.c.one), else_=both.c.other).label("one"),
            case((is_ordered, both.c.other), else_=both.c.one).label("other"),
            both.c.day,
        )
        .where(
            both.c.one != both.c.other,
            both.c.one.not_in(runs_it),
            both.c.other.not_in(runs_it),
        )
        .distinct()
    )


def _organisers(event_id: UUID) -> Select[UUID]:
    """Whom nobody makes or removes: who made the event."""
    return select(EventRole.account_id).where(
        EventRole.event_id == event_id, EventRole.role == Role.ORGANISER
    )
