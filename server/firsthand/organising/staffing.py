"""Inviting staff by address: a role at once for who has an account, else at the first sign-in.

No account is made for anybody: whoever never signed up can still be removed from everything.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, done_lately, note
from firsthand.accounts.addresses import read_email
from firsthand.accounts.models import Account
from firsthand.db import insert_new, lock_owners, new_id, now
from firsthand.events.models import Event, StaffInvitation
from firsthand.events.staff import event_to_staff, make_staff
from firsthand.organising.models import Invitation
from firsthand.organising.removal_links import (
    address_hash,
    anywhere_hash,
    removal_token,
    staff_hash,
)
from firsthand.organising.removing import is_removed
from firsthand.organising.unasked import has_turn, take_turns
from firsthand.problems import Invalid, TooMany

INVITATIONS_A_DAY = 20
_REMOVED = "This person asked to be removed from this event."
_ENOUGH = f"You have invited {INVITATIONS_A_DAY} people within a day. Try again tomorrow."


@dataclass(frozen=True, slots=True)
class InvitedHelper:
    """``is_mailed``: they are to get a mail; ``removal``: of its link, for who never signed up."""

    event: Event
    address: str
    is_mailed: bool
    removal: str = ""


def invite_staff(
    session: Session, key: bytes, organiser_id: UUID, slug: str, email: str, *, can_mail: bool
) -> InvitedHelper:
    """Raises Invalid, TooMany, NotFound, NotAllowed unless the account is the event's organiser."""
    event = event_to_staff(session, organiser_id, slug)
    address = read_email(email)
    # Who signs in for the first time meanwhile finds the invitation, or is found by it.
    lock_owners(session, [organiser_id, uuid5(NAMESPACE_URL, address)])
    _check_limit(session, organiser_id)
    account_id = session.scalar(select(Account.id).where(Account.email == address))
    if account_id is not None:
        make_staff(session, event, account_id)
    elif is_removed(session, key, event.id, address):
        raise Invalid(_REMOVED, {"email": _REMOVED})
    else:
        row = {"id": new_id(), "event_id": event.id, "email": address, "created_at": now()}
        insert_new(session, StaffInvitation, [row])
    note(session, organiser_id, Act.STAFF_INVITED, f"Event: {event.slug}")
    return InvitedHelper(
        event,
        address,
        is_mailed=can_mail and _is_first(session, key, event.id, address, account_id),
        removal=""
        if account_id
        else removal_token(key, event.id, address_hash(key, event.id, address)),
    )


def staff_letter(invited: InvitedHelper, base_url: str) -> tuple[str, str]:
    """Subject and text."""
    event = invited.event
    text = (
        f"You can help to run {event.name} on Firsthand: attendees, badges, numbers.\n\n"
        f"Sign in with this address: {base_url}/organise/{event.slug}\n"
    )
    if invited.removal:
        text += (
            "\nYou want none of it? This takes your address away, without signing in:\n"
            f"{base_url}/removal/{invited.removal}\n"
        )
    return f"Help to run {event.name}", text


def _check_limit(session: Session, organiser_id: UUID) -> None:
    """Invitations that were taken back count as well: each may have sent a mail."""
    if (
        done_lately(session, organiser_id, Act.STAFF_INVITED, timedelta(days=1))
        >= INVITATIONS_A_DAY
    ):
        raise TooMany(_ENOUGH, {"email": _ENOUGH})


def _is_first(
    session: Session, key: bytes, event_id: UUID, address: str, account_id: UUID | None
) -> bool:
    """One mail for an event; to who never signed up, one a year from here."""
    hashed = staff_hash(key, event_id, address)
    if session.get(Invitation, (event_id, hashed)) is not None:
        return False
    insert_new(session, Invitation, [{"event_id": event_id, "address_hash": hashed}])
    if account_id is not None:
        return True
    anywhere, letter = anywhere_hash(key, address), f"staff:{event_id}"
    take_turns(session, {anywhere: letter})
    return has_turn(session, anywhere, letter)
