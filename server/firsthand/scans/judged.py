"""One scan on its way from the upload to its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from firsthand.attendees.places import EventPlace
from firsthand.contacts.persons import Person
from firsthand.db import now
from firsthand.scans.reading import ReadScan, UnreadableScan


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """One upload of one device: what was read, in order, malformed ones among them."""

    owner_id: UUID
    device: str
    scans: Sequence[ReadScan | UnreadableScan]
    base_url: str
    code_key: bytes
    received_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """``outcome`` is recorded, duplicate or invalid; ``id`` as it was sent where it is none."""

    id: object
    outcome: str
    meeting: UUID | None = None
    contact: UUID | None = None
    problem: str | None = None


@dataclass(slots=True)
class Judged:
    """One scan on its way through the steps; ``outcome`` ends it."""

    batch: ScanBatch
    scan: ReadScan
    outcome: ScanOutcome | None = None
    repeats: "Judged | None" = None
    event: EventPlace | None = None
    person: Person | None = None

    def refuse(self, problem: str) -> None:
        self.outcome = ScanOutcome(self.scan.id, "invalid", problem=problem)
