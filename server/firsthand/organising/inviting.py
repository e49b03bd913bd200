"""One mail to somebody on an organiser's list: what it shows of them, and how to be removed.

An address that has had it is remembered by its hash, whatever becomes of the list. Who has an
account gets none, and the organiser is not told so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import is_told_claimed, told_claimed
from firsthand.badges.finding import find_badges
from firsthand.db import insert_new, lock_owners
from firsthand.events.models import Event, EventRole, Role
from firsthand.handles.models import Handle
from firsthand.organising.models import Invitation, RemovalRequest
from firsthand.organising.removal_links import address_hash, anywhere_hash, removal_token
from firsthand.organising.unasked import has_turn, take_turns
from firsthand.reminders.delivering import INVITATION, Order, queue_mails

# So many a transaction, so that no scan waits long.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody of the list as the mail names them; ``handles`` as pairs (network, name)."""

    name: str
    headline: str
    company: str
    listed: bool
    handles: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class InvitationLetter:
    to: str
    event: Event
    organiser: str
    people: Sequence[Invited]
    asked: bool
    removal: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An address of a list whose turn has not come, and an attendee that has it."""

    email: str
    hashed: str
    attendee_id: UUID


def count_invitable(session: Session, key: bytes, event_id: UUID) -> int:
    """How many addresses have had no mail yet."""
    waiting = _addresses(key, event_id, session.execute(_on_the_list(event_id)))
    written = select(Invitation.address_hash).where(Invitation.event_id == event_id)
    return len(waiting.keys() - set(session.scalars(written)))


def invite_some(
    session: Session, key: bytes, event_id: UUID, sender_id: UUID, after: UUID | None = None
) -> tuple[int, UUID | None]:
    """Queue the mail of those among the next attendees who have had none: how many, and the
    attendee after whom it goes on; None at the end.
    """
    lock_owners(session, [event_id])
    stmt = _on_the_list(event_id).limit(_AT_ONCE)
    if after is not None:
        stmt = stmt.where(Attendee.id > after)
    some = session.execute(stmt).all()
    waiting = _addresses(key, event_id, some)
    written = select(Invitation.address_hash).where(
        Invitation.event_id == event_id, Invitation.address_hash.in_(waiting)
    )
    for hashed in session.scalars(written):
        del waiting[hashed]
    _queue(session, key, event_id, list(waiting.values()), sender_id, asked=False)
    return len(waiting), some[-1].id if len(some) == _AT_ONCE else None


def ask_removal(session: Session, key: bytes, token: str, *, can_mail: bool) -> None:
    """Whoever holds a badge asks that its wearer be removed.

    Anybody who has photographed it could: so the one mail goes to the listed address, whose link
    removes; where there is none, or it has had its mail, the organiser decides.
    """
    badge = find_badges(session, [token], []).get(token)
    attendee = session.get(Attendee, badge.attendee_id) if badge else None
    if attendee is None or is_told_claimed(attendee):
        return
    lock_owners(session, [attendee.event_id])
    waits = _if_without_mail(session, key, attendee) if can_mail else None
    organiser_id = _organiser(session, attendee.event_id)
    if waits and organiser_id is not None:
        _queue(session, key, attendee.event_id, [waits], organiser_id, asked=True)
        if _has_turn(session, key, attendee.event_id, waits):
            return
    row = {"event_id": attendee.event_id, "attendee_id": attendee.id}
    insert_new(session, RemovalRequest, [row])


def invitation_letter(session: Session, order: Order, key: bytes) -> InvitationLetter | None:
    """What it says as of now; None for who is not on the list any more, is there with an account,
    or has had another mail from here within the year.
    """
    attendee = session.get(Attendee, UUID(order.data["attendee"]))
    if attendee is None or not attendee.email:
        return None
    # One of the address's people may have an account of another address.
    people = _people(session, attendee.event_id, attendee.email)
    if not people:
        return None
    signed_up = select(Account.id).where(Account.email == attendee.email)
    if session.scalar(signed_up) is not None:
        return None
    event = session.get_one(Event, attendee.event_id)
    hashed = address_hash(key, event.id, attendee.email)
    if hashed != order.data["address"]:
        return None  # the list says another address by now, which may get a mail of its own
    if not _has_turn(session, key, event.id, Waiting(attendee.email, hashed, attendee.id)):
        return None
    organiser_id = _organiser(session, event.id)
    organiser = session.get(Account, organiser_id) if organiser_id else None
    return InvitationLetter(
        to=attendee.email,
        event=event,
        organiser=(organiser.name or organiser.email) if organiser else "The organiser",
        people=people,
        asked=bool(order.data.get("asked")),
        removal=removal_token(key, event.id, hashed),
    )


def _queue(
    session: Session,
    key: bytes,
    event_id: UUID,
    waiting: Sequence[Waiting],
    sender_id: UUID,
    *,
    asked: bool,
) -> None:
    rows = [{"event_id": event_id, "address_hash": each.hashed} for each in waiting]
    insert_new(session, Invitation, rows)
    turns = {anywhere_hash(key, each.email): _letter_key(event_id, each) for each in waiting}
    take_turns(session, turns)
    said = {
        _letter_key(event_id, each): {
            "attendee": str(each.attendee_id), "address": each.hashed, "asked": asked,
        }
        for each in waiting
    }  # fmt: skip
    queue_mails(session, sender_id, INVITATION, said)


def _letter_key(event_id: UUID, one: Waiting) -> str:
    return f"{INVITATION}:{event_id}:{one.hashed}"


def _has_turn(session: Session, key: bytes, event_id: UUID, one: Waiting) -> bool:
    return has_turn(session, anywhere_hash(key, one.email), _letter_key(event_id, one))


def _on_the_list(event_id: UUID) -> Select[UUID, str | None]:
    """Those with an address who are not known to be claimed, the oldest first."""
    return (
        select(Attendee.id, Attendee.email)
        .where(Attendee.event_id == event_id, ~told_claimed(), Attendee.email.is_not(None))
        .order_by(Attendee.id)
    )


def _addresses(key: bytes, event_id: UUID, attendees: Iterable[Any]) -> dict[str, Waiting]:
    """By the hash of the address; of several with one address, the first."""
    found: dict[str, UUID] = {}
    for attendee in attendees:
        found.setdefault(attendee.email, attendee.id)
    waiting = (Waiting(email, address_hash(key, event_id, email), found[email]) for email in found)
    return {each.hashed: each for each in waiting}


def _if_without_mail(session: Session, key: bytes, attendee: Attendee) -> Waiting | None:
    if not attendee.email:
        return None
    hashed = address_hash(key, attendee.event_id, attendee.email)
    if session.get(Invitation, (attendee.event_id, hashed)) is not None:
        return None
    return Waiting(attendee.email, hashed, attendee.id)


def _organiser(session: Session, event_id: UUID) -> UUID | None:
    return session.scalar(
        select(EventRole.account_id)
        .where(EventRole.event_id == event_id, EventRole.role == Role.ORGANISER)
        .order_by(EventRole.account_id)
    )


def _people(session: Session, event_id: UUID, email: str) -> list[Invited]:
    attendees = session.scalars(
        select(Attendee)
        .where(
            Attendee.event_id == event_id,
            Attendee.email == email,
            Attendee.account_id.is_(None),
        )
        .order_by(Attendee.name, Attendee.id)
    ).all()
    handles = session.execute(
        select(Handle.attendee_id, Handle.network, Handle.name)
        .where(Handle.attendee_id.in_([each.id for each in attendees]))
        .order_by(Handle.id)
    ).all()
    return [
        Invited(
            each.name,
            each.headline,
            each.company,
            each.listed,
            [(network, name) for of, network, name in handles if of == each.id],
        )
        for each in attendees
    ]
