"""What passes between the reader of a document and the server."""

from datetime import date, datetime
from uuid import UUID

import msgspec


class Flaw(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The document cannot be brought in; its text says to a person where and why."""


class WantedEvent(msgspec.Struct, frozen=True):
    """An event as the document tells it."""

    id: UUID
    slug: str
    name: str
    starts: date
    ends: date


class Wanted(msgspec.Struct, frozen=True, tag="wanted"):
    """All of the document is sound. Which of these are here too?"""

    events: list[WantedEvent]
    attendees: list[UUID]


class Here(msgspec.Struct, frozen=True):
    """The answer: this instance's id of each event, and the account (or none) of each attendee.

    ``before``: when the bringing in began; what comes in was made before that.
    """

    events: dict[UUID, UUID]
    attendees: dict[UUID, UUID | None]
    before: datetime


class Batch(msgspec.Struct, frozen=True, tag="batch"):
    """Some rows of one table, as ``firsthand.taking_in.shapes`` has them."""

    table: str
    rows: msgspec.Raw


class Remark(msgspec.Struct, frozen=True):
    """What was left out or changed, and where."""

    where: str
    what: str


class Complete(msgspec.Struct, frozen=True, tag="complete"):
    """Everything was told; ``people`` is the number of contacts."""

    people: int
    remarks: list[Remark]


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    what: str


Told = Wanted | Batch | Complete | Refusal
