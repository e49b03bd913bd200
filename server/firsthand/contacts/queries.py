"""The owner's cards: a list, one, and what stands on it. Every query names the owner."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, and_, or_, select
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_MET, handle_shown
from firsthand.contacts.models import Contact, ContactAttendee, ContactHandle, Touchpoint
from firsthand.contacts.showing import (
    card_company,
    card_email,
    card_headline,
    card_name,
    card_phone,
    is_kept,
    join_person,
)
from firsthand.db import AnySelect
from firsthand.folding import found_in
from firsthand.handles.models import Handle
from firsthand.problems import NotFound
from firsthand.ties.facts import facts_of_ties
from firsthand.ties.kinds import KindCount
from firsthand.ties.models import Tie

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class CardHandle:
    network: str
    name: str
    verified: bool


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
    ties: Sequence["CardTie"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CardTie:
    """An online tie with this person."""

    network: str
    name: str | None
    kinds: Sequence[KindCount]


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
    stmt = _cards(owner_id).where(is_kept())
    if stage:
        stmt = stmt.where(Contact.stage == stage)
    if q:
        texts = (card_name(), card_headline(), card_company(), Contact.note)
        stmt = stmt.where(found_in(q, *texts))
    if after:
        stmt = stmt.where(
            or_(
                Contact.last_at < after[0],
                and_(Contact.last_at == after[0], Contact.id < after[1]),
            )
        )
    stmt = stmt.order_by(Contact.last_at.desc(), Contact.id.desc()).limit(limit)
    rows = session.execute(stmt).all()
    handles = handles_of_cards(session, owner_id, [row[0] for row in rows])
    return [_card(row, handles[row[0]]) for row in rows]


def card(session: Session, owner_id: UUID, contact_id: UUID) -> FullCard:
    """The card that this contact belongs to (its root). Raises NotFound."""
    root_id = root_of(session, owner_id, contact_id)
    row = session.execute(_full_cards(owner_id).where(Contact.id == root_id)).one()
    handles = handles_of_cards(session, owner_id, [root_id])
    ties = ties_of_card(session, owner_id, root_id)
    return FullCard(*(_card(row[:7], handles[root_id]), *row[7:], ties))


def full_cards(
    session: Session, owner_id: UUID, limit: int, after: UUID | None = None
) -> list[FullCard]:
    """All of the owner's people in the order of their ids, without ties: for exports."""
    stmt = _full_cards(owner_id).where(is_kept())
    if after:
        stmt = stmt.where(Contact.id > after)
    rows = session.execute(stmt.order_by(Contact.id).limit(limit)).all()
    handles = handles_of_cards(session, owner_id, [row[0] for row in rows])
    return [FullCard(_card(row[:7], handles[row[0]]), *row[7:]) for row in rows]


def root_of(session: Session, owner_id: UUID, contact_id: UUID) -> UUID:
    """Raises NotFound."""
    root_id = session.scalar(
        select(Contact.root_id).where(Contact.owner_id == owner_id, Contact.id == contact_id)
    )
    if root_id is None:
        raise NotFound
    return root_id


def members_of(
    owner_id: UUID | BindParameter[Any], root_id: UUID | BindParameter[Any]
) -> AnySelect:
    """Every contact that is this human: the root and what was merged into it."""
    return select(Contact.id).where(Contact.owner_id == owner_id, Contact.root_id == root_id)


def ties_of_card(session: Session, owner_id: UUID, root_id: UUID) -> list[CardTie]:
    """Those put on the card, and those of its handles that were brought later."""
    members = members_of(owner_id, root_id)
    kept = (
        select(ContactHandle.contact_id)
        .where(
            ContactHandle.owner_id == owner_id,
            ContactHandle.contact_id.in_(members),
            ContactHandle.network == Tie.network,
            ContactHandle.key == Tie.key,
        )
        .exists()
    )
    rows = session.execute(
        select(Tie.id, Tie.network, Tie.name)
        .where(
            Tie.owner_id == owner_id,
            or_(Tie.contact_id.in_(members), and_(Tie.contact_id.is_(None), kept)),
        )
        .order_by(Tie.strength.desc())
    ).all()
    facts = facts_of_ties(session, owner_id, {tie_id for tie_id, _, _ in rows})
    return [
        CardTie(network, name, facts[tie_id]) for tie_id, network, name in rows if facts.get(tie_id)
    ]


def touchpoints_of_card(session: Session, owner_id: UUID, root_id: UUID) -> Sequence[Touchpoint]:
    return session.scalars(
        select(Touchpoint)
        .where(
            Touchpoint.owner_id == owner_id,
            Touchpoint.contact_id.in_(members_of(owner_id, root_id)),
        )
        .order_by(Touchpoint.at.desc())
    ).all()


def handles_of_cards(
    session: Session, owner_id: UUID, root_ids: Sequence[UUID]
) -> dict[UUID, list[CardHandle]]:
    """What the owner keeps, what the account shows to people it met, what a list shows."""
    found: dict[UUID, dict[tuple[str, str], CardHandle]] = defaultdict(dict)

    def add(root_id: UUID, network: str, key: str, name: str, verified: bool) -> None:
        found[root_id].setdefault((network, key), CardHandle(network, name, verified))

    mine = (Contact.owner_id == owner_id, Contact.root_id.in_(root_ids))
    for root_id, network, key, name, verified_at in session.execute(
        select(Contact.root_id, Handle.network, Handle.key, Handle.name, Handle.verified_at)
        .join(Handle, Handle.account_id == Contact.account_id)
        .where(*mine, Handle.circle.in_(TO_MET))
        .order_by(Handle.id)
    ):
        add(root_id, network, key, name, verified_at is not None)
    for root_id, network, key, name in session.execute(
        select(Contact.root_id, Handle.network, Handle.key, Handle.name)
        .join(
            ContactAttendee,
            and_(
                ContactAttendee.owner_id == Contact.owner_id,
                ContactAttendee.contact_id == Contact.id,
            ),
        )
        .join(Attendee, Attendee.id == ContactAttendee.attendee_id)
        .join(Handle, Handle.attendee_id == Attendee.id)
        .where(*mine, handle_shown(Handle, TO_MET))
        .order_by(Handle.id)
    ):
        add(root_id, network, key, name, False)
    for root_id, network, key, name in session.execute(
        select(Contact.root_id, ContactHandle.network, ContactHandle.key, ContactHandle.name)
        .join(
            ContactHandle,
            and_(
                ContactHandle.owner_id == Contact.owner_id, ContactHandle.contact_id == Contact.id
            ),
        )
        .where(*mine)
    ):
        add(root_id, network, key, name, False)
    return defaultdict(list, {root: list(handles.values()) for root, handles in found.items()})


def _cards(owner_id: UUID) -> AnySelect:
    return join_person(
        select(
            Contact.id,
            card_name().label("shown_name"),
            card_headline(),
            card_company(),
            Contact.stage,
            Contact.has_tie,
            Contact.last_at,
        )
    ).where(Contact.owner_id == owner_id)


def _full_cards(owner_id: UUID) -> AnySelect:
    return _cards(owner_id).add_columns(
        card_email(),
        card_phone(),
        Contact.note,
        Contact.name,
        Contact.headline,
        Contact.company,
        Contact.email,
        Contact.phone,
        Contact.account_id,
    )


def _card(row: Any, handles: Sequence[CardHandle]) -> Card:
    return Card(*(*row, handles))
