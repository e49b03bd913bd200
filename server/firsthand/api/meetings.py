"""``/api/v1/meetings``."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from firsthand.accounts.addresses import read_name
from firsthand.api.answers import ItemList
from firsthand.dependencies import Db, SignedIn, TheCursors
from firsthand.followups.intents import MOST_UNITED
from firsthand.meetings.queries import meetings
from firsthand.paging import page_size
from firsthand.problems import Invalid
from firsthand.scans.editing import edit_meeting
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from firsthand.scans.queries import WholeMeeting, whole_meeting, whole_meetings
from firsthand.scans.reading import clean_intents_and_note, read_moment


class ContactName(msgspec.Struct):
    id: UUID
    name: str


class MeetingItem(msgspec.Struct):
    """A meeting; ``event`` is a slug, ``day`` the event's own, ``confirmed`` by the other side."""

    id: UUID
    contact: ContactName
    event: str | None
    day: date
    met_at: datetime
    note: str
    intents: list[str]
    confirmed: bool
    scans: list[UUID]


class MeetingTold(msgspec.Struct):
    """A meeting without a scan; exactly one of attendee, contact and name says whom."""

    attendee: UUID | None = None
    contact: UUID | None = None
    name: str | None = None
    event: str | None = None
    met_at: str | None = None
    intents: list[str] | None = None
    note: str | None = None


class MeetingEdit(msgspec.Struct):
    """Replaces what is given."""

    note: str | None = None
    intents: list[str] | None = None


def meeting_item(meeting: WholeMeeting) -> MeetingItem:
    row = meeting.row
    return MeetingItem(
        id=row.id,
        contact=ContactName(row.contact_id, row.contact_name),
        event=row.event,
        day=row.day,
        met_at=row.met_at,
        note=meeting.note,
        intents=list(meeting.intents),
        confirmed=row.confirmed,
        scans=list(meeting.scans),
    )


@get("/meetings", summary="Your meetings, the latest first", tags=["meetings"])
async def list_meetings(
    db: Db,
    cursors: TheCursors,
    viewer: SignedIn,
    event: FromQuery[str] = "",
    since: FromQuery[str] = "",
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
) -> ItemList[MeetingItem]:
    """``since`` is a day, or a moment of RFC 3339."""
    size = page_size(limit)
    query = f"meetings?{event}&{since}"
    page = cursors.page(viewer.account_id, query, cursor, datetime, size)
    found = await db.read(
        meetings,
        viewer.account_id,
        event=event,
        since=_since(since),
        limit=page.limit,
        after=page.after,
    )
    shown, further = page.cut(found, lambda meeting: (meeting.met_at, meeting.id))
    whole = await db.read(whole_meetings, viewer.account_id, shown)
    return ItemList([meeting_item(each) for each in whole], further)


@post("/meetings", summary="Keep a meeting without a scan", tags=["meetings"])
async def post_meeting(db: Db, viewer: SignedIn, data: JSONBody[MeetingTold]) -> MeetingItem:
    intents, note = clean_intents_and_note(data.intents or [], data.note or "")
    draft = MeetingDraft(
        attendee=data.attendee,
        contact=data.contact,
        name=read_name(data.name) if data.name else "",
        event=data.event,
        met_at=_moment(data.met_at),
        intents=intents,
        note=note,
    )
    meeting_id = await db.write(keep_meeting, viewer.account_id, draft)
    return meeting_item(await db.read(whole_meeting, viewer.account_id, meeting_id))


@patch("/meetings/{meeting_id:uuid}", summary="Edit a meeting", tags=["meetings"])
async def patch_meeting(
    db: Db, viewer: SignedIn, meeting_id: FromPath[UUID], data: JSONBody[MeetingEdit]
) -> MeetingItem:
    intents, note = clean_intents_and_note(data.intents or [], data.note or "", MOST_UNITED)
    await db.write(
        edit_meeting,
        viewer.account_id,
        meeting_id,
        note=None if data.note is None else note,
        intents=None if data.intents is None else intents,
    )
    return meeting_item(await db.read(whole_meeting, viewer.account_id, meeting_id))


def _since(text: str) -> date | datetime | None:
    """Raises Invalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-23") else read_moment(text)
    except ValueError:
        message = "since is a day, like 2026-11-23, or a moment, like 2026-11-23T10:42:07Z."
        raise Invalid(message, {"since": message}) from None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return read_moment(text)
    except ValueError as problem:
        raise Invalid(str(problem), {"met_at": str(problem)}) from None


routes = [list_meetings, post_meeting, patch_meeting]
