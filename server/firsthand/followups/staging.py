"""How far the ring has closed: a contact's stage, derived from its meetings and what followed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact, Stage, Touchpoint, TouchpointKind
from firsthand.db import table_of
from firsthand.followups.models import FollowUp, State
from firsthand.meetings.models import Meeting
from firsthand.ties.models import Tie

_SPOKEN = (TouchpointKind.CALL, TouchpointKind.COFFEE)


def stage_of(
    *,
    days_met: int,
    has_tie: bool,
    first_met_at: datetime | None,
    last_done_at: datetime | None,
    last_touch_at: datetime | None,
    spoken: bool,
) -> Stage:
    """The table of stages, as a function. Pure."""
    if days_met >= 2:
        return Stage.MET_AGAIN
    if days_met == 1:
        touched = last_touch_at and first_met_at and last_touch_at >= first_met_at
        return Stage.FOLLOWED_UP if last_done_at or touched else Stage.MET
    if spoken:
        return Stage.SPOKEN
    return Stage.ONLINE if has_tie else Stage.NEW


def restage(session: Session, contacts: Iterable[tuple[UUID, UUID]]) -> None:
    """Derive stage, tie and last moment anew for (owner, root contact) pairs, as a set."""
    pairs = set(contacts)
    if not pairs:
        return
    owners = {owner for owner, _ in pairs}
    roots = {root for _, root in pairs}
    mine = (Contact.owner_id.in_(owners), Contact.root_id.in_(roots))
    group = (Contact.owner_id, Contact.root_id)

    # Joined outwards: SQLite would otherwise begin with all that these owners ever had.
    def by_contact(model: Any, *which: ColumnElement[bool]) -> Any:
        return and_(model.owner_id == Contact.owner_id, model.contact_id == Contact.id, *which)

    met: dict[tuple[UUID, UUID], Any] = {
        (owner, root): rest
        for owner, root, *rest in session.execute(
            select(
                *group,
                func.count(func.distinct(Meeting.day)),
                func.min(Meeting.met_at),
                func.max(Meeting.met_at),
            )
            .outerjoin(Meeting, by_contact(Meeting, Meeting.gone_at.is_(None)))
            .where(*mine)
            .group_by(*group)
        )
    }
    done = {
        (owner, root): last
        for owner, root, last in session.execute(
            # Not in the join: there is an index by state, which holds everything that is done.
            select(*group, func.max(case((FollowUp.state == State.DONE, FollowUp.done_at))))
            .outerjoin(FollowUp, by_contact(FollowUp))
            .where(*mine)
            .group_by(*group)
        )
    }
    touched: dict[tuple[UUID, UUID], tuple[datetime, bool]] = {}
    for owner, root, kind, last in session.execute(
        select(*group, Touchpoint.kind, func.max(Touchpoint.at))
        .outerjoin(Touchpoint, by_contact(Touchpoint))
        .where(*mine)
        .group_by(*group, Touchpoint.kind)
    ):
        if kind is None:
            continue
        before, spoken = touched.get((owner, root), (last, False))
        touched[owner, root] = (max(before, last), spoken or kind in _SPOKEN)
    tied = {
        (owner, root)
        for owner, root, ties in session.execute(
            select(*group, func.count(Tie.id))
            .outerjoin(Tie, by_contact(Tie, Tie.strength > 0))
            .where(*mine)
            .group_by(*group)
        )
        if ties
    }
    rows = []
    for pair in sorted(pairs):
        days_met, first_met_at, last_met_at = met.get(pair, (0, None, None))
        last_touch_at, spoken = touched.get(pair, (None, False))
        moments = [m for m in (last_met_at, last_touch_at) if m]
        rows.append(
            {
                "of_owner": pair[0],
                "of_root": pair[1],
                "has_tie": pair in tied,
                "stage": stage_of(
                    days_met=days_met,
                    has_tie=pair in tied,
                    first_met_at=first_met_at,
                    last_done_at=done.get(pair),
                    last_touch_at=last_touch_at,
                    spoken=spoken,
                ),
                "last_at": max(moments) if moments else None,
            }
        )
    table = table_of(Contact)
    session.connection().execute(
        update(table)
        .where(table.c.owner_id == bindparam("of_owner"), table.c.root_id == bindparam("of_root"))
        .values(
            stage=bindparam("stage"),
            has_tie=bindparam("has_tie"),
            last_at=func.coalesce(
                bindparam("last_at", type_=table.c.last_at.type), table.c.created_at
            ),
        ),
        rows,
    )
