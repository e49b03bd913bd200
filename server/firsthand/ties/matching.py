"""Matches: whose ties share a handle with which attendees. Facts only; reading judges them.

Run after the tie or the handle is committed (outbox), so that whichever of two concurrent writes
comes last sees the other.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, literal, or_, select, union
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.db import AnySelect
from firsthand.handles.models import Handle
from firsthand.ties.models import Import, ImportState, Match, Tie, TieBlock

MATCH_OWNER = "match-owner"
MATCH_EVENT = "match-event"


def match_owner(session: Session, owner_id: UUID, _: str = "") -> None:
    """Make all of this owner's matches anew, at every event."""
    session.execute(delete(Match).where(Match.owner_id == owner_id))
    _insert(session, Tie.owner_id == owner_id)


def match_ties(session: Session, owner_id: UUID, after: UUID, last: UUID) -> None:
    """The same for the owner's ties above ``after``, up to and with ``last``."""
    session.execute(
        delete(Match).where(Match.owner_id == owner_id, Match.tie_id > after, Match.tie_id <= last)
    )
    _insert(session, and_(Tie.owner_id == owner_id, Tie.id > after, Tie.id <= last))


def match_account(session: Session, account_id: UUID, _: str = "") -> None:
    """Whoever has a tie with one of this account's handles, at each event that it attends.

    Anew, for a handle whose id has become known may not be the one that a tie means.
    """
    mine = select(Attendee.id).where(Attendee.account_id == account_id)
    session.execute(delete(Match).where(Match.attendee_id.in_(mine)))
    _insert(session, Attendee.account_id == account_id)


def match_event(session: Session, event_id: UUID, _: str = "") -> None:
    """After a list was imported or somebody joined."""
    _insert(session, Attendee.event_id == event_id)


def _insert(session: Session, of_whom: Any) -> None:
    """One INSERT ... SELECT; what is matched already stays.

    An attendee's handles are its account's once claimed, else the organiser's. Two equal halves
    (by name, by stable id) so that each can use its index.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    by_name = _pairs((Tie.network == Handle.network) & (Tie.key == Handle.key), of_whom)
    by_id = _pairs((Tie.network == Handle.network) & (Tie.stable_id == Handle.stable_id), of_whom)
    columns = ["owner_id", "tie_id", "attendee_id", "handle_id", "event_id", "strength", "kinds"]
    both = union(*by_name, *by_id).subquery()
    session.execute(
        insert(Match)
        .from_select(columns, select(both).where(literal(True)))
        .on_conflict_do_nothing()
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
                TieBlock.stable_id.in_([Tie.stable_id, Handle.stable_id]),
                Import.state == ImportState.DONE,
            )
            .correlate(Tie, Handle)
            .exists(),
        )
    )
