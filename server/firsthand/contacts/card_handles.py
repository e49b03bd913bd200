"""The handles that stand on the owner's cards: what the owner keeps, what the account shows to
people it met, what a list shows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import never_see
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, handle_shown
from firsthand.contacts.models import Contact, ContactAttendee, ContactHandle
from firsthand.contacts.showing import OWNER, shown_on_card
from firsthand.db import AnySelect
from firsthand.folding import folded
from firsthand.handles.models import Handle


@dataclass(frozen=True, slots=True)
class CardHandle:
    network: str
    name: str
    verified: bool


def handles_of_cards(
    session: Session, owner_id: UUID, root_ids: Sequence[UUID]
) -> dict[UUID, list[CardHandle]]:
    found: dict[UUID, dict[tuple[str, str], CardHandle]] = defaultdict(dict)

    def add(root_id: UUID, network: str, key: str, name: str, verified: bool) -> None:
        found[root_id].setdefault((network, key), CardHandle(network, name, verified))

    values = {"owner": owner_id, "roots": root_ids}
    for half in _handles_of_cards() if root_ids else ():
        for root_id, network, key, name, verified_at, _ in session.execute(half, values):
            add(root_id, network, key, name, verified_at is not None)
    return defaultdict(list, {root: list(handles.values()) for root, handles in found.items()})


def marks_on_cards(
    session: Session, owner_id: UUID, root_ids: Sequence[UUID]
) -> set[tuple[UUID, str, str | None]]:
    """(root, network, key or stable id) of each handle that stands on these cards."""
    values = {"owner": owner_id, "roots": root_ids}
    shown: set[tuple[UUID, str, str | None]] = set()
    for part in _handles_of_cards():
        for root_id, network, key, _, _, stable_id in session.execute(part, values):
            shown |= {(root_id, network, key), (root_id, network, stable_id)}
    return shown


def cards_with_handle_like(words: ColumnElement[str]) -> CompoundSelect[Any]:
    """The roots of the owner's cards on which a handle stands that is like this pattern."""
    of_account, of_list, kept = _parts(Contact.owner_id == OWNER)
    named = ((of_account, Handle.name), (of_list, Handle.name), (kept, ContactHandle.name))
    return union_all(
        *(
            part.with_only_columns(Contact.root_id)
            .order_by(None)
            .where(folded(name).like(words, escape="\\"))
            for part, name in named
        )
    )


@cache
def _handles_of_cards() -> tuple[AnySelect, ...]:
    """The first of several that are the same stands."""
    roots: BindParameter[Any] = bindparam("roots")
    return _parts(Contact.owner_id == OWNER, Contact.root_id.in_(roots))


def _parts(*mine: ColumnElement[bool]) -> tuple[AnySelect, AnySelect, AnySelect]:
    """What the account shows, what a list shows, what the owner keeps, of the contacts ``mine``."""
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
