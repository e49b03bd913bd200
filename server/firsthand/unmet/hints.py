"""Perhaps known: attendees whose name is that of somebody whom an export knows by name only.

A name is no proof: who is suggested here is no tie, is never counted, and is no part of the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import blocked_by_either
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import (
    TO_BROWSERS,
    handle_shown,
    shown_company,
    shown_headline,
    shown_name,
    shows_itself_to_browsers,
)
from firsthand.db import AnySelect, find_by_keys
from firsthand.handles.models import Handle
from firsthand.ties.models import (
    Dismissed,
    Import,
    ImportPerson,
    ImportPersonMark,
    ImportState,
    Match,
    TieBlock,
)
from firsthand.ties.people_known import EMAIL, named_only
from firsthand.unmet.seen import met_attendees

MOST_HINTED = 20
# A name that so many people at an event have tells nothing.
_TOO_MANY_OF_A_NAME = 3
_VIEWER = bindparam("viewer", type_=ImportPerson.owner_id.type)
_EVENT = bindparam("event", type_=Attendee.event_id.type)


@dataclass(frozen=True, slots=True)
class HintedPerson:
    """``source`` is the format of the newest export with the name; ``since`` what it says of when.

    ``who``: headline and company, as browsers see them.
    """

    attendee: UUID
    name: str
    who: Sequence[str]
    source: str
    since: datetime | None


def hinted(
    session: Session, viewer_id: UUID, event_id: UUID, only: UUID | None = None
) -> list[HintedPerson]:
    """By name, MOST_HINTED at most. ``only``: this attendee or nobody."""
    values = {"viewer": viewer_id, "event": event_id, "only": only, "most": MOST_HINTED}
    find_by_keys(session)
    rows = session.execute(_hinted(only is not None), values).all()
    said = named_only(session, viewer_id, {row.folded for row in rows}) if rows else {}
    return [
        HintedPerson(
            attendee,
            name,
            [text for text in (headline, company) if text],
            said[folded].source,
            said[folded].at,
        )
        for attendee, folded, name, headline, company in rows
    ]


# To put the statement together takes longer than to run it, so each is made once.


@cache
def _hinted(only: bool) -> AnySelect:
    here = _named_here().subquery()
    sharing = func.count().over(partition_by=here.c.folded)
    counted = select(here, sharing.label("sharing")).subquery()
    stmt = (
        select(
            counted.c.id, counted.c.folded, counted.c.name, counted.c.headline, counted.c.company
        )
        .where(
            counted.c.sharing < _TOO_MANY_OF_A_NAME,
            counted.c.is_left_out.is_(False),
            _is_named_only(counted.c.folded),
        )
        .order_by(func.lower(counted.c.name), counted.c.id)
        .limit(bindparam("most", type_=Integer()))
    )
    if only:
        stmt = stmt.where(counted.c.id == bindparam("only", type_=Attendee.id.type))
    return stmt


def _named_here() -> CompoundSelect[Any]:
    """Whom the viewer may see at this event, of those whose shown name some export has.

    Lists of names and accounts, not joins, so that both databases begin with the names, which are
    few, and find each by an index: by the organiser's name where that is shown, and by their own.
    All that is asked of an attendee is asked here: PostgreSQL would read them all for it again.
    """
    names = select(ImportPerson.folded).where(
        ImportPerson.owner_id == _VIEWER, ImportPerson.folded > ""
    )
    accounts = select(Account.id).where(Account.folded.in_(names))
    of_list = _may_be_seen(Attendee.folded).where(
        Attendee.folded.in_(names), or_(Account.id.is_(None), Account.name == "")
    )
    of_accounts = _may_be_seen(Account.folded).where(Attendee.account_id.in_(accounts))
    return union_all(of_list, of_accounts)


def _may_be_seen(folded: Any) -> AnySelect:
    return (
        select(
            Attendee.id,
            folded.label("folded"),
            shown_name().label("name"),
            shown_headline(TO_BROWSERS).label("headline"),
            shown_company(TO_BROWSERS).label("company"),
            _is_left_out().label("is_left_out"),
        )
        .outerjoin(Account, Account.id == Attendee.account_id)
        .where(
            Attendee.event_id == _EVENT,
            shows_itself_to_browsers(),
            or_(
                Attendee.account_id.is_(None),
                and_(
                    Attendee.account_id != _VIEWER,
                    Attendee.account_id.not_in(blocked_by_either(_VIEWER)),
                ),
            ),
        )
    )


def _is_left_out() -> ColumnElement[bool]:
    """Met, dismissed, on the list by a tie, or silenced; these count among those of a name."""
    dismissed = select(Dismissed.attendee_id).where(Dismissed.owner_id == _VIEWER)
    return or_(
        Attendee.id.in_(met_attendees(_VIEWER)),
        Attendee.id.in_(dismissed),
        _is_on_the_list(),
        *_are_silenced(),
    )


def _is_named_only(folded: Any) -> ColumnElement[bool]:
    """A done export of the viewer has somebody of this name, and no handle of theirs."""
    done = select(Import.id).where(Import.owner_id == _VIEWER, Import.state == ImportState.DONE)
    has_handle = (
        exists()
        .where(
            ImportPersonMark.owner_id == _VIEWER,
            ImportPersonMark.person_id == ImportPerson.id,
            ImportPersonMark.kind != EMAIL,
        )
        .correlate(ImportPerson)
    )
    return exists().where(
        ImportPerson.owner_id == _VIEWER,
        ImportPerson.folded == folded,
        ImportPerson.import_id.in_(done),
        ~has_handle,
    )


def _is_on_the_list() -> ColumnElement[bool]:
    """By a handle that they show: one that they hide must not be told by who is missing here."""
    return (
        exists()
        .where(
            Match.owner_id == _VIEWER,
            Match.attendee_id == Attendee.id,
            Handle.id == Match.handle_id,
            handle_shown(Handle, TO_BROWSERS),
        )
        .correlate(Attendee)
    )


def _are_silenced() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The viewer blocked or muted them on a network, as far as the handles that they show tell."""

    def silenced(whose: Any) -> AnySelect:
        return (
            select(whose)
            .join(TieBlock, TieBlock.network == Handle.network)
            .join(
                Import,
                and_(Import.owner_id == TieBlock.owner_id, Import.id == TieBlock.import_id),
            )
            .where(
                TieBlock.owner_id == _VIEWER,
                Import.state == ImportState.DONE,
                or_(
                    and_(TieBlock.stable_id > "", TieBlock.stable_id == Handle.stable_id),
                    and_(TieBlock.key > "", TieBlock.key == Handle.key),
                ),
                Handle.circle.in_(TO_BROWSERS),
                whose.is_not(None),
            )
        )

    by_account, by_list = silenced(Handle.account_id), silenced(Handle.attendee_id)
    return (
        and_(Attendee.account_id.is_not(None), Attendee.account_id.in_(by_account)),
        and_(Attendee.account_id.is_(None), Attendee.id.in_(by_list)),
    )
