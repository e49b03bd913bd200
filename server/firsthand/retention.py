"""What is not kept for ever: what an organiser brought, and what has run out.

Everything goes in portions, so that nobody's scan waits long, and each portion finds what is left
by itself: it does not matter who cleans up, how often, or where it was cut off.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.badges.models import Badge
from firsthand.contacts.models import Contact
from firsthand.db import Database, lock_owners
from firsthand.events.models import SHORTEST_RETENTION, Event, StaffInvitation
from firsthand.expiring import expired
from firsthand.followups.intents import unite
from firsthand.followups.shown_handles import listed_handles_go
from firsthand.handles.models import Handle
from firsthand.meetings.models import Meeting
from firsthand.organising.models import (
    AttendeeList,
    Invitation,
    RemovalRequest,
    Report,
)
from firsthand.reminders.delivering import sweep
from firsthand.scans.models import Scan

_A_PORTION = 100

# A step erases a portion of what is left and answers how much that was.
Step = Callable[[Session], int]


def clean_up(db: Database, moment: datetime) -> int:
    """Erase all that is due; answers how many rows lost something."""
    erased = 0
    for event_id in db.read_now(past_retention, moment):
        for step in _STEPS:
            erased += _until_none_is_left(db, _of_event(step, event_id))
    for model, key, is_over in expired(moment):
        erased += _until_none_is_left(db, _deleting(model, key, is_over))
    db.write_now(sweep, moment)
    return erased


def past_retention(session: Session, moment: datetime) -> list[UUID]:
    """The events whose organiser's list is kept no longer."""
    today = moment.date()
    ended = select(Event.id, Event.ends, Event.retention_days).where(
        Event.ends < today - timedelta(SHORTEST_RETENTION)
    )
    return [
        row.id
        for row in session.execute(ended.order_by(Event.id))
        if row.ends + timedelta(row.retention_days) < today
    ]


def _until_none_is_left(db: Database, step: Step) -> int:
    erased = 0
    while done := db.write_now(step):
        erased += done
    return erased


def _of_event(step: Callable[[Session, UUID], int], event_id: UUID) -> Step:
    return lambda session: step(session, event_id)


def _forget_attendees(session: Session, event_id: UUID) -> int:
    """Nothing that the organiser brought is left of them; the places of accounts stay theirs.

    Who met somebody keeps the name that was told then, on their own card.
    """
    told = or_(
        Attendee.name != "",
        Attendee.email.is_not(None),
        Attendee.headline != "",
        Attendee.company != "",
        Attendee.ticket.is_not(None),
        Attendee.arrived_on.is_not(None),
        Attendee.account_id.is_(None) & Attendee.listed.is_(True),
        exists().where(Handle.attendee_id == Attendee.id),
    )
    some = _some(session, Attendee.id, Attendee.event_id == event_id, told)
    if not some:
        return 0
    _keep_names(session, some)
    listed_handles_go(session, Attendee.id.in_(some))
    session.execute(delete(Handle).where(Handle.attendee_id.in_(some)))
    blank = {"name": "", "folded": "", "email": None, "headline": "", "company": ""}
    session.execute(
        update(Attendee)
        .where(Attendee.id.in_(some))
        .values(**blank, ticket=None, arrived_on=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Attendee)
        .where(Attendee.id.in_(some), Attendee.account_id.is_(None))
        .values(listed=False)
        .execution_options(synchronize_session=False)
    )
    return len(some)


def _keep_names(session: Session, attendee_ids: Sequence[UUID]) -> None:
    met = exists().where(Meeting.owner_id == Contact.owner_id, Meeting.contact_id == Contact.id)
    name = (
        select(
            case(
                (or_(Contact.in_circle.is_(True), Attendee.listed.is_(True)), Attendee.name),
                else_=Contact.seen_name,
            )
        )
        .where(Attendee.id == Contact.attendee_id)
        .scalar_subquery()
    )
    session.execute(
        update(Contact)
        .where(
            Contact.attendee_id.in_(attendee_ids),
            Contact.account_id.is_(None),
            Contact.name == "",
            or_(Contact.typed.is_(True), met),
        )
        .values(name=name)
        .execution_options(synchronize_session=False)
    )


def _forget_badges(session: Session, event_id: UUID) -> int:
    some = _some(session, Badge.id, Badge.event_id == event_id)
    session.execute(delete(Badge).where(Badge.id.in_(some)))
    return len(some)


def _forget_lists(session: Session, event_id: UUID) -> int:
    some = _some(session, AttendeeList.id, AttendeeList.event_id == event_id)
    session.execute(delete(AttendeeList).where(AttendeeList.id.in_(some)))
    return len(some)


def _forget_mails(session: Session, event_id: UUID) -> int:
    """Who had a mail, was to help, or asked to be removed by a badge; removals themselves stay,
    hashed.
    """
    mailed = Invitation.event_id == event_id
    hashes = _some(session, Invitation.address_hash, mailed)
    session.execute(delete(Invitation).where(mailed, Invitation.address_hash.in_(hashes)))
    asked = RemovalRequest.event_id == event_id
    some = _some(session, RemovalRequest.attendee_id, asked)
    session.execute(delete(RemovalRequest).where(asked, RemovalRequest.attendee_id.in_(some)))
    helpers = StaffInvitation.event_id == event_id
    invited = _some(session, StaffInvitation.id, helpers)
    session.execute(delete(StaffInvitation).where(StaffInvitation.id.in_(invited)))
    return len(hashes) + len(some) + len(invited)


def _forget_reports(session: Session, event_id: UUID) -> int:
    """What was reported to the organiser, who has long dealt with it."""
    of_event = Report.event_id == event_id
    some = _some(session, Report.id, of_event)
    session.execute(delete(Report).where(of_event, Report.id.in_(some)))
    return len(some)


def _forget_scans(session: Session, event_id: UUID) -> int:
    """Of each scan only whose it was, its id and what came of it; its words move to the meeting.

    What was taken back keeps its words: only taking the undo back brings them into the meeting.
    """
    raw = or_(Scan.device != "", Scan.sequence.is_not(None), Scan.scanned_at != Scan.received_at)
    keys = session.execute(
        select(Scan.owner_id, Scan.meeting_id)
        .join(Meeting, (Meeting.owner_id == Scan.owner_id) & (Meeting.id == Scan.meeting_id))
        .where(Meeting.event_id == event_id, raw)
        .distinct()
        .order_by(Scan.owner_id, Scan.meeting_id)
        .limit(_A_PORTION)
    ).all()
    if not keys:
        return 0
    lock_owners(session, [owner_id for owner_id, _ in keys])
    these = [tuple(key) for key in keys]
    scans: dict[tuple[UUID, UUID], list[Scan]] = {}
    for scan in session.scalars(
        select(Scan)
        .where(tuple_(Scan.owner_id, Scan.meeting_id).in_(these))
        .order_by(Scan.at, Scan.received_at, Scan.sequence, Scan.id)
    ):
        scans.setdefault((scan.owner_id, scan.meeting_id), []).append(scan)
    for meeting in session.scalars(
        select(Meeting).where(tuple_(Meeting.owner_id, Meeting.id).in_(these))
    ):
        _forget_scans_of(meeting, scans[meeting.owner_id, meeting.id])
    return len(keys)


def _forget_scans_of(meeting: Meeting, scans: Sequence[Scan]) -> None:
    live = [scan for scan in scans if scan.retracted_at is None]
    notes = [meeting.note, *(scan.note for scan in live)]
    meeting.note = "\n".join(dict.fromkeys(note for note in notes if note))
    meeting.intents = unite(meeting.intents, *(scan.intents for scan in live))
    for scan in live:
        scan.note, scan.intents = "", []
    for scan in scans:
        scan.device, scan.sequence = "", None
        scan.scanned_at = scan.received_at = scan.at = meeting.met_at


_STEPS = (
    _forget_attendees,
    _forget_badges,
    _forget_lists,
    _forget_mails,
    _forget_reports,
    _forget_scans,
)


def _deleting(model: type[Any], key: Any, is_over: Any) -> Step:
    def step(session: Session) -> int:
        some = _some(session, key, is_over)
        session.execute(delete(model).where(is_over, key.in_(some)))
        return len(some)

    return step


def _some(session: Session, key: Any, *those: Any) -> list[Any]:
    """In order, and without what another replica has in hand."""
    stmt = select(key).where(*those).order_by(key).limit(_A_PORTION)
    return list(session.scalars(stmt.with_for_update(skip_locked=True)))
