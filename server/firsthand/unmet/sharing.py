"""What the viewer and people at an event share online: shown handles, and reasons to meet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import and_, bindparam, select, union_all
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import may_be_matched
from firsthand.db import AnySelect
from firsthand.handles.models import Handle
from firsthand.ties.facts import facts_of_ties
from firsthand.ties.models import Match, Tie
from firsthand.unmet.reasons import Reason


@dataclass(frozen=True, slots=True)
class ShownHandle:
    network: str
    name: str
    verified: bool


def shown_handles(session: Session, attendee_ids: Sequence[UUID]) -> dict[UUID, list[ShownHandle]]:
    """The handles that these attendees share with people browsing their event."""
    shown: dict[UUID, list[ShownHandle]] = defaultdict(list)
    rows = session.execute(_shown_handles(), {"ids": attendee_ids})
    for attendee_id, _, network, name, verified_at in rows:
        shown[attendee_id].append(ShownHandle(network, name, verified_at is not None))
    return shown


def shared_reasons(
    session: Session, viewer_id: UUID, attendee_ids: Sequence[UUID]
) -> dict[UUID, list[Reason]]:
    """What the viewer has with each of them, the strongest tie first."""
    ties: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    values = {"viewer": viewer_id, "ids": attendee_ids}
    for attendee_id, tie_id, network in session.execute(_matched_ties(), values):
        ties[attendee_id][tie_id] = network
    facts = facts_of_ties(session, viewer_id, {tie for of_one in ties.values() for tie in of_one})
    reasons: dict[UUID, list[Reason]] = defaultdict(list)
    for attendee_id, of_one in ties.items():
        for tie_id, network in of_one.items():
            reasons[attendee_id] += [
                Reason(network, kind.kind.value, kind.count, kind.first_at, kind.last_at)
                for kind in sorted(facts.get(tie_id, ()), key=lambda kind: kind.kind)
                if kind.ended_at is None
            ]
    return reasons


# To put these statements together takes longer than to run them, so each is made once.


@cache
def _shown_handles() -> AnySelect:
    # Two halves, so that each finds its handles by an index of its own.
    both = union_all(
        _handles().join(Handle, Handle.account_id == Attendee.account_id),
        _handles().join(Handle, Handle.attendee_id == Attendee.id),
    ).subquery()
    return select(both).order_by(both.c.handle_id)


@cache
def _matched_ties() -> AnySelect:
    return (
        select(Match.attendee_id, Match.tie_id, Tie.network)
        .join(Tie, and_(Tie.owner_id == Match.owner_id, Tie.id == Match.tie_id))
        .join(Attendee, Attendee.id == Match.attendee_id)
        .join(Handle, Handle.id == Match.handle_id)
        .where(
            Match.owner_id == bindparam("viewer"),
            Match.attendee_id.in_(bindparam("ids")),
            may_be_matched(Handle),
        )
        .order_by(Match.strength.desc(), Match.tie_id)
    )


def _handles() -> AnySelect:
    return (
        select(
            Attendee.id.label("attendee_id"),
            Handle.id.label("handle_id"),
            Handle.network,
            Handle.name,
            Handle.verified_at,
        )
        .select_from(Attendee)
        .where(
            Attendee.id.in_(bindparam("ids")),
            may_be_matched(Handle),
        )
    )
