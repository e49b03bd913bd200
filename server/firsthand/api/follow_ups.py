"""``/api/v1/follow-ups``: what was promised to whom."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from firsthand.accounts.addresses import read_line
from firsthand.api.answers import ItemList
from firsthand.api.files import follow_ups_ics
from firsthand.api.meetings import ContactName
from firsthand.db import Database
from firsthand.dependencies import Db, SignedIn, TheCursors, TheSettings
from firsthand.followups.models import State
from firsthand.followups.queries import FollowUpRow, follow_up_row, follow_ups
from firsthand.followups.verbs import complete, reopen, snooze
from firsthand.paging import page_size
from firsthand.problems import Invalid


class FollowUpItem(msgspec.Struct):
    """``state``: open, snoozed, done or dropped; ``due`` moves with a snooze."""

    id: UUID
    contact: ContactName
    meeting: UUID | None
    intent: str
    text: str
    due: date
    state: str


class Snooze(msgspec.Struct):
    """The day on which it is due instead."""

    until: date


@get("/follow-ups", summary="Your follow-ups, the earliest due first", tags=["follow-ups"])
async def list_follow_ups(
    db: Db,
    cursors: TheCursors,
    viewer: SignedIn,
    standing: Annotated[str, QueryParameter(name="state")] = "",
    due_before: FromQuery[date | None] = None,
    event: FromQuery[str] = "",
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
) -> ItemList[FollowUpItem]:
    size = page_size(limit)
    if standing and standing not in set(State):
        message = "state is one of: " + ", ".join(State)
        raise Invalid(message, {"state": message})
    query = f"follow-ups\n{standing}\n{due_before}\n{event}"
    page = cursors.page(viewer.account_id, query, cursor, date, size)
    rows = await db.read(
        follow_ups,
        viewer.account_id,
        states=(standing,) if standing else (),
        due_before=due_before,
        event=read_line(event, "event"),
        limit=page.limit,
        after=page.after,
    )
    shown, further = page.cut(rows, lambda each: (each.due, each.id))
    return ItemList([_item(row) for row in shown], further)


@put("/follow-ups/{follow_up_id:uuid}/completion", summary="Complete it", tags=["follow-ups"])
async def put_completion(db: Db, viewer: SignedIn, follow_up_id: FromPath[UUID]) -> FollowUpItem:
    await db.write(complete, viewer.account_id, follow_up_id)
    return await _one(db, viewer.account_id, follow_up_id)


@delete(
    "/follow-ups/{follow_up_id:uuid}/completion",
    status_code=200,
    summary="Open it again",
    tags=["follow-ups"],
)
async def delete_completion(db: Db, viewer: SignedIn, follow_up_id: FromPath[UUID]) -> FollowUpItem:
    await db.write(reopen, viewer.account_id, follow_up_id)
    return await _one(db, viewer.account_id, follow_up_id)


@put("/follow-ups/{follow_up_id:uuid}/snooze", summary="Put it off", tags=["follow-ups"])
async def put_snooze(
    db: Db, viewer: SignedIn, follow_up_id: FromPath[UUID], data: JSONBody[Snooze]
) -> FollowUpItem:
    await db.write(snooze, viewer.account_id, follow_up_id, data.until)
    return await _one(db, viewer.account_id, follow_up_id)


@get(
    "/follow-ups.ics",
    summary="Open follow-ups as a calendar",
    tags=["exports"],
    media_type="text/calendar",
)
async def calendar(db: Db, settings: TheSettings, viewer: SignedIn) -> Stream:
    """One all-day event for each open or snoozed follow-up, on the date it stands at."""
    return follow_ups_ics(db, viewer.account_id, settings.base_url)


async def _one(db: Database, owner_id: UUID, follow_up_id: UUID) -> FollowUpItem:
    return _item(await db.read(follow_up_row, owner_id, follow_up_id))


def _item(row: FollowUpRow) -> FollowUpItem:
    return FollowUpItem(
        id=row.id,
        contact=ContactName(row.contact_id, row.contact_name),
        meeting=row.meeting_id,
        intent=row.intent,
        text=row.text,
        due=row.due,
        state=row.state,
    )


routes = [list_follow_ups, put_completion, delete_completion, put_snooze, calendar]
