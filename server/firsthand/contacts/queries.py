"""The owner's cards: a list, one, and what stands on it. Every query names the owner."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    String,
    and_,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import never_see
from firsthand.accounts.models import Block
from firsthand.contacts.card_handles import CardHandle, cards_with_handle_like, handles_of_cards
from firsthand.contacts.card_ties import CardTie, cards_with_tie_like, ties_of_card
from firsthand.contacts.models import Contact, Touchpoint
from firsthand.contacts.roots import members_of, root_of
from firsthand.contacts.showing import (
    OWNER,
    CardAccount,
    card_company,
    card_email,
    card_face,
    card_headline,
    card_name,
    card_phone,
    is_kept,
    join_person,
)
from firsthand.db import AnySelect
from firsthand.folding import folded_together, pattern_of

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Card:
    """One human as the owner's list shows them."""

    id: UUID
    name: str
    headline: str
    company: str
    stage: str
    has_tie: bool
    last_at: datetime
    face: str = ""
    handles: Sequence[CardHandle] = ()


@dataclass(frozen=True, slots=True)
class FullCard:
    """One human with everything that the owner may see of them."""

    card: Card
    email: str
    phone: str
    note: str
    typed_name: str
    typed_headline: str
    typed_company: str
    typed_email: str
    typed_phone: str
    account_id: UUID | None
    ties: Sequence[CardTie] = field(default_factory=list)


def cards(
    session: Session,
    owner_id: UUID,
    *,
    q: str = "",
    stage: str = "",
    limit: int,
    after: Position | None = None,
) -> list[Card]:
    """The owner's people, the latest moment first."""
    narrowed: dict[str, Any] = {}
    if stage:
        narrowed["stage"] = stage
    if q:
        # A handle is often typed as it is written to somebody.
        narrowed |= {"words": pattern_of(q), "handle": pattern_of(q.removeprefix("@"))}
    if after:
        narrowed |= {"after_at": after[0], "after_id": after[1]}
    values = {"owner": owner_id, "most": limit, **narrowed}
    rows = session.execute(_card_list(frozenset(narrowed)), values).all()
    handles = handles_of_cards(session, owner_id, [row[0] for row in rows])
    return [_card(row, handles[row[0]]) for row in rows]


def card(session: Session, owner_id: UUID, contact_id: UUID) -> FullCard:
    """The card that this contact belongs to (its root). Raises NotFound."""
    root_id = root_of(session, owner_id, contact_id)
    row = session.execute(_one_card(), {"owner": owner_id, "root": root_id}).one()
    handles = handles_of_cards(session, owner_id, [root_id])
    ties = ties_of_card(session, owner_id, root_id)
    (full,) = _completed(session, owner_id, [_full_card(row, handles[root_id], ties)])
    return full


def full_cards(
    session: Session,
    owner_id: UUID,
    limit: int,
    after: UUID | None = None,
    *,
    stages: Sequence[str] = (),
    among: Sequence[UUID] | None = None,
) -> list[FullCard]:
    """The owner's people in the order of their ids, without ties: for exports. All of them, or
    those at these stages, or those ``among`` these ids.
    """
    stmt = _full_cards().where(is_kept())
    if stages:
        stmt = stmt.where(Contact.stage.in_(stages))
    if among is not None:
        stmt = stmt.where(Contact.id.in_(among))
    if after:
        stmt = stmt.where(Contact.id > after)
    rows = session.execute(stmt.order_by(Contact.id).limit(limit), {"owner": owner_id}).all()
    handles = handles_of_cards(session, owner_id, [row[0] for row in rows])
    return _completed(session, owner_id, [_full_card(row, handles[row[0]]) for row in rows])


def cards_of_roots(session: Session, owner_id: UUID, root_ids: Sequence[UUID]) -> list[Card]:
    """These of the owner's people, in no order; without those that nothing holds up any more."""
    stmt = _cards().where(Contact.id.in_(root_ids), is_kept())
    rows = session.execute(stmt, {"owner": owner_id}).all() if root_ids else []
    handles = handles_of_cards(session, owner_id, [row[0] for row in rows])
    return [_card(row, handles[row[0]]) for row in rows]


def accounts_of_card(session: Session, owner_id: UUID, root_id: UUID) -> Sequence[UUID]:
    """The accounts that this human has, as far as the owner may see them."""
    return session.scalars(
        select(Contact.account_id)
        .where(
            Contact.owner_id == owner_id,
            Contact.root_id == root_id,
            Contact.account_id.is_not(None),
            ~never_see(Contact.owner_id, Contact.account_id),
        )
        .order_by(Contact.id)
    ).all()  # type: ignore[return-value]  # those without an account are left out


def accounts_blocked_on_card(session: Session, owner_id: UUID, root_id: UUID) -> Sequence[UUID]:
    """Whom of this human's accounts the owner blocks; never which of them blocks the owner."""
    return session.scalars(
        select(Block.account_id)
        .join(
            Contact,
            and_(Contact.owner_id == Block.owner_id, Contact.account_id == Block.account_id),
        )
        .where(Block.owner_id == owner_id, Contact.root_id == root_id)
        .order_by(Block.account_id)
    ).all()


def touchpoints_of_card(session: Session, owner_id: UUID, root_id: UUID) -> Sequence[Touchpoint]:
    values = {"owner": owner_id, "root": root_id}
    return session.scalars(_touchpoints_of_card(), values).all()


# To put these statements together takes longer than to run them, so each shape is made once.


@cache
def _card_list(narrowed: frozenset[str]) -> AnySelect:
    texts = folded_together(card_name(), card_headline(), card_company(), Contact.note)
    words, handle = (bindparam(name, type_=String()) for name in ("words", "handle"))
    conditions = {
        "stage": Contact.stage == bindparam("stage"),
        "words": or_(
            texts.like(words, escape="\\"),
            Contact.id.in_(cards_with_handle_like(handle)),
            Contact.id.in_(cards_with_tie_like(handle)),
        ),
        "after_id": or_(
            Contact.last_at < bindparam("after_at"),
            and_(Contact.last_at == bindparam("after_at"), Contact.id < bindparam("after_id")),
        ),
    }
    return (
        _cards()
        .where(
            is_kept(),
            *(condition for name, condition in conditions.items() if name in narrowed),
        )
        .order_by(Contact.last_at.desc(), Contact.id.desc())
        .limit(bindparam("most", type_=Integer()))
    )


@cache
def _one_card() -> AnySelect:
    return _full_cards().where(Contact.id == bindparam("root"))


@cache
def _touchpoints_of_card() -> Select[Touchpoint]:
    members = members_of(OWNER, bindparam("root"))
    return (
        select(Touchpoint)
        .where(Touchpoint.owner_id == OWNER, Touchpoint.contact_id.in_(members))
        .order_by(Touchpoint.at.desc())
    )


def _cards() -> AnySelect:
    return join_person(
        select(
            Contact.id,
            card_name().label("shown_name"),
            card_headline(),
            card_company(),
            Contact.stage,
            Contact.has_tie,
            Contact.last_at,
            card_face(),
        )
    ).where(Contact.owner_id == OWNER)


def _full_cards() -> AnySelect:
    return _cards().add_columns(
        card_email(),
        card_phone(),
        Contact.note,
        Contact.name,
        Contact.headline,
        Contact.company,
        Contact.email,
        Contact.phone,
        CardAccount.id,
    )


def _card(row: Any, handles: Sequence[CardHandle]) -> Card:
    return Card(*(*row, handles))


def _full_card(row: Any, handles: Sequence[CardHandle], ties: Sequence[CardTie] = ()) -> FullCard:
    return FullCard(*(_card(row[:8], handles), *row[8:], ties))


def _completed(session: Session, owner_id: UUID, found: Sequence[FullCard]) -> list[FullCard]:
    """What a card lacks comes from those that were joined to it, the oldest first."""
    values = {"owner": owner_id, "roots": [full.card.id for full in found]}
    joined: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(_joined_cards(), values) if found else ():
        joined[row.root_id].append(row)
    return [_complete(full, joined.get(full.card.id, ())) for full in found]


def _complete(full: FullCard, joined: Sequence[Any]) -> FullCard:
    for row in joined:
        card = full.card
        full = replace(
            full,
            card=replace(
                card, headline=card.headline or row.headline, company=card.company or row.company
            ),
            email=full.email or row.email,
            phone=full.phone or row.phone,
        )
    return full


@cache
def _joined_cards() -> AnySelect:
    stmt = join_person(
        select(
            Contact.root_id,
            card_headline().label("headline"),
            card_company().label("company"),
            card_email().label("email"),
            card_phone().label("phone"),
        )
    )
    return stmt.where(
        Contact.owner_id == OWNER,
        Contact.root_id.in_(bindparam("roots", expanding=True)),
        Contact.id != Contact.root_id,
    ).order_by(Contact.id)
