"""Lists on their way in: kept for the preview, imported, and reported on."""

import zlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.db import Database, new_id, now
from firsthand.organising.list_import import ImportReport, Listed, import_list
from firsthand.organising.list_reading import LARGEST_LIST, MOST_PROBLEMS, ReadList, read_list
from firsthand.organising.models import AttendeeList
from firsthand.problems import Conflict, Invalid, NotFound, TooLarge

_WAITS = timedelta(days=1)


def check_size(body: bytes) -> None:
    """Raises TooLarge, Invalid."""
    if len(body) > LARGEST_LIST:
        most = LARGEST_LIST // 1_000_000
        message = f"This list is larger than {most} MB. Split it, and import part by part."
        raise TooLarge(message, {"file": message})
    if not body:
        raise Invalid("This file is empty.", {"file": "This file is empty."})


def keep_list(session: Session, event_id: UUID, body: bytes) -> UUID:
    """Keep an uploaded list until it is imported; older ones of the event that never were, go."""
    session.execute(
        delete(AttendeeList).where(
            AttendeeList.created_at < now() - _WAITS, AttendeeList.report.is_(None)
        )
    )
    attendee_list = AttendeeList(id=new_id(), event_id=event_id, body=zlib.compress(body, 1))
    session.add(attendee_list)
    return attendee_list.id


def kept_list(session: Session, event_id: UUID, list_id: UUID) -> AttendeeList:
    """Raises NotFound."""
    found = session.scalar(
        select(AttendeeList).where(AttendeeList.id == list_id, AttendeeList.event_id == event_id)
    )
    if found is None:
        raise NotFound("This list is no longer here. Upload it again.")
    return found


def body_of(attendee_list: AttendeeList) -> bytes:
    """The file as it was uploaded; empty once it is imported."""
    return zlib.decompress(attendee_list.body) if attendee_list.body else b""


def import_kept_list(
    session: Session,
    event_id: UUID,
    list_id: UUID,
    read: ReadList,
    listed: Listed | None,
    key: bytes,
) -> ImportReport:
    """Import what was read of a kept list; then only the report is left of it.

    Raises NotFound, Invalid, Conflict if it was imported meanwhile.
    """
    attendee_list = session.scalar(
        select(AttendeeList)
        .where(AttendeeList.id == list_id, AttendeeList.event_id == event_id)
        .with_for_update()
    )
    if attendee_list is None:
        raise NotFound("This list is no longer here. Upload it again.")
    if attendee_list.report is not None:
        raise Conflict("This list is imported already.")
    report = import_read_list(session, event_id, read, listed, key)
    attendee_list.body = b""
    attendee_list.report = msgspec.to_builtins(report)
    return report


def import_read_list(
    session: Session,
    event_id: UUID,
    read: ReadList,
    listed: Listed | None,
    key: bytes | None = None,
) -> ImportReport:
    """Import what a child process read. Raises Invalid where nothing of it can be used."""
    if read.end.trouble:
        raise Invalid(read.end.trouble, {"file": read.end.trouble})
    report = import_list(session, event_id, read.rows, listed, key)
    report.skipped += read.end.skipped
    # Who is taken for whom matters more than a handle that cannot be read.
    report.problems = [*report.problems, *read.problems][:MOST_PROBLEMS]
    return report


def report_of(attendee_list: AttendeeList) -> ImportReport | None:
    if attendee_list.report is None:
        return None
    return msgspec.convert(attendee_list.report, ImportReport)


def read_listed(text: str) -> Listed | None:
    """``all``, ``none``, or empty for what the rows say. Raises Invalid."""
    match text:
        case "":
            return None
        case "all":
            return "all"
        case "none":
            return "none"
    raise Invalid("listed is all or none.", {"listed": "Write all or none."})


def import_file(
    db: Database, event_id: UUID, body: bytes, listed: Listed | None, key: bytes | None = None
) -> ImportReport:
    """Read and import in one go, outside of any form. Raises Invalid, TooLarge.

    What it leaves in the outbox (the matches) is for the caller to settle.
    """
    check_size(body)
    return db.write_now(import_read_list, event_id, read_list(body), listed, key)


def chosen_columns(fields: Mapping[str, Any]) -> dict[int, str]:
    """The organiser's corrections out of a form: ``column-3`` says what column 3 is."""
    return {
        int(name.removeprefix("column-")): value
        for name, value in fields.items()
        if name.removeprefix("column-").isdecimal()
    }
