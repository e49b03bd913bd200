"""Touchpoints: a call, a coffee, a message, help given or received, logged by the owner."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.contacts.models import Touchpoint, TouchpointKind
from firsthand.contacts.roots import root_of
from firsthand.db import insert_new, lock_owners, new_id, now
from firsthand.followups.staging import restage
from firsthand.problems import Invalid, NotFound


def add_touchpoint(
    session: Session, owner_id: UUID, contact_id: UUID, kind: str, at: datetime | None, note: str
) -> Touchpoint:
    """``note`` is clean already. Raises Invalid, NotFound."""
    lock_owners(session, [owner_id])
    if kind not in set(TouchpointKind):
        message = "Choose one of: " + ", ".join(TouchpointKind)
        raise Invalid(message, {"kind": message})
    moment = at or now()
    if moment > now() + timedelta(days=1):
        raise Invalid("A touchpoint has happened already.", {"at": "This lies in the future."})
    root_id = root_of(session, owner_id, contact_id)
    touchpoint = Touchpoint(
        owner_id=owner_id, id=new_id(), contact_id=root_id, kind=kind, at=moment, note=note
    )
    session.add(touchpoint)
    session.flush()
    restage(session, [(owner_id, root_id)])
    return touchpoint


def keep_message(session: Session, owner_id: UUID, contact_id: UUID, touchpoint_id: UUID) -> None:
    """That the owner wrote to them just now; the caller derives the ring anew."""
    root_id = root_of(session, owner_id, contact_id)
    row = {
        "owner_id": owner_id,
        "id": touchpoint_id,
        "contact_id": root_id,
        "kind": TouchpointKind.MESSAGE,
        "at": now(),
    }
    insert_new(session, Touchpoint, [row])


def forget_touchpoint(session: Session, owner_id: UUID, touchpoint_id: UUID) -> None:
    """It was logged by mistake. Raises NotFound."""
    lock_owners(session, [owner_id])
    touchpoint = session.get(Touchpoint, (owner_id, touchpoint_id))
    if touchpoint is None:
        raise NotFound
    contact_id = touchpoint.contact_id
    session.delete(touchpoint)
    session.flush()
    restage(session, [(owner_id, root_of(session, owner_id, contact_id))])
