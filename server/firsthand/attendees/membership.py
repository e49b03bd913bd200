"""Being at an event: joining, claiming one's place on the list, choosing to be listed, arriving."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.models import Account
from firsthand.accounts.seeing import shows_anew
from firsthand.attendees.models import Attendee
from firsthand.db import lock_owners, new_id, now
from firsthand.events.days import local_day
from firsthand.events.models import Event, EventRole
from firsthand.outbox import enqueue
from firsthand.problems import Conflict, NotFound

ATTENDEE_CLAIMED = "attendee-claimed"
ATTENDEE_ARRIVED = "attendee-arrived"


def attendee_of(session: Session, account_id: UUID, slug: str) -> Attendee:
    """This account's own place at the event. Raises NotFound."""
    attendee = session.scalar(
        select(Attendee)
        .join(Event, Event.id == Attendee.event_id)
        .where(Event.slug == slug, Attendee.account_id == account_id)
    )
    if attendee is None:
        raise NotFound
    return attendee


def claim_by_email(session: Session, account_id: UUID) -> None:
    """Claim the places whose e-mail is this account's verified one; called at every sign-in.

    Where an address stands on several rows of one event (one buyer, many tickets), or the account
    is at the event already, nothing is claimed by itself.
    """
    lock_owners(session, [account_id])
    account = session.get_one(Account, account_id)
    rows = session.scalars(
        select(Attendee).where(Attendee.email == account.email, Attendee.account_id.is_(None))
    ).all()
    there = set(session.scalars(select(Attendee.event_id).where(Attendee.account_id == account_id)))
    for attendee in rows:
        if attendee.event_id not in there and _is_only_row(session, attendee):
            _claim(session, account, attendee)


def claimable(session: Session, account_id: UUID) -> Sequence[tuple[Attendee, Event]]:
    """Places with this account's e-mail that it has to pick itself."""
    email = select(Account.email).where(Account.id == account_id).scalar_subquery()
    there = select(Attendee.event_id).where(Attendee.account_id == account_id)
    return [
        (attendee, event)
        for attendee, event in session.execute(
            select(Attendee, Event)
            .join(Event, Event.id == Attendee.event_id)
            .where(
                Attendee.email == email,
                Attendee.account_id.is_(None),
                Attendee.event_id.not_in(there),
            )
            .order_by(Event.starts, Attendee.name)
        )
    ]


def claim(session: Session, account_id: UUID, attendee_id: UUID) -> None:
    """Claim the place that the person picked among several. Raises NotFound."""
    # From two browsers at once, two places of one event would be claimed.
    lock_owners(session, [account_id])
    for attendee, _ in claimable(session, account_id):
        if attendee.id == attendee_id:
            _claim(session, session.get_one(Account, account_id), attendee)
            return
    raise NotFound


def event_by_join_code(session: Session, join_code: str) -> Event:
    """Where a join link leads. Raises NotFound."""
    event = None
    # A database takes no text with a NUL or half a letter in it.
    if join_code.isprintable():
        event = session.scalar(select(Event).where(Event.join_code == join_code))
    if event is None:
        raise NotFound("This link leads to no event. Ask the organiser for a new one.")
    return event


def join_event(session: Session, account_id: UUID, join_code: str, *, listed: bool) -> Event:
    """Come to an event by its join link. Raises NotFound."""
    event = event_by_join_code(session, join_code)
    claim_by_email(session, account_id)
    add_member(session, account_id, event.id, listed=listed)
    return event


def add_member(session: Session, account_id: UUID, event_id: UUID, *, listed: bool) -> None:
    """Make the account's place at the event if it has none."""
    lock_owners(session, [account_id])
    attendee = session.scalar(
        select(Attendee).where(Attendee.event_id == event_id, Attendee.account_id == account_id)
    )
    if attendee is None:
        account = session.get_one(Account, account_id)
        attendee = Attendee(
            id=new_id(),
            event_id=event_id,
            account_id=account_id,
            name=account.name,
            listed=listed,
            chose_listed_at=now(),
            joined=True,
        )
        session.add(attendee)
        if listed:
            slug = session.get_one(Event, event_id).slug
            note(session, account_id, Act.LISTED, f"Event: {slug}")
        enqueue(session, ATTENDEE_CLAIMED, attendee.id)


def choose_listed(session: Session, account_id: UUID, slug: str, listed: bool) -> None:
    """The person's own choice; no later import overrides it. Raises NotFound."""
    attendee = attendee_of(session, account_id, slug)
    if attendee.listed != listed:
        note(session, account_id, Act.LISTED if listed else Act.UNLISTED, f"Event: {slug}")
        shows_anew(session, account_id)
    attendee.listed = listed
    attendee.chose_listed_at = now()


def arrive(session: Session, account_id: UUID, slug: str, moment: datetime) -> None:
    """ "I am here", for today in the event's time zone. Raises NotFound."""
    attendee = attendee_of(session, account_id, slug)
    event = session.get_one(Event, attendee.event_id)
    today = local_day(moment, ZoneInfo(event.timezone))
    if attendee.arrived_on != today:
        attendee.arrived_on = today
        enqueue(session, ATTENDEE_ARRIVED, attendee.id)


def attended(session: Session, account_id: UUID) -> Sequence[tuple[Attendee, Event]]:
    """This account's places with their events, the newest first."""
    return [
        (attendee, event)
        for attendee, event in session.execute(
            select(Attendee, Event)
            .join(Event, Event.id == Attendee.event_id)
            .where(Attendee.account_id == account_id)
            .order_by(Event.starts.desc(), Event.id)
        )
    ]


def events_of_attendee(session: Session, account_id: UUID) -> Sequence[Event]:
    """The events that this account attends, the newest first."""
    return session.scalars(
        select(Event)
        .join(Attendee, Attendee.event_id == Event.id)
        .where(Attendee.account_id == account_id)
        .order_by(Event.starts.desc(), Event.id)
    ).all()


def names_of_own_events(session: Session, account_id: UUID) -> dict[str, str]:
    """By slug, the events that this account attends, runs or helps at."""
    attends = select(Attendee.event_id).where(Attendee.account_id == account_id)
    runs = select(EventRole.event_id).where(EventRole.account_id == account_id)
    rows = session.execute(
        select(Event.slug, Event.name).where(or_(Event.id.in_(attends), Event.id.in_(runs)))
    )
    return {row.slug: row.name for row in rows}


def current_event(session: Session, account_id: UUID) -> Event | None:
    """The attended event that goes on now, else the next one, else the latest."""
    events = events_of_attendee(session, account_id)
    moment = now()

    def nearness(event: Event) -> tuple[bool, int]:
        """Whether it is over, and the days until it begins or since it has ended."""
        today = local_day(moment, ZoneInfo(event.timezone))
        if today > event.ends:
            return True, (today - event.ends).days
        return False, max((event.starts - today).days, 0)

    return min(events, key=nearness, default=None)


def event_of_attendee(session: Session, account_id: UUID, slug: str) -> Event:
    """The event, if this account attends it. Raises NotFound."""
    event = session.scalar(
        select(Event)
        .join(Attendee, Attendee.event_id == Event.id)
        .where(Event.slug == slug, Attendee.account_id == account_id)
    )
    if event is None:
        raise NotFound
    return event


def _is_only_row(session: Session, attendee: Attendee) -> bool:
    """Of its address, at its event."""
    count = session.scalar(
        select(func.count())
        .select_from(Attendee)
        .where(Attendee.event_id == attendee.event_id, Attendee.email == attendee.email)
    )
    return count == 1


def _claim(session: Session, account: Account, attendee: Attendee) -> None:
    claimed = session.execute(
        update(Attendee)
        .where(Attendee.id == attendee.id, Attendee.account_id.is_(None))
        .values(account_id=account.id)
        .returning(Attendee.id)
    ).one_or_none()
    if claimed is None:
        raise Conflict("Somebody has just claimed this place.")
    account.name = account.name or attendee.name
    account.headline = account.headline or attendee.headline
    account.company = account.company or attendee.company
    enqueue(session, ATTENDEE_CLAIMED, attendee.id)
