"""The owner's cards: a list, one, and what stands on it. Every query names the owner."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    null,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import never_see
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, handle_shown
from firsthand.contacts.models import Contact, ContactAttendee, ContactHandle, Touchpoint
from firsthand.contacts.showing import (
    CardAccount,
    card_company,
    card_email,
    card_face,
    card_headline,
    card_name,
    card_phone,
    is_kept,
    join_person,
    shown_on_card,
)
from firsthand.db import AnySelect
from firsthand.folding import folded_together, pattern_of
from firsthand.handles.models import Handle
from firsthand.problems import NotFound
from firsthand.ties.facts import facts_of_ties
from firsthand.ties.kinds import KindCount
from firsthand.ties.models import Tie

Position = tuple[datetime, UUID]
_OWNER = bindparam("owner", type_=Contact.owner_id.type)


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
    ties: Sequence["CardTie"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CardTie:
    """An online tie with this person."""

    network: str
    name: str | None
    kinds: Sequence[KindCount]
    stable_id: str | None = None


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
    given = {"stage": stage, "words": pattern_of(q) if q else ""}
    narrowed: dict[str, Any] = {name: value for name, value in given.items() if value}
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


def root_of(session: Session, owner_id: UUID, contact_id: UUID) -> UUID:
    """Raises NotFound."""
    root_id: UUID | None = session.scalar(_root_of(), {"owner": owner_id, "contact": contact_id})
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
    values = {"owner": owner_id, "root": root_id}
    rows = session.execute(_ties_of_card(), values).all()
    facts = facts_of_ties(session, owner_id, {row[0] for row in rows})
    return [
        CardTie(network, name, facts[tie_id], stable_id)
        for tie_id, network, name, stable_id in rows
        if facts.get(tie_id)
    ]


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


def touchpoints_of_card(session: Session, owner_id: UUID, root_id: UUID) -> Sequence[Touchpoint]:
    values = {"owner": owner_id, "root": root_id}
    return session.scalars(_touchpoints_of_card(), values).all()


def handles_of_cards(
    session: Session, owner_id: UUID, root_ids: Sequence[UUID]
) -> dict[UUID, list[CardHandle]]:
    """What the owner keeps, what the account shows to people it met, what a list shows."""
    found: dict[UUID, dict[tuple[str, str], CardHandle]] = defaultdict(dict)

    def add(root_id: UUID, network: str, key: str, name: str, verified: bool) -> None:
        found[root_id].setdefault((network, key), CardHandle(network, name, verified))

    values = {"owner": owner_id, "roots": root_ids}
    for half in _handles_of_cards() if root_ids else ():
        for root_id, network, key, name, verified_at, _ in session.execute(half, values):
            add(root_id, network, key, name, verified_at is not None)
    return defaultdict(list, {root: list(handles.values()) for root, handles in found.items()})


def ties_beyond_handles(session: Session, owner_id: UUID, root_ids: Sequence[UUID]) -> list[UUID]:
    """Ties that stand on these cards, and of whose handle the cards show nothing (any more)."""
    values = {"owner": owner_id, "roots": root_ids}
    shown: set[tuple[UUID, str, str | None]] = set()
    for part in _handles_of_cards():
        for root_id, network, key, _, _, stable_id in session.execute(part, values):
            shown |= {(root_id, network, key), (root_id, network, stable_id)}
    return [
        tie_id
        for tie_id, root_id, network, *marks in session.execute(_ties_on_cards(), values)
        if not any(mark and (root_id, network, mark) in shown for mark in marks)
    ]


# To put these statements together takes longer than to run them, so each shape is made once.


@cache
def _card_list(narrowed: frozenset[str]) -> AnySelect:
    texts = folded_together(card_name(), card_headline(), card_company(), Contact.note)
    conditions = {
        "stage": Contact.stage == bindparam("stage"),
        "words": texts.like(bindparam("words", type_=String()), escape="\\"),
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
def _root_of() -> AnySelect:
    return select(Contact.root_id).where(
        Contact.owner_id == _OWNER, Contact.id == bindparam("contact")
    )


@cache
def _one_card() -> AnySelect:
    return _full_cards().where(Contact.id == bindparam("root"))


@cache
def _ties_of_card() -> AnySelect:
    members = members_of(_OWNER, bindparam("root"))
    put_on = select(Tie.id).where(Tie.owner_id == _OWNER, Tie.contact_id.in_(members))
    # From the card's few handles to the ties, of which there may be very many: so what is on no
    # card is asked of those found only, else SQLite would begin with all of these.
    handles = select(ContactHandle.network, ContactHandle.key).where(
        ContactHandle.owner_id == _OWNER, ContactHandle.contact_id.in_(members)
    )
    by_handle = select(Tie.id).where(
        Tie.owner_id == _OWNER, tuple_(Tie.network, Tie.key).in_(handles)
    )
    return (
        select(Tie.id, Tie.network, Tie.name, Tie.stable_id)
        .where(
            Tie.owner_id == _OWNER,
            Tie.id.in_(union(put_on, by_handle)),
            or_(Tie.contact_id.is_(None), Tie.contact_id.in_(members)),
        )
        .order_by(Tie.strength.desc())
    )


@cache
def _ties_on_cards() -> AnySelect:
    roots: BindParameter[Any] = bindparam("roots", expanding=True)
    return (
        select(Tie.id, Contact.root_id, Tie.network, Tie.key, Tie.stable_id)
        .join(Contact, and_(Contact.owner_id == Tie.owner_id, Contact.id == Tie.contact_id))
        .where(
            Tie.owner_id == _OWNER,
            # Named by the cards, which are few, and not by all that the owner has ties with.
            Tie.contact_id.in_(
                select(Contact.id).where(Contact.owner_id == _OWNER, Contact.root_id.in_(roots))
            ),
        )
    )


@cache
def _touchpoints_of_card() -> Select[Touchpoint]:
    members = members_of(_OWNER, bindparam("root"))
    return (
        select(Touchpoint)
        .where(Touchpoint.owner_id == _OWNER, Touchpoint.contact_id.in_(members))
        .order_by(Touchpoint.at.desc())
    )


@cache
def _handles_of_cards() -> tuple[AnySelect, ...]:
    """What the account shows, what a list shows, what the owner keeps: the first one stands."""
    roots: BindParameter[Any] = bindparam("roots", expanding=True)
    mine = (Contact.owner_id == _OWNER, Contact.root_id.in_(roots))
    members = select(Contact.id).where(*mine)
    of_account = (
        select(
            *(Contact.root_id, Handle.network, Handle.key, Handle.name, Handle.verified_at),
            Handle.stable_id,
        )
        .join(Handle, Handle.account_id == Contact.account_id)
        .where(
            *mine,
            shown_on_card(Handle.circle),
            ~never_see(Contact.owner_id, Contact.account_id),
        )
        .order_by(Handle.id)
    )
    of_list = (
        select(
            *(Contact.root_id, Handle.network, Handle.key, Handle.name, null(), Handle.stable_id)
        )
        .join(
            ContactAttendee,
            and_(
                ContactAttendee.owner_id == Contact.owner_id,
                ContactAttendee.contact_id == Contact.id,
            ),
        )
        .join(Attendee, Attendee.id == ContactAttendee.attendee_id)
        .join(Handle, Handle.attendee_id == Attendee.id)
        # Named once more, so that SQLite does not begin with every place of every card.
        .where(*mine, ContactAttendee.contact_id.in_(members), handle_shown(Handle, TO_BROWSERS))
        .order_by(Handle.id)
    )
    kept = (
        select(
            *(Contact.root_id, ContactHandle.network, ContactHandle.key, ContactHandle.name),
            *(null(), null()),
        )
        .join(
            ContactHandle,
            and_(
                ContactHandle.owner_id == Contact.owner_id, ContactHandle.contact_id == Contact.id
            ),
        )
        .where(*mine, ContactHandle.contact_id.in_(members))
    )
    return of_account, of_list, kept


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
    ).where(Contact.owner_id == _OWNER)


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
        Contact.owner_id == _OWNER,
        Contact.root_id.in_(bindparam("roots", expanding=True)),
        Contact.id != Contact.root_id,
    ).order_by(Contact.id)
