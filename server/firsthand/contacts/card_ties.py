"""The ties that stand on the owner's cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, select, tuple_, union
from sqlalchemy.orm import Session

from firsthand.contacts.card_handles import marks_on_cards
from firsthand.contacts.models import Contact, ContactHandle
from firsthand.contacts.roots import members_of
from firsthand.contacts.showing import OWNER
from firsthand.db import AnySelect
from firsthand.folding import folded
from firsthand.ties.facts import facts_of_ties
from firsthand.ties.kinds import KindCount
from firsthand.ties.models import Tie


@dataclass(frozen=True, slots=True)
class CardTie:
    """An online tie with this person."""

    network: str
    name: str | None
    kinds: Sequence[KindCount]
    stable_id: str | None = None


def ties_of_card(session: Session, owner_id: UUID, root_id: UUID) -> list[CardTie]:
    """Those put on the card, and those of its handles that were brought later."""
    values = {"owner": owner_id, "root": root_id}
    rows = session.execute(_ties_of_card(), values).all()
    facts = facts_of_ties(session, owner_id, {row[0] for row in rows})
    return [
        CardTie(network, name, facts[tie_id], stable_id)
        for tie_id, network, name, stable_id in rows
        if facts.get(tie_id)
    ]


def ties_beyond_handles(session: Session, owner_id: UUID, root_ids: Sequence[UUID]) -> list[UUID]:
    """Ties that stand on these cards, and of whose handle the cards show nothing (any more)."""
    values = {"owner": owner_id, "roots": root_ids}
    shown = marks_on_cards(session, owner_id, root_ids)
    return [
        tie_id
        for tie_id, root_id, network, *marks in session.execute(_ties_on_cards(), values)
        if not any(mark and (root_id, network, mark) in shown for mark in marks)
    ]


def cards_with_tie_like(words: ColumnElement[str]) -> AnySelect:
    """The roots of the owner's cards on which a tie stands whose name is like this pattern."""
    return (
        select(Contact.root_id)
        .join(Tie, Tie.contact_id == Contact.id)
        .where(
            Contact.owner_id == OWNER,
            Tie.owner_id == OWNER,
            Tie.contact_id.is_not(None),
            folded(Tie.name).like(words, escape="\\"),
        )
    )


@cache
def _ties_of_card() -> AnySelect:
    members = members_of(OWNER, bindparam("root"))
    put_on = select(Tie.id).where(Tie.owner_id == OWNER, Tie.contact_id.in_(members))
    # From the card's few handles to the ties, of which there may be very many: so what is on no
    # card is asked of those found only, else SQLite would begin with all of these.
    handles = select(ContactHandle.network, ContactHandle.key).where(
        ContactHandle.owner_id == OWNER, ContactHandle.contact_id.in_(members)
    )
    by_handle = select(Tie.id).where(
        Tie.owner_id == OWNER, tuple_(Tie.network, Tie.key).in_(handles)
    )
    return (
        select(Tie.id, Tie.network, Tie.name, Tie.stable_id)
        .where(
            Tie.owner_id == OWNER,
            Tie.id.in_(union(put_on, by_handle)),
            or_(Tie.contact_id.is_(None), Tie.contact_id.in_(members)),
        )
        .order_by(Tie.strength.desc())
    )


@cache
def _ties_on_cards() -> AnySelect:
    roots: BindParameter[Any] = bindparam("roots")
    return (
        select(Tie.id, Contact.root_id, Tie.network, Tie.key, Tie.stable_id)
        .join(Contact, and_(Contact.owner_id == Tie.owner_id, Contact.id == Tie.contact_id))
        .where(
            Tie.owner_id == OWNER,
            # Named by the cards, which are few, and not by all that the owner has ties with.
            Tie.contact_id.in_(
                select(Contact.id).where(Contact.owner_id == OWNER, Contact.root_id.in_(roots))
            ),
        )
    )
