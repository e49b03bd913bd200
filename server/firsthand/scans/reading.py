"""A scan as a device sends it, judged by itself. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from firsthand.followups.intents import MOST_INTENTS, clean_intents
from firsthand.problems import Invalid

LONGEST_CODE = 8_000
LONGEST_NOTE = 5_000
LONGEST_DEVICE = 200
MOST_SCANS = 500
_LARGEST_SEQUENCE = 2**53
# The edge years would overflow when they are moved to another zone.
_EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
_FIRST_TOLD = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(9998, 12, 30, tzinfo=UTC)
_NO_MOMENT = "a moment is written like 2026-11-23T10:42:07+01:00, with its offset"
_LEAP_SECOND = re.compile(r"(?<=:\d\d:)60")


@dataclass(frozen=True, slots=True)
class ReadScan:
    """A well-formed scan; ``scanned_at`` keeps the offset that the device gave."""

    id: UUID
    code: str
    scanned_at: datetime
    event: str | None = None
    sequence: int | None = None
    intents: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class UnreadableScan:
    """A malformed one: its id as it was sent, and what is wrong with it."""

    id: Any
    problem: str


class _Sent(msgspec.Struct):
    id: str
    code: str
    scanned_at: str
    event: str | None = None
    sequence: int | None = None
    intents: list[str] | None = None
    note: str | None = None


def read_scan(raw: Any) -> ReadScan | UnreadableScan:
    """Judge one element of ``scans``; never raises."""
    try:
        sent = msgspec.convert(raw, _Sent)
        return ReadScan(
            id=_id(sent.id),
            code=_code(sent.code),
            scanned_at=_clock(sent.scanned_at),
            event=sent.event or None,
            sequence=_sequence(sent.sequence),
            intents=clean_intents(sent.intents or ()),
            note=clean_note(sent.note or ""),
        )
    except (msgspec.ValidationError, ValueError) as problem:
        return UnreadableScan(sent_id(raw), f"This scan is malformed: {problem}")


def sent_id(raw: Any) -> Any:
    """The id of an element of ``scans`` as it was written; None where there is none."""
    return raw.get("id") if isinstance(raw, dict) else None


def read_moment(text: str) -> datetime:
    """An RFC 3339 moment with its offset, as a person tells it. Raises ValueError."""
    moment = _moment(text)
    if not _FIRST_TOLD <= moment <= _LATEST:
        raise ValueError(_NO_MOMENT)
    return moment


def _clock(text: str) -> datetime:
    """What a device's clock says, which may never have been set: whether it is believed is judged
    where its receipt is known. Raises ValueError.
    """
    return min(max(_moment(text), _EARLIEST), _LATEST)


def _moment(text: str) -> datetime:
    try:
        # A leap second is the one before it.
        moment = msgspec.convert(_LEAP_SECOND.sub("59", text), datetime)
        offset = moment.utcoffset()
        if offset is None or abs(offset) >= timedelta(days=1):
            raise ValueError
    except (msgspec.ValidationError, ValueError, OverflowError):
        raise ValueError(_NO_MOMENT) from None
    return moment


def clean_note(text: str) -> str:
    """The note without what no database and no reader can hold. Raises ValueError if too long."""
    if len(text) > LONGEST_NOTE:
        raise ValueError(f"a note has at most {LONGEST_NOTE} characters")
    return without_controls(text).strip()


def clean_intents_and_note(
    intents: Iterable[str], note: str, most: int = MOST_INTENTS
) -> tuple[list[str], str]:
    """What a form or an edit gives a meeting. Raises Invalid."""
    try:
        return clean_intents(intents, most), clean_note(note)
    except ValueError as problem:
        raise Invalid(f"Please check what you entered: {problem}") from None


def without_controls(text: str) -> str:
    """NUL, other controls but line breaks and tabs, and lone surrogates are dropped."""
    kept = "".join(c for c in text if c in "\n\t" or (c >= " " and c != "\x7f"))
    return kept.encode("utf-8", "ignore").decode("utf-8")


def _id(text: str) -> UUID:
    """Any of the ways to write one: capitals, braces, ``urn:uuid:``, without hyphens."""
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("its id is a UUID") from None


def _code(text: str) -> str:
    code = text.strip()
    if not code:
        raise ValueError("the code is empty")
    if len(code) > LONGEST_CODE:
        raise ValueError(f"a code has at most {LONGEST_CODE} characters")
    return code


def _sequence(number: int | None) -> int | None:
    if number is not None and not 0 <= number <= _LARGEST_SEQUENCE:
        raise ValueError("sequence is a whole number from 0 to 2^53")
    return number
