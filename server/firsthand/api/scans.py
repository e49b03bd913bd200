"""``/api/v1/scans``: what devices have read, and what came after."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from firsthand.api.meetings import MeetingItem, meeting_item
from firsthand.dependencies import Db, SignedIn
from firsthand.problems import Invalid
from firsthand.scans.editing import edit_scan, reinstate_scan, retract_scan
from firsthand.scans.judged import ScanBatch
from firsthand.scans.queries import whole_meeting
from firsthand.scans.reading import (
    LONGEST_DEVICE,
    MOST_SCANS,
    clean_intents_and_note,
    read_scan,
    sent_id,
    without_controls,
)
from firsthand.scans.recording import record_scans


class ScanUpload(msgspec.Struct):
    """What a device has read, in its order; each scan is judged by itself."""

    scans: Annotated[
        list[Any], Meta(extra_json_schema={"items": {"type": "object"}, "maxItems": MOST_SCANS})
    ]
    device: str = ""


class ScanResult(msgspec.Struct):
    """What became of one scan; ``id`` as it was sent."""

    id: Any
    outcome: Literal["recorded", "duplicate", "invalid"]
    meeting: UUID | None
    contact: UUID | None
    problem: str | None


class ScanResults(msgspec.Struct):
    """One result a scan, in the order sent."""

    results: list[ScanResult]


class ScanEdit(msgspec.Struct):
    """Replaces what is given; of several edits the one with the highest sequence wins."""

    edited_sequence: int
    note: str | None = None
    intents: list[str] | None = None


class ScanStanding(msgspec.Struct):
    """Whether a scan stands after taking it back or that back."""

    id: UUID
    retracted: bool
    meeting: UUID
    contact: UUID


@post("/scans", status_code=200, summary="Upload scans", tags=["scans"])
async def upload_scans(state: State, viewer: SignedIn, data: JSONBody[ScanUpload]) -> ScanResults:
    """Up to 500 a call. A replay of an accepted scan is a duplicate with the same meeting."""
    if len(data.scans) > MOST_SCANS:
        raise Invalid(f"At most {MOST_SCANS} scans an upload.")
    if len(data.device) > LONGEST_DEVICE:
        raise Invalid(f"A device's name has at most {LONGEST_DEVICE} characters.")
    batch = ScanBatch(
        owner_id=viewer.account_id,
        device=without_controls(data.device),
        scans=[read_scan(raw) for raw in data.scans],
        base_url=state.settings.base_url,
        code_key=state.code_key,
    )
    # One dependency less on the hot path: several at once are resolved in tasks of their own.
    outcomes = await state.db.write_grouped(record_scans, batch)
    return ScanResults(
        [
            ScanResult(sent_id(raw), o.outcome, o.meeting, o.contact, o.problem)
            for raw, o in zip(data.scans, outcomes, strict=True)
        ]
    )


@patch("/scans/{scan_id:uuid}", summary="Edit a scan's note and intents", tags=["scans"])
async def patch_scan(
    db: Db, viewer: SignedIn, scan_id: FromPath[UUID], data: JSONBody[ScanEdit]
) -> MeetingItem:
    if not 0 <= data.edited_sequence <= 2**53:
        raise Invalid("edited_sequence is a whole number from 0 to 2^53.")
    intents, note = clean_intents_and_note(data.intents or [], data.note or "")
    scan = await db.write(
        edit_scan,
        viewer.account_id,
        scan_id,
        note=None if data.note is None else note,
        intents=None if data.intents is None else intents,
        edited_sequence=data.edited_sequence,
    )
    # Of a scan that was taken back the words are kept as well, for when that is taken back.
    meeting = await db.read(whole_meeting, viewer.account_id, scan.meeting_id, even_if_gone=True)
    return meeting_item(meeting)


@put("/scans/{scan_id:uuid}/retraction", summary="Take a scan back", tags=["scans"])
async def put_retraction(db: Db, viewer: SignedIn, scan_id: FromPath[UUID]) -> ScanStanding:
    scan = await db.write(retract_scan, viewer.account_id, scan_id)
    return ScanStanding(scan.id, True, scan.meeting_id, scan.contact_id)


@delete(
    "/scans/{scan_id:uuid}/retraction",
    status_code=200,
    summary="Take taking back back",
    tags=["scans"],
)
async def delete_retraction(db: Db, viewer: SignedIn, scan_id: FromPath[UUID]) -> ScanStanding:
    scan = await db.write(reinstate_scan, viewer.account_id, scan_id)
    return ScanStanding(scan.id, False, scan.meeting_id, scan.contact_id)


routes = [upload_scans, patch_scan, put_retraction, delete_retraction]
