"""What comes after the scan: its note and intents, taking it back, taking that back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.contacts.roots import root_of
from firsthand.db import lock_owners, now
from firsthand.followups.intents import unite
from firsthand.followups.making import (
    Promise,
    forget_untouched,
    reconcile_follow_ups,
)
from firsthand.followups.staging import restage
from firsthand.meetings.models import Meeting
from firsthand.problems import NotFound
from firsthand.scans.circles import settle_meeting
from firsthand.scans.models import Scan
from firsthand.scans.queries import live_scans, scan_of


def edit_scan(
    session: Session,
    owner_id: UUID,
    scan_id: UUID,
    *,
    note: str | None,
    intents: Sequence[str] | None,
    edited_sequence: int,
) -> Scan:
    """Replace the scan's words; of several edits the one with the highest sequence wins.

    None leaves a field as it is. A removed intent's follow-up is dropped. Raises NotFound.
    """
    lock_owners(session, [owner_id])
    scan = scan_of(session, owner_id, scan_id)
    if edited_sequence <= scan.edited_sequence:
        return scan
    scan.edited_sequence = edited_sequence
    if note is not None:
        scan.note = note
    if intents is not None:
        scan.intents = list(intents)
    session.flush()
    if scan.retracted_at is None:
        _reconcile(session, owner_id, scan.meeting_id)
    return scan


def edit_meeting(
    session: Session,
    owner_id: UUID,
    meeting_id: UUID,
    *,
    note: str | None,
    intents: Sequence[str] | None,
) -> Meeting:
    """Replace the whole meeting's words, its scans' among them. Raises NotFound."""
    lock_owners(session, [owner_id])
    meeting = _standing(session, owner_id, meeting_id)
    scans = live_scans(session, owner_id, meeting_id)
    if note is not None:
        meeting.note = note
        for scan in scans:
            scan.note = ""
    if intents is not None:
        meeting.intents = list(intents)
        for scan in scans:
            scan.intents = []
    session.flush()
    _reconcile(session, owner_id, meeting_id)
    return meeting


def retract_scan(session: Session, owner_id: UUID, scan_id: UUID) -> Scan:
    """Undo. A meeting that nothing holds up any more disappears. Raises NotFound."""
    lock_owners(session, [owner_id])
    scan = scan_of(session, owner_id, scan_id)
    if scan.retracted_at is None:
        scan.retracted_at = now()
        session.flush()
        _settle_meeting(session, owner_id, scan.meeting_id)
    return scan


def reinstate_scan(session: Session, owner_id: UUID, scan_id: UUID) -> Scan:
    """Take the undo back: the same meeting stands again. Raises NotFound."""
    lock_owners(session, [owner_id])
    scan = scan_of(session, owner_id, scan_id)
    if scan.retracted_at is not None:
        scan.retracted_at = None
        session.flush()
        _settle_meeting(session, owner_id, scan.meeting_id)
    return scan


def undo_meeting(session: Session, owner_id: UUID, meeting_id: UUID) -> None:
    """The owner says that this meeting did not happen: all that holds it up goes. NotFound."""
    lock_owners(session, [owner_id])
    meeting = _standing(session, owner_id, meeting_id)
    meeting.origin = None
    for scan in live_scans(session, owner_id, meeting_id):
        scan.retracted_at = now()
    session.flush()
    _settle_meeting(session, owner_id, meeting_id)


def _standing(session: Session, owner_id: UUID, meeting_id: UUID) -> Meeting:
    meeting = session.get(Meeting, (owner_id, meeting_id))
    if meeting is None or meeting.gone_at is not None:
        raise NotFound
    return meeting


def _settle_meeting(session: Session, owner_id: UUID, meeting_id: UUID) -> None:
    """Whether the meeting still stands, and its follow-ups and the card's ring with it."""
    meeting = session.get_one(Meeting, (owner_id, meeting_id))
    held_up = meeting.origin is not None or bool(live_scans(session, owner_id, meeting_id))
    session.execute(
        update(Meeting)
        .where(Meeting.owner_id == owner_id, Meeting.id == meeting_id)
        .values(gone_at=None if held_up else now())
    )
    settle_meeting(session, owner_id, meeting_id)
    if held_up:
        _reconcile(session, owner_id, meeting_id)
    else:
        forget_untouched(session, owner_id, meeting_id)
        session.flush()
    restage(session, [(owner_id, root_of(session, owner_id, meeting.contact_id))])


def _reconcile(session: Session, owner_id: UUID, meeting_id: UUID) -> None:
    meeting = session.get_one(Meeting, (owner_id, meeting_id))
    scans = live_scans(session, owner_id, meeting_id)
    intents = unite(meeting.intents, *(scan.intents for scan in scans))
    promise = Promise(owner_id, meeting.contact_id, meeting_id, meeting.day, intents)
    reconcile_follow_ups(session, promise)
