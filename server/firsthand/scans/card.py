"""What the card says right after a scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.contacts.code_cards import CodeCard, code_card
from firsthand.contacts.queries import FullCard, card
from firsthand.followups.choices import own_intents
from firsthand.meetings.queries import meetings
from firsthand.scans.queries import interests_with, scan_of, shared_with, whole_meeting
from firsthand.scans.shared_online import SharedOnline


@dataclass(frozen=True, slots=True)
class MetCard:
    """The person of a scan, what the two share, and what was said should come next."""

    scan_id: UUID
    meeting_id: UUID | None
    person: FullCard
    event_name: str | None
    times_met: int
    shared: Sequence[SharedOnline]
    interests: str
    intents: Sequence[str]
    own_intents: Sequence[str]
    note: str
    edited_sequence: int
    retracted: bool
    code: CodeCard | None


def met_card(session: Session, owner_id: UUID, scan_id: UUID) -> MetCard:
    """The card of one of the owner's scans. Raises NotFound."""
    scan = scan_of(session, owner_id, scan_id)
    person = card(session, owner_id, scan.contact_id)
    retracted = scan.retracted_at is not None
    event_name = None
    if not retracted:
        event_name = whole_meeting(session, owner_id, scan.meeting_id).row.event_name
    days = {row.day for row in meetings(session, owner_id, contact_id=person.card.id, limit=50)}
    return MetCard(
        scan_id=scan.id,
        meeting_id=scan.meeting_id,
        person=person,
        event_name=event_name,
        times_met=len(days),
        shared=shared_with(session, owner_id, person),
        interests=interests_with(session, owner_id, person),
        intents=scan.intents,
        own_intents=own_intents(session, owner_id, scan.intents),
        note=scan.note,
        # The page's next edit is one more than that.
        edited_sequence=max(scan.edited_sequence, 0),
        retracted=retracted,
        code=code_card(session, owner_id, person),
    )
