"""Two cards are one human, or two: the cards, and the ring that follows from both.

Nobody is asked only where it is proven: by an account, or by a handle that its account has proven.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.blocking import never_see
from firsthand.contacts import evidence
from firsthand.contacts.evidence import Evidence, handle_detail
from firsthand.contacts.merging import join_cards, keep_apart, kept_apart, part_cards
from firsthand.contacts.models import Contact, ContactHandle
from firsthand.contacts.queries import card
from firsthand.contacts.roots import root_of
from firsthand.contacts.same_person import evidence_of
from firsthand.contacts.showing import shown_on_card
from firsthand.db import lock_owners
from firsthand.followups.staging import restage
from firsthand.handles.models import Handle
from firsthand.ties.models import Tie


def make_one(session: Session, owner_id: UUID, contact_id: UUID, other_id: UUID) -> UUID:
    """The owner says that these are one human; the card that stands for both. Raises NotFound."""
    lock_owners(session, [owner_id])
    other_root = root_of(session, owner_id, other_id)
    said = evidence_of(session, owner_id, card(session, owner_id, contact_id), other_root)
    root_id = join_cards(session, owner_id, contact_id, other_root, said)
    restage(session, [(owner_id, root_id)])
    return root_id


def make_two(session: Session, owner_id: UUID, child_id: UUID) -> UUID:
    """Undoes a joining wholly; returns the card that stands for itself again. Raises NotFound."""
    lock_owners(session, [owner_id])
    roots = part_cards(session, owner_id, child_id)
    restage(session, [(owner_id, root_id) for root_id in roots])
    return child_id


def keep_two(session: Session, owner_id: UUID, contact_id: UUID, other_id: UUID) -> None:
    """The owner says that these are two people. Raises NotFound."""
    lock_owners(session, [owner_id])
    keep_apart(session, owner_id, contact_id, other_id)


def join_on_proof(
    session: Session, owner_id: UUID, one: UUID, other: UUID, proof: Evidence
) -> None:
    """Unless the owner has said that they are two. The caller holds the owner's lock."""
    root_id, other_root = root_of(session, owner_id, one), root_of(session, owner_id, other)
    if root_id == other_root or other_root in kept_apart(session, owner_id, root_id):
        return
    joined = join_cards(session, owner_id, root_id, other_root, proof, by_proof=True)
    restage(session, [(owner_id, joined)])


def join_proven(session: Session, account_id: UUID, owner_id: str = "") -> None:
    """Outbox: cards of this account, and cards of a handle that it has proven and shows.

    Those that everybody has of it, or this owner.
    """
    some = [UUID(owner_id)] if owner_id else []
    found = [
        row for model in (ContactHandle, Tie) for row in _proven(session, account_id, model, some)
    ]
    lock_owners(session, [row[0] for row in found])
    for owner, one, other, network, name in found:
        proof = Evidence(evidence.PROVEN_HANDLE, handle_detail(network, name))
        join_on_proof(session, owner, one, other, proof)


def _proven(
    session: Session, account_id: UUID, model: type[ContactHandle] | type[Tie], owners: list[UUID]
) -> Sequence[Any]:
    """Owner, card of the account, another card that has such a handle, the handle; ``owners``:
    of these alone, if any.
    """
    whole, by_handle = aliased(Contact), aliased(Contact)
    same = (model.network == Handle.network) & (model.key == Handle.key)
    is_on = (by_handle.owner_id == model.owner_id) & (by_handle.id == model.contact_id)
    return session.execute(
        select(whole.owner_id, whole.id, by_handle.id, Handle.network, Handle.name)
        .join(Handle, Handle.account_id == whole.account_id)
        .join(model, (model.owner_id == whole.owner_id) & same)
        .join(by_handle, is_on)
        .where(
            whole.account_id == account_id,
            Handle.verified_at.is_not(None),
            shown_on_card(Handle.circle, whole),
            ~never_see(whole.owner_id, whole.account_id),
            *([whole.owner_id.in_(owners)] if owners else []),
            by_handle.root_id != whole.root_id,
        )
    ).all()
