"""What was joined by a handle stands joined only while the card may show that handle."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.blocking import never_see
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.contacts import evidence
from firsthand.contacts.card_ties import ties_beyond_handles
from firsthand.contacts.cards import put_loose_ties
from firsthand.contacts.merging import take_merge_back
from firsthand.contacts.models import Contact, ContactAttendee, ContactMerge
from firsthand.contacts.showing import shown_on_card
from firsthand.db import lock_owners
from firsthand.followups.one_person import join_proven
from firsthand.followups.staging import restage
from firsthand.handles.keeping import LISTED_HANDLES_GONE
from firsthand.handles.models import Handle
from firsthand.outbox import enqueue
from firsthand.ties.models import Tie

_OWNERS_A_STEP = 100
_Pair = tuple[UUID, UUID]


def judge_joins(session: Session, account_id: UUID, position: str = "") -> str | None:
    """Outbox: on the cards that others have of this account; ``position`` is the last owner.

    What is shown no more is taken back, what is shown again is made again.
    """
    owners = _next_owners(session, account_id, position)
    if not owners:
        join_proven(session, account_id)
        return None
    _judge(session, account_id, owners)
    return str(owners[-1])


def judge_joins_of_one(session: Session, account_id: UUID, owner_id: str) -> None:
    """Outbox: the same on the cards of one owner, who sees this account anew."""
    _judge(session, account_id, [UUID(owner_id)])
    join_proven(session, account_id, owner_id)


def judge_ties_of_listed(session: Session, attendee_id: UUID, position: str = "") -> str | None:
    """Outbox: the ties on the cards of an attendee of whom the list names other handles."""
    place = ContactAttendee
    stmt = select(place.owner_id).where(place.attendee_id == attendee_id)
    owners = list(session.scalars(_after(stmt, place.owner_id, position)))
    if not owners:
        return None
    lock_owners(session, owners)
    card = aliased(Contact)
    found = session.execute(
        select(card.owner_id, card.root_id)
        .join(place, and_(place.owner_id == card.owner_id, place.contact_id == card.id))
        .where(place.attendee_id == attendee_id, place.owner_id.in_(owners))
    )
    roots = [(owner_id, root_id) for owner_id, root_id in found]
    _take_ties_off(session, roots)
    _put_ties_on(session, roots)
    restage(session, roots)
    return str(owners[-1])


def listed_handles_go(session: Session, which: ColumnElement[bool]) -> None:
    """What a list says of these places (of Attendee) is about to be erased: the cards of them on
    which ties stand are judged after the commit.
    """
    card, other = aliased(Contact), aliased(Contact)
    with_ties = session.execute(
        select(card.owner_id, card.root_id)
        .join(
            ContactAttendee,
            and_(ContactAttendee.owner_id == card.owner_id, ContactAttendee.contact_id == card.id),
        )
        .join(other, and_(other.owner_id == card.owner_id, other.root_id == card.root_id))
        .join(Tie, and_(Tie.owner_id == other.owner_id, Tie.contact_id == other.id))
        .where(ContactAttendee.attendee_id.in_(select(Attendee.id).where(which)))
        .distinct()
    )
    for owner_id, root_id in with_ties:
        enqueue(session, LISTED_HANDLES_GONE, owner_id, str(root_id))


def judge_ties_of_card(session: Session, owner_id: UUID, contact_id: str) -> None:
    """Outbox: of this card, which may be part of another or gone by now, the list's handles have
    gone.
    """
    lock_owners(session, [owner_id])
    card = session.get(Contact, (owner_id, UUID(contact_id)))
    if card is not None:
        roots = [(owner_id, card.root_id)]
        _take_ties_off(session, roots)
        restage(session, roots)


def _judge(session: Session, account_id: UUID, owners: Sequence[UUID]) -> None:
    lock_owners(session, owners)
    before = _roots(session, account_id, owners)
    parted = _part_merges(session, account_id, before)
    roots = _roots(session, account_id, owners)
    _take_ties_off(session, {*before, *parted})
    _put_ties_on(session, roots)
    restage(session, {*before, *parted, *roots})


def forget_handles(session: Session, account_id: UUID) -> None:
    """Whoever leaves shows none any more; ``judge_joins`` takes back what was joined by them."""
    session.execute(delete(Handle).where(Handle.account_id == account_id))


def _next_owners(session: Session, account_id: UUID, position: str) -> list[UUID]:
    stmt = select(Contact.owner_id).where(Contact.account_id == account_id)
    return list(session.scalars(_after(stmt, Contact.owner_id, position)))


def _after(stmt: Select[UUID], owner_id: Any, position: str) -> Select[UUID]:
    """The next owners of a step."""
    if position:
        stmt = stmt.where(owner_id > UUID(position))
    return stmt.distinct().order_by(owner_id).limit(_OWNERS_A_STEP)


def _roots(session: Session, account_id: UUID, owners: Sequence[UUID]) -> list[_Pair]:
    rows = session.execute(
        select(Contact.owner_id, Contact.root_id).where(
            Contact.account_id == account_id, Contact.owner_id.in_(owners)
        )
    )
    return [(owner_id, root_id) for owner_id, root_id in rows]


def _is_one_of(card: Any, roots: Sequence[_Pair]) -> tuple[ColumnElement[bool], ...]:
    """Not as pairs, which SQLite would not look up in an index; no two owners share an id."""
    owners, ids = {owner_id for owner_id, _ in roots}, {root_id for _, root_id in roots}
    return card.owner_id.in_(owners), card.root_id.in_(ids)


def _part_merges(session: Session, account_id: UUID, roots: Sequence[_Pair]) -> set[_Pair]:
    """The roots there are now, of cards that a hidden handle had joined.

    What the owner joined stays joined by their word, which names no handle and no address.
    """
    child = aliased(Contact)
    hidden = session.scalars(
        select(ContactMerge)
        .join(
            child,
            and_(child.owner_id == ContactMerge.owner_id, child.id == ContactMerge.child_id),
        )
        .where(
            *_is_one_of(child, roots),
            or_(
                and_(
                    ContactMerge.evidence.in_([evidence.PROVEN_HANDLE, evidence.HANDLE]),
                    ~_is_shown(account_id, ContactMerge),
                ),
                _names_hidden(account_id, ContactMerge, evidence.EMAIL, "email"),
                _names_hidden(account_id, ContactMerge, evidence.PHONE, "phone"),
            ),
        )
    ).all()
    parted: set[_Pair] = set()
    for merge in hidden:
        if merge.by_proof:
            owner_id = merge.owner_id
            now_two = take_merge_back(session, owner_id, merge.child_id)
            parted |= {(owner_id, root_id) for root_id in now_two}
        else:
            merge.evidence, merge.detail = evidence.OWNER, ""
    return parted


def _is_shown(account_id: UUID, merge: Any) -> ColumnElement[bool]:
    """Whether the owner's card of the account shows the handle that joined it to another."""
    of_account = aliased(Contact)
    return (
        exists()
        .where(
            of_account.owner_id == merge.owner_id,
            of_account.account_id == account_id,
            Handle.account_id == account_id,
            # As ``handle_detail`` has it.
            Handle.network + ":" + Handle.name == merge.detail,
            shown_on_card(Handle.circle, of_account),
            ~never_see(of_account.owner_id, of_account.account_id),
        )
        .correlate(merge)
    )


def _names_hidden(account_id: UUID, merge: Any, kind: str, field: str) -> ColumnElement[bool]:
    """Whether it says of two cards that both have what the account does not show on them (now)."""
    of_account = aliased(Contact)
    own, circle = getattr(Account, field), getattr(Account, f"{field}_circle")
    is_theirs = (
        exists()
        .where(
            of_account.owner_id == merge.owner_id,
            of_account.account_id == account_id,
            Account.id == account_id,
            own == merge.detail,
            or_(
                ~shown_on_card(circle, of_account),
                never_see(of_account.owner_id, of_account.account_id),
            ),
        )
        .correlate(merge)
    )
    return and_(merge.evidence == kind, is_theirs)


def _take_ties_off(session: Session, roots: Collection[_Pair]) -> None:
    of_owner: dict[UUID, list[UUID]] = defaultdict(list)
    for owner_id, root_id in roots:
        of_owner[owner_id].append(root_id)
    for owner_id, root_ids in of_owner.items():
        hidden = ties_beyond_handles(session, owner_id, root_ids)
        session.execute(
            update(Tie)
            .where(Tie.owner_id == owner_id, Tie.id.in_(hidden))
            .values(contact_id=None)
            .execution_options(synchronize_session=False)
        )


def _put_ties_on(session: Session, roots: Sequence[_Pair]) -> None:
    card, same = aliased(Contact), aliased(Contact)
    owners = {owner_id for owner_id, _ in roots}
    places = session.execute(
        select(ContactAttendee.owner_id, ContactAttendee.attendee_id, card.root_id)
        .join(
            card,
            and_(card.owner_id == ContactAttendee.owner_id, card.id == ContactAttendee.contact_id),
        )
        .where(
            # Named by the places, so that SQLite does not begin with every place of every card.
            ContactAttendee.owner_id.in_(owners),
            ContactAttendee.contact_id.in_(select(same.id).where(*_is_one_of(same, roots))),
        )
    )
    put_loose_ties(session, [(owner, attendee, root) for owner, attendee, root in places])
