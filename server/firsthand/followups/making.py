"""Follow-ups out of intents."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import String, Uuid, select, tuple_, update
from sqlalchemy.orm import Session

from firsthand.db import insert_new, new_id, now, table_of
from firsthand.followups.choices import chosen_days
from firsthand.followups.intents import days_until_due
from firsthand.followups.models import FollowUp, State
from firsthand.prepared import Prepared

_FOLLOW_UP = table_of(FollowUp).c
_REOPEN = Prepared(
    lambda given: (
        update(table_of(FollowUp))
        .where(
            tuple_(_FOLLOW_UP.owner_id, _FOLLOW_UP.meeting_id, _FOLLOW_UP.intent).in_(
                select(given)
            ),
            _FOLLOW_UP.state == State.DROPPED,
            _FOLLOW_UP.touched_at.is_(None),
        )
        .values(state=State.OPEN)
    ),
    owner_id=Uuid(),
    meeting_id=Uuid(),
    intent=String(),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """What was said at one meeting should come next."""

    owner_id: UUID
    contact_id: UUID
    meeting_id: UUID
    day: date
    intents: Sequence[str]


def make_follow_ups(
    session: Session, promises: Iterable[Promise], fresh_meetings: Collection[UUID] = ()
) -> None:
    """One follow-up per meeting and intent; one that only a removed intent had dropped reopens.

    A meeting made just now (``fresh_meetings``) has none that could reopen.
    """
    promises = [promise for promise in promises if promise.intents]
    if not promises:
        return
    made = now()
    chosen = chosen_days(session, (promise.owner_id for promise in promises))
    rows = [
        {
            "owner_id": promise.owner_id,
            "id": new_id(),
            "contact_id": promise.contact_id,
            "meeting_id": promise.meeting_id,
            "intent": intent,
            "text": "",
            "due": promise.day
            + timedelta(days=chosen.get((promise.owner_id, intent), days_until_due(intent))),
            "state": State.OPEN,
            "created_at": made,
        }
        for promise in promises
        for intent in promise.intents
    ]
    insert_new(session, FollowUp, rows)
    _REOPEN.run(
        session,
        [
            (row["owner_id"], row["meeting_id"], row["intent"])
            for row in rows
            if row["meeting_id"] not in fresh_meetings
        ],
    )


def reconcile_follow_ups(session: Session, promise: Promise) -> None:
    """After an edit: new intents get follow-ups, removed ones' open follow-ups are dropped."""
    make_follow_ups(session, [promise])
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.owner_id == promise.owner_id,
            FollowUp.meeting_id == promise.meeting_id,
            FollowUp.intent.not_in(list(promise.intents)),
            FollowUp.state.in_([State.OPEN, State.SNOOZED]),
        )
        .values(state=State.DROPPED)
        .execution_options(synchronize_session=False)
    )


def forget_untouched(session: Session, owner_id: UUID, meeting_id: UUID) -> None:
    """The meeting was undone: its follow-ups go with it, except those the owner acted on."""
    for follow_up in session.scalars(
        select(FollowUp).where(
            FollowUp.owner_id == owner_id,
            FollowUp.meeting_id == meeting_id,
            FollowUp.touched_at.is_(None),
        )
    ):
        session.delete(follow_up)
