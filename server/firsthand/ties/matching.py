"""Matches: whose ties share a handle with which attendees. Facts only; reading judges them.

Run after the tie or the handle is committed (outbox), so that whichever of two concurrent writes
comes last sees the other. In steps, each a transaction of its own, so that no scan waits long; what
a step makes anew is gone for nobody in between.
"""

import functools
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Uuid, and_, bindparam, delete, or_, select, true, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.db import AnySelect, table_of
from firsthand.handles.models import Handle
from firsthand.ties.models import Import, ImportState, Match, Tie, TieBlock

MATCH_EVENT = "match-event"
BEFORE_ALL = UUID(int=0)
AFTER_ALL = UUID(int=2**128 - 1)
ATTENDEES_A_STEP = 200
OWNERS_A_STEP = 400


def match_ties(session: Session, owner_id: UUID, after: UUID, last: UUID) -> None:
    """Make the matches of the owner's ties above ``after``, up to and with ``last``, anew."""
    session.execute(
        delete(Match).where(Match.owner_id == owner_id, Match.tie_id > after, Match.tie_id <= last)
    )
    _insert(session, "ties", subject=owner_id, after=after, last=last)


def match_account(session: Session, account_id: UUID, position: str = "") -> str | None:
    """Outbox: whoever has a tie with one of this account's handles, at each event it attends.

    Anew, for a handle whose id has become known may not be the one that a tie means. A step is some
    owners of such ties; ``position`` is the last of them.
    """
    after = UUID(position) if position else BEFORE_ALL
    values: dict[str, Any] = {"subject": account_id, "after": after, "others": OWNERS_A_STEP - 1}
    further: UUID | None = session.scalar(_last_owner_of_step(), values)
    last = further or AFTER_ALL
    mine = select(Attendee.id).where(Attendee.account_id == account_id)
    session.execute(
        delete(Match)
        .where(Match.attendee_id.in_(mine), Match.owner_id > after, Match.owner_id <= last)
        .execution_options(synchronize_session=False)
    )
    _insert(session, "account", subject=account_id, after=after, last=last)
    return str(further) if further else None


def match_event(session: Session, event_id: UUID, position: str = "") -> str | None:
    """Outbox: after a list was imported or somebody joined; ``position`` is the last attendee."""
    after = UUID(position) if position else BEFORE_ALL
    values = {"subject": event_id, "after": after, "others": ATTENDEES_A_STEP - 1}
    last = session.scalar(_last_attendee_of_step(), values)
    _insert(session, "event", subject=event_id, after=after, last=last or AFTER_ALL)
    return str(last) if last else None


def _insert(session: Session, of_whom: str, **values: UUID) -> None:
    """What is matched already stays."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    session.connection().execute(_insertion(of_whom, on_sqlite), values)


# To put these statements together takes longer than to run them, so each is made once.
@functools.cache
def _insertion(of_whom: str, on_sqlite: bool) -> Insert:
    """One INSERT ... SELECT.

    An attendee's handles are its account's once claimed, else the organiser's. Two equal halves
    (by name, by stable id) so that each can use its index.
    """
    subject, after, last = (bindparam(name, type_=Uuid()) for name in ("subject", "after", "last"))
    some = {
        "ties": and_(Tie.owner_id == subject, Tie.id > after, Tie.id <= last),
        "account": and_(Attendee.account_id == subject, Tie.owner_id > after, Tie.owner_id <= last),
        "event": and_(Attendee.event_id == subject, Attendee.id > after, Attendee.id <= last),
    }[of_whom]
    by_name = _pairs((Tie.network == Handle.network) & (Tie.key == Handle.key), some)
    by_id = _pairs((Tie.network == Handle.network) & (Tie.stable_id == Handle.stable_id), some)
    insert = (sqlite if on_sqlite else postgresql).insert(table_of(Match))
    columns = ["owner_id", "tie_id", "attendee_id", "handle_id", "event_id", "strength", "kinds"]
    both = union_all(*by_name, *by_id).subquery()
    # SQLite would take ON CONFLICT for a join's condition without a WHERE before it.
    pairs = select(both).where(true())
    pairing: Insert = insert.from_select(columns, pairs).on_conflict_do_nothing()
    return pairing


@functools.cache
def _last_owner_of_step() -> AnySelect:
    """Of those who have a tie with one of the account's handles; none in the last step."""
    same = or_(Tie.key == Handle.key, Tie.stable_id == Handle.stable_id)
    return (
        select(Tie.owner_id)
        .distinct()
        .join(Handle, and_(Tie.network == Handle.network, same))
        .where(Handle.account_id == bindparam("subject"), Tie.owner_id > bindparam("after"))
        .order_by(Tie.owner_id)
        .limit(1)
        .offset(bindparam("others"))
    )


@functools.cache
def _last_attendee_of_step() -> AnySelect:
    return (
        select(Attendee.id)
        .where(Attendee.event_id == bindparam("subject"), Attendee.id > bindparam("after"))
        .order_by(Attendee.id)
        .limit(1)
        .offset(bindparam("others"))
    )


def _pairs(same: Any, of_whom: Any) -> list[AnySelect]:
    claimed = Handle.account_id == Attendee.account_id
    unclaimed = (Handle.attendee_id == Attendee.id) & Attendee.account_id.is_(None)
    return [_pair(same, of_whom, claimed), _pair(same, of_whom, unclaimed)]


def _pair(same: Any, of_whom: Any, whose: Any) -> AnySelect:
    return (
        select(
            Tie.owner_id,
            Tie.id.label("tie_id"),
            Attendee.id.label("attendee_id"),
            Handle.id.label("handle_id"),
            Attendee.event_id,
            Tie.strength,
            Tie.kinds,
        )
        .select_from(Attendee)
        .join(Handle, whose)
        .join(Tie, same)
        .where(
            of_whom,
            Tie.strength > 0,
            or_(Attendee.account_id.is_(None), Attendee.account_id != Tie.owner_id),
            # A name proves nothing between two ids that are known and differ.
            or_(
                Tie.stable_id.is_(None),
                Handle.stable_id.is_(None),
                Tie.stable_id == Handle.stable_id,
            ),
            ~select(TieBlock.owner_id)
            .join(Import)
            .where(
                TieBlock.owner_id == Tie.owner_id,
                TieBlock.network == Tie.network,
                or_(
                    TieBlock.stable_id.in_([Tie.stable_id, Handle.stable_id]),
                    TieBlock.key.in_([Tie.key, Handle.key]),
                ),
                Import.state == ImportState.DONE,
            )
            .correlate(Tie, Handle)
            .exists(),
        )
    )
