"""Ties that were brought after their card was made stand on it too, and its ring knows of them."""

from uuid import UUID

from sqlalchemy import and_, case, exists, func, select, update
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact, ContactHandle
from firsthand.db import lock_owners
from firsthand.followups.staging import restage
from firsthand.ties.models import Tie

_CARDS_A_STEP = 200


def attach_ties(session: Session, owner_id: UUID, position: str) -> str | None:
    """Outbox, after weighing: one step of putting ties on cards and of deriving rings anew."""
    lock_owners(session, [owner_id])
    if not position:
        _put_on_cards(session, owner_id)
    changed = _with_another_ring(session, owner_id)
    restage(session, [(owner_id, root_id) for root_id in changed])
    return "rings" if changed else None


def _put_on_cards(session: Session, owner_id: UUID) -> None:
    """By the handles that the owner keeps on them."""
    same = and_(
        ContactHandle.owner_id == owner_id,
        ContactHandle.network == Tie.network,
        ContactHandle.key == Tie.key,
    )
    session.execute(
        update(Tie)
        .where(Tie.owner_id == owner_id, Tie.contact_id.is_(None), exists().where(same))
        .values(contact_id=select(ContactHandle.contact_id).where(same).scalar_subquery())
        .execution_options(synchronize_session=False)
    )


def _with_another_ring(session: Session, owner_id: UUID) -> list[UUID]:
    """Some of the cards whose half of the ring does not say whether there is a tie that counts."""
    counts = and_(Tie.owner_id == Contact.owner_id, Tie.contact_id == Contact.id, Tie.strength > 0)
    says = func.max(case((Contact.has_tie.is_(True), 1), else_=0))
    holds = func.max(case((Tie.id.is_not(None), 1), else_=0))
    return list(
        session.scalars(
            select(Contact.root_id)
            .outerjoin(Tie, counts)
            .where(Contact.owner_id == owner_id)
            .group_by(Contact.root_id)
            .having(says != holds)
            .limit(_CARDS_A_STEP)
        )
    )
