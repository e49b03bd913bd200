"""Several cards of one human under one root. Nothing moves, so that all of it can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from firsthand.contacts.evidence import Evidence
from firsthand.contacts.models import Contact, ContactApart, ContactMerge
from firsthand.contacts.roots import members_of
from firsthand.contacts.showing import OWNER, card_name, join_person
from firsthand.db import AnySelect, insert_new
from firsthand.problems import NotFound


@dataclass(frozen=True, slots=True)
class Merged:
    """A card that was joined to another, what it says by itself, and why they are one."""

    child_id: UUID
    name: str
    note: str
    evidence: Evidence
    by_proof: bool
    at: datetime


def join_cards(
    session: Session,
    owner_id: UUID,
    one: UUID,
    other: UUID,
    evidence: Evidence,
    *,
    by_proof: bool = False,
) -> UUID:
    """The root of both from now on; the caller holds the owner's lock. Raises NotFound.

    The card that says more of itself is the root: one with an account, with an attendee, with a
    name; of two alike the older.
    """
    found = session.scalars(
        select(Contact).where(Contact.owner_id == owner_id, Contact.id.in_([one, other]))
    ).all()
    roots = {contact.root_id for contact in found}
    if len(found) < len({one, other}):
        raise NotFound
    if len(roots) == 1:
        return roots.pop()
    parent, child = sorted(
        session.scalars(select(Contact).where(Contact.owner_id == owner_id, Contact.id.in_(roots))),
        key=_says_most,
    )
    merge = ContactMerge(
        owner_id=owner_id,
        child_id=child.id,
        parent_id=parent.id,
        evidence=evidence.kind,
        detail=evidence.detail,
        by_proof=by_proof,
    )
    session.add(merge)
    _forget_apart(session, owner_id, parent.root_id, child.root_id)
    _set_root(session, owner_id, Contact.root_id == child.id, parent.id)
    return parent.id


def part_cards(session: Session, owner_id: UUID, child_id: UUID) -> set[UUID]:
    """The owner says that the card stands for itself again, with what was joined to it before.

    The two roots there are now. They are not taken for one human again. Raises NotFound.
    """
    merge = session.get(ContactMerge, (owner_id, child_id))
    if merge is None:
        raise NotFound
    parent_id = merge.parent_id
    roots = take_merge_back(session, owner_id, child_id)
    keep_apart(session, owner_id, child_id, parent_id)
    return roots


def take_merge_back(session: Session, owner_id: UUID, child_id: UUID) -> set[UUID]:
    """As if it had not been joined; the two roots there are now. Raises NotFound."""
    merge = session.get(ContactMerge, (owner_id, child_id))
    if merge is None:
        raise NotFound
    child = session.get_one(Contact, (owner_id, child_id))
    root_id = child.root_id
    edges = session.execute(
        select(ContactMerge.child_id, ContactMerge.parent_id).where(
            ContactMerge.owner_id == owner_id,
            ContactMerge.child_id.in_(members_of(owner_id, root_id)),
        )
    ).all()
    session.delete(merge)
    below = _below(child_id, [(edge[0], edge[1]) for edge in edges])
    _set_root(session, owner_id, Contact.id.in_(below), child_id)
    return {root_id, child_id}


def keep_apart(session: Session, owner_id: UUID, one: UUID, other: UUID) -> None:
    """They are two people: not suggested any more. Raises NotFound."""
    known = session.scalars(
        select(Contact.id).where(Contact.owner_id == owner_id, Contact.id.in_([one, other]))
    ).all()
    if len(known) < 2:
        raise NotFound
    first, second = sorted((one, other))
    insert_new(session, ContactApart, [{"owner_id": owner_id, "one_id": first, "other_id": second}])


def kept_apart(session: Session, owner_id: UUID, root_id: UUID) -> set[UUID]:
    """The roots of whom the owner has said that they are somebody else."""
    mine = members_of(owner_id, root_id)
    others: set[UUID] = set()
    for near, far in (
        (ContactApart.one_id, ContactApart.other_id),
        (ContactApart.other_id, ContactApart.one_id),
    ):
        others.update(
            session.scalars(
                select(Contact.root_id)
                .join(ContactApart, and_(ContactApart.owner_id == owner_id, far == Contact.id))
                .where(Contact.owner_id == owner_id, near.in_(mine))
            )
        )
    return others


def merged_into(session: Session, owner_id: UUID, root_id: UUID) -> list[Merged]:
    """What was joined to make this card, the latest first."""
    rows = session.execute(_merged_into(), {"owner": owner_id, "root": root_id})
    return [
        Merged(child_id, name, note, Evidence(kind, detail), by_proof, at)
        for child_id, name, note, kind, detail, by_proof, at in rows
    ]


# To put this statement together takes longer than to run it.
@cache
def _merged_into() -> AnySelect:
    merged = and_(Contact.owner_id == ContactMerge.owner_id, Contact.id == ContactMerge.child_id)
    said = (ContactMerge.evidence, ContactMerge.detail, ContactMerge.by_proof, ContactMerge.at)
    return (
        join_person(
            select(ContactMerge.child_id, card_name(), Contact.note, *said).join(Contact, merged)
        )
        .where(ContactMerge.owner_id == OWNER, Contact.root_id == bindparam("root"))
        .order_by(ContactMerge.at.desc())
    )


def _says_most(contact: Contact) -> tuple[bool, bool, bool, UUID]:
    return not contact.account_id, not contact.attendee_id, not contact.name, contact.id


def _set_root(session: Session, owner_id: UUID, which: ColumnElement[bool], root_id: UUID) -> None:
    session.execute(
        update(Contact)
        .where(Contact.owner_id == owner_id, which)
        .values(root_id=root_id)
        .execution_options(synchronize_session="fetch")
    )


def _forget_apart(session: Session, owner_id: UUID, one: UUID, other: UUID) -> None:
    """The owner has changed their mind."""
    of_one, of_other = members_of(owner_id, one), members_of(owner_id, other)
    near, far = ContactApart.one_id, ContactApart.other_id
    session.execute(
        delete(ContactApart)
        .where(
            ContactApart.owner_id == owner_id,
            or_(
                and_(near.in_(of_one), far.in_(of_other)),
                and_(near.in_(of_other), far.in_(of_one)),
            ),
        )
        .execution_options(synchronize_session=False)
    )


def _below(top: UUID, edges: Sequence[tuple[UUID, UUID]]) -> set[UUID]:
    """The card and all that were joined to it, directly or not."""
    below = {top}
    while more := {child for child, parent in edges if parent in below} - below:
        below |= more
    return below
