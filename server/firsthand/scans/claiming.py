"""When an attendee is claimed by an account, the cards of all who met them learn who it is."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.attendees.list_claims import tell_of_place
from firsthand.attendees.models import Attendee
from firsthand.badges.issuing import issue_badges
from firsthand.contacts.evidence import ACCOUNT, Evidence
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.db import insert_new, lock_owners, new_id, now
from firsthand.followups.one_person import join_on_proof, join_proven
from firsthand.handles.models import Handle
from firsthand.scans.circles import settle_claimed
from firsthand.ties.matching import match_account


def resolve_claimed(session: Session, attendee_id: UUID, position: str = "") -> str | None:
    """Outbox: what the list gives, tell the cards; then match the account, step by step."""
    attendee = session.get(Attendee, attendee_id)
    if attendee is None or attendee.account_id is None:
        return None
    if not position:
        _take_over(session, attendee, attendee.account_id)
    return match_account(session, attendee.account_id, position)


def _take_over(session: Session, attendee: Attendee, account_id: UUID) -> None:
    tell_of_place(session, attendee, account_id)
    issue_badges(session, attendee.event_id, [attendee.id])
    _take_over_handles(session, attendee)
    rows = session.execute(
        select(ContactAttendee.owner_id, ContactAttendee.contact_id).where(
            ContactAttendee.attendee_id == attendee.id,
            ContactAttendee.owner_id != account_id,
        )
    ).all()
    lock_owners(session, [account_id, *(owner_id for owner_id, _ in rows)])
    for owner_id, contact_id in rows:
        _tell_card(session, owner_id, contact_id, account_id)
    settle_claimed(session, attendee.id, account_id)
    join_proven(session, account_id)


def _take_over_handles(session: Session, attendee: Attendee) -> None:
    listed = session.scalars(select(Handle).where(Handle.attendee_id == attendee.id)).all()
    insert_new(
        session,
        Handle,
        [
            {
                "id": new_id(),
                "account_id": attendee.account_id,
                "attendee_id": None,
                "network": handle.network,
                "name": handle.name,
                "key": handle.key,
                "stable_id": handle.stable_id,
                "circle": handle.circle,
                "created_at": now(),
            }
            for handle in listed
        ],
    )


def _tell_card(session: Session, owner_id: UUID, contact_id: UUID, account_id: UUID) -> None:
    """The account is proof that two cards are one human."""
    other = session.scalar(
        select(Contact.id).where(Contact.owner_id == owner_id, Contact.account_id == account_id)
    )
    if other is None:
        session.get_one(Contact, (owner_id, contact_id)).account_id = account_id
        session.flush()
    else:
        join_on_proof(session, owner_id, other, contact_id, Evidence(ACCOUNT))
