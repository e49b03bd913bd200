"""What the database holds, beside what the phones were told."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact
from firsthand.db import Database
from firsthand.meetings.models import Meeting
from firsthand.scans.models import Scan
from tests.faults.figures import Figures
from tests.faults.phone import Phone


def audit(url: str, phones: Sequence[Phone]) -> Figures:
    """Count, with a fresh connection; asserts that each device agrees with the database."""
    db = Database(url)
    try:
        return db.read_now(_audit, phones)
    finally:
        db.close()


def _audit(session: Session, phones: Sequence[Phone]) -> Figures:
    owners = {phone.person.id for phone in phones}
    rows = session.execute(
        select(Scan.owner_id, Scan.id, Scan.meeting_id, Scan.contact_id).where(
            Scan.owner_id.in_(owners)
        )
    ).all()
    times = Counter((owner, str(scan_id)) for owner, scan_id, _, _ in rows)
    there = {(owner, str(scan_id)): (str(m), str(c)) for owner, scan_id, m, c in rows}
    figures = Figures(doubled=sum(number - 1 for number in times.values()))
    figures.doubled += _twice(session, phones)
    for phone in phones:
        assert phone.problems == []
        known = {scan_id for owner, scan_id in there if owner == phone.person.id}
        assert known <= set(phone.tried), "a scan that nobody made"
        figures.tried += len(phone.tried)
        figures.acknowledged += len(phone.safe)
        figures.found += len(known)
        figures.lost += len(phone.safe.keys() - known)
        for scan_id in phone.safe.keys() & known:
            kept = phone.safe[scan_id]
            assert there[phone.person.id, scan_id] == (kept.meeting, kept.contact)
    return figures


def _twice(session: Session, phones: Sequence[Phone]) -> int:
    """Cards of one person, and meetings of one pair, event and day, that are there too often."""
    owners = {phone.person.id for phone in phones}
    cards = session.execute(
        select(Contact.owner_id, Contact.attendee_id).where(
            Contact.owner_id.in_(owners), Contact.attendee_id.is_not(None)
        )
    )
    meetings = session.execute(
        select(Meeting.owner_id, Contact.attendee_id, Meeting.event_id, Meeting.day)
        .join(Contact, (Contact.owner_id == Meeting.owner_id) & (Contact.id == Meeting.contact_id))
        .where(Meeting.owner_id.in_(owners))
    )
    return sum(
        number - 1
        for found in (cards, meetings)
        for number in Counter(tuple(row) for row in found).values()
    )
