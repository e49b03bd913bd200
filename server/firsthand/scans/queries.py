"""Scans and the meetings they hold up, as their owner sees them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from firsthand.contacts.queries import FullCard
from firsthand.db import now
from firsthand.followups.intents import unite
from firsthand.handles.keeping import handles_of
from firsthand.meetings.queries import MeetingRow, meeting_row
from firsthand.problems import NotFound
from firsthand.scans.models import Scan
from firsthand.scans.shared_online import SharedOnline, shared_online
from firsthand.ties.interest_words import common_interests
from firsthand.ties.interests import interests_of
from firsthand.unmet.reasons import interest_line


@dataclass(frozen=True, slots=True)
class WholeMeeting:
    """A meeting with the words of its scans: their notes appended, their intents united."""

    row: MeetingRow
    scans: Sequence[UUID]
    note: str
    intents: Sequence[str]


def whole_meetings(
    session: Session, owner_id: UUID, rows: Sequence[MeetingRow]
) -> list[WholeMeeting]:
    by_meeting: dict[UUID, list[Scan]] = defaultdict(list)
    values = {"owner": owner_id, "meetings": [row.id for row in rows]}
    for scan in session.scalars(_scans_of_meetings(), values) if rows else ():
        by_meeting[scan.meeting_id].append(scan)
    return [_whole(row, by_meeting[row.id]) for row in rows]


# To put this statement together takes longer than to run it.
@cache
def _scans_of_meetings() -> Select[Scan]:
    return (
        select(Scan)
        .where(
            Scan.owner_id == bindparam("owner"),
            Scan.meeting_id.in_(bindparam("meetings", expanding=True)),
            Scan.retracted_at.is_(None),
        )
        .order_by(Scan.at, Scan.received_at, Scan.sequence, Scan.id)
    )


def whole_meeting(
    session: Session, owner_id: UUID, meeting_id: UUID, *, even_if_gone: bool = False
) -> WholeMeeting:
    """``even_if_gone``: also one that nothing holds up any more. Raises NotFound."""
    row = meeting_row(session, owner_id, meeting_id, even_if_gone=even_if_gone)
    if row is None:
        raise NotFound
    return whole_meetings(session, owner_id, [row])[0]


def shared_with(session: Session, owner_id: UUID, person: FullCard) -> list[SharedOnline]:
    """What the owner and the person of a card have online."""
    if not person.ties:
        return []
    own: dict[str, str] = {}
    for handle in handles_of(session, owner_id):
        own.setdefault(handle.network, handle.name)
    return shared_online(person.ties, person.card.handles, own, now().date())


def interests_with(session: Session, owner_id: UUID, person: FullCard) -> str:
    """What both write about, in a sentence, by what the person shows of themselves; or empty."""
    texts = person.card.headline, person.card.company
    mine = interests_of(session, owner_id) if any(texts) else {}
    return interest_line(common_interests(mine, *texts))


def scan_of(session: Session, owner_id: UUID, scan_id: UUID) -> Scan:
    """Raises NotFound."""
    scan = session.get(Scan, (owner_id, scan_id))
    if scan is None:
        raise NotFound
    return scan


def live_scans(session: Session, owner_id: UUID, meeting_id: UUID) -> Sequence[Scan]:
    return session.scalars(
        select(Scan).where(
            Scan.owner_id == owner_id,
            Scan.meeting_id == meeting_id,
            Scan.retracted_at.is_(None),
        )
    ).all()


def _whole(row: MeetingRow, scans: Sequence[Scan]) -> WholeMeeting:
    notes = [row.note, *(scan.note for scan in scans)]
    return WholeMeeting(
        row,
        [scan.id for scan in scans],
        "\n".join(dict.fromkeys(note for note in notes if note)),
        unite(row.intents, *(scan.intents for scan in scans)),
    )
