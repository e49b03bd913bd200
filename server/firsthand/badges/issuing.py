"""Giving badges out: one in force for each attendee."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.attendees.models import Attendee
from firsthand.badges.codes import new_short_code, new_token
from firsthand.badges.models import Badge
from firsthand.db import insert_new, new_id, now
from firsthand.events.models import Event

# A statement holds only so many parameters.
_AT_ONCE = 2_000


def issue_badges(session: Session, event_id: UUID, attendee_ids: Sequence[UUID]) -> None:
    """Give each of these attendees of one event a badge, unless they have one in force."""
    for start in range(0, len(attendee_ids), _AT_ONCE):
        _issue(session, event_id, attendee_ids[start : start + _AT_ONCE])


def _issue(session: Session, event_id: UUID, attendee_ids: Sequence[UUID]) -> None:
    wearing = set(
        session.scalars(
            select(Badge.attendee_id).where(
                Badge.attendee_id.in_(attendee_ids), Badge.revoked_at.is_(None)
            )
        )
    )
    bare = [attendee_id for attendee_id in attendee_ids if attendee_id not in wearing]
    made = now()
    rows = [
        {
            "id": new_id(),
            "event_id": event_id,
            "attendee_id": attendee_id,
            "token": new_token(),
            "short_code": short_code,
            "created_at": made,
        }
        for attendee_id, short_code in zip(
            bare, _fresh_short_codes(session, event_id, len(bare)), strict=True
        )
    ]
    insert_new(session, Badge, rows)


def _fresh_short_codes(session: Session, event_id: UUID, count: int) -> Collection[str]:
    codes: set[str] = set()
    while len(codes) < count:
        candidates = {new_short_code() for _ in range(count - len(codes))}
        taken = session.scalars(
            select(Badge.short_code).where(
                Badge.event_id == event_id, Badge.short_code.in_(candidates)
            )
        )
        codes |= candidates - set(taken)
    return codes


def revoke_badge(session: Session, event_id: UUID, attendee_id: UUID) -> None:
    """What the attendee wears now leads nowhere from this moment on."""
    session.execute(
        update(Badge)
        .where(
            Badge.event_id == event_id,
            Badge.attendee_id == attendee_id,
            Badge.revoked_at.is_(None),
        )
        .values(revoked_at=now())
        .execution_options(synchronize_session=False)
    )
    wearer = select(Attendee.account_id, Event.slug).join(Event, Event.id == Attendee.event_id)
    account_id, slug = session.execute(wearer.where(Attendee.id == attendee_id)).one()
    if account_id:
        note(session, account_id, Act.BADGE_REPLACED, f"Event: {slug}")
