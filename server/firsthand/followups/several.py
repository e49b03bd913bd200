"""What the owner does with several follow-ups at once, and takes back at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact
from firsthand.db import lock_owners, now
from firsthand.followups.models import FollowUp, State
from firsthand.followups.staging import restage
from firsthand.followups.verbs import check_due
from firsthand.problems import Invalid

MOST_AT_ONCE = 500
_DIGITS = len(str(MOST_AT_ONCE))


class Change(StrEnum):
    DONE = "done"
    SNOOZE = "snooze"
    DROP = "drop"


_WORDS = {Change.DONE: "done", Change.SNOOZE: "put off", Change.DROP: "dropped"}


def changed_words(count: str, change: str) -> str:
    """``3 done.``; empty where it is not such a change."""
    if not (count.isascii() and count.isdigit() and len(count) <= _DIGITS and change in _WORDS):
        return ""
    return f"{int(count)} {_WORDS[Change(change)]}."


@dataclass(frozen=True, slots=True)
class Was:
    """How a follow-up stood before."""

    id: UUID
    state: str
    due: date


def change_several(
    session: Session,
    owner_id: UUID,
    follow_up_ids: Sequence[UUID],
    change: Change,
    until: date | None = None,
) -> list[Was]:
    """How each stood; those of somebody else are left out. ``until`` for a snooze. Raises Invalid.

    What is done or dropped already stays as it is.
    """
    if change is Change.SNOOZE:
        if until is None:
            raise Invalid("Choose a day.", {"until": "Choose a day."})
        check_due(until)
    rows = [
        row
        for row in _mine(session, owner_id, follow_up_ids)
        if row.state in {State.OPEN, State.SNOOZED}
    ]
    before = [Was(row.id, row.state, row.due) for row in rows]
    moment = now()
    for row in rows:
        row.touched_at = moment
        if change is Change.DONE:
            row.state, row.done_at = State.DONE, moment
        elif change is Change.DROP:
            row.state = State.DROPPED
        elif until:
            row.state, row.due = State.SNOOZED, until
    _restage(session, owner_id, rows)
    return before


def put_back(session: Session, owner_id: UUID, before: Sequence[Was]) -> list[UUID]:
    """Each as it was; those that are there (still). Raises Invalid."""
    wanted = {was.id: was for was in before}
    for was in before:
        check_due(was.due)
        if was.state not in {State.OPEN, State.SNOOZED}:
            raise Invalid("That cannot be taken back.")
    rows = _mine(session, owner_id, list(wanted))
    for row in rows:
        was = wanted[row.id]
        row.state, row.due, row.done_at, row.touched_at = was.state, was.due, None, now()
    _restage(session, owner_id, rows)
    return [row.id for row in rows]


def _mine(session: Session, owner_id: UUID, follow_up_ids: Sequence[UUID]) -> Sequence[FollowUp]:
    if len(follow_up_ids) > MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE} follow-ups at a time.")
    lock_owners(session, [owner_id])
    mine = (FollowUp.owner_id == owner_id, FollowUp.id.in_(follow_up_ids))
    return session.scalars(select(FollowUp).where(*mine).order_by(FollowUp.due, FollowUp.id)).all()


def _restage(session: Session, owner_id: UUID, rows: Iterable[FollowUp]) -> None:
    session.flush()
    whose = {row.contact_id for row in rows}
    roots = session.scalars(
        select(Contact.root_id).where(Contact.owner_id == owner_id, Contact.id.in_(whose))
    )
    restage(session, [(owner_id, root_id) for root_id in roots])
