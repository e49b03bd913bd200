"""Pages of follow-ups: what was promised to whom, by when."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Response, delete, get, patch, put
from litestar.params import FromPath, FromQuery

from firsthand.accounts.addresses import read_line
from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import current_event, events_of_attendee
from firsthand.db import Database, new_id, now
from firsthand.dependencies import Db, SignedIn, TheCursors, ThePages
from firsthand.followups.due import Group, by_due_date, days_of_rows
from firsthand.followups.models import State
from firsthand.followups.queries import count_by_state, count_open, follow_up_row, follow_ups
from firsthand.followups.several import changed_words
from firsthand.followups.today import today_of
from firsthand.followups.verbs import complete, drop, promise, reopen, snooze
from firsthand.forms import Form, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest

_SHOWN = {"open": (State.OPEN, State.SNOOZED), "done": (State.DONE,), "dropped": (State.DROPPED,)}


@get("/follow-ups")
async def follow_ups_page(
    db: Db,
    pages: ThePages,
    cursors: TheCursors,
    viewer: SignedIn,
    show: FromQuery[str] = "open",
    event: FromQuery[str] = "",
    important: FromQuery[bool] = False,
    cursor: FromQuery[str] = "",
    changed: FromQuery[str] = "",
    change: FromQuery[str] = "",
) -> Response[str]:
    """``changed`` and ``change``: how many became what just now, where no script told."""
    if show not in _SHOWN:
        raise Invalid("Choose what to show: " + ", ".join(_SHOWN))
    slug = read_line(event, "event")
    query = f"follow-ups-page\n{show}\n{slug}\n{important}"
    page = cursors.page(viewer.account_id, query, cursor, date)
    today = await db.read(today_of, viewer.account_id, now())
    rows = await db.read(
        follow_ups,
        viewer.account_id,
        states=_SHOWN[show],
        event=slug,
        important=important,
        limit=page.limit,
        after=page.after,
    )
    shown, further = page.cut(rows, lambda each: (each.due, each.id))
    by_day = by_due_date(shown, today)
    return pages.render(
        "followups/list.html",
        viewer,
        here="follow-ups",
        event=await db.read(current_event, viewer.account_id),
        events=await db.read(events_of_attendee, viewer.account_id),
        counts=await db.read(count_by_state, viewer.account_id),
        groups=by_day if show == "open" else [Group(show.capitalize(), shown)],
        show=show,
        slug=slug,
        important=important,
        further=further,
        notice=changed_words(changed, change),
        **days_of_rows(today),
    )


@put("/follow-ups/{follow_up_id:uuid}/completion")
async def put_completion(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, follow_up_id: FromPath[UUID]
) -> Response[Any]:
    """Done; with ``wrote`` by a message, which stands on the person's path from then on."""
    form = await read_form(request)
    wrote = new_id() if form.checked("wrote") else None
    await db.write(complete, viewer.account_id, follow_up_id, wrote=wrote)
    return await _again(request, db, pages, viewer, follow_up_id, form, changed=True, wrote=wrote)


@delete("/follow-ups/{follow_up_id:uuid}/completion", status_code=200)
async def delete_completion(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, follow_up_id: FromPath[UUID]
) -> Response[Any]:
    """Open again; ``due`` takes a snooze's day back, ``wrote`` the message logged with it."""
    form = await read_form(request)
    due = form.day("due") if form.text("due") else None
    await db.write(reopen, viewer.account_id, follow_up_id, due, wrote=form.uuid("wrote"))
    return await _again(request, db, pages, viewer, follow_up_id, form)


@put("/follow-ups/{follow_up_id:uuid}/snooze")
async def put_snooze(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, follow_up_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    wrote = new_id() if form.checked("wrote") else None
    before = await db.read(follow_up_row, viewer.account_id, follow_up_id)
    await db.write(snooze, viewer.account_id, follow_up_id, form.day("until"), wrote=wrote)
    return await _again(
        request,
        db,
        pages,
        viewer,
        follow_up_id,
        form,
        changed=True,
        due_before=before.due,
        wrote=wrote,
    )


@put("/follow-ups/{follow_up_id:uuid}/drop")
async def put_drop(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, follow_up_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    await db.write(drop, viewer.account_id, follow_up_id)
    return await _again(request, db, pages, viewer, follow_up_id, form, changed=True)


@delete("/follow-ups/{follow_up_id:uuid}/drop", status_code=200)
async def delete_drop(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, follow_up_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    await db.write(reopen, viewer.account_id, follow_up_id)
    return await _again(request, db, pages, viewer, follow_up_id, form)


@patch("/follow-ups/{follow_up_id:uuid}")
async def edit_follow_up(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, follow_up_id: FromPath[UUID]
) -> Response[Any]:
    """What exactly was promised, and whether it comes before others."""
    form = await read_form(request)
    text = form.text("text") if "text" in form else None
    important = form.text("important") == "yes" if "important" in form else None
    await db.write(promise, viewer.account_id, follow_up_id, text, important=important)
    return await _again(request, db, pages, viewer, follow_up_id, form)


async def _again(
    request: AnyRequest,
    db: Database,
    pages: Pages,
    viewer: Viewer,
    follow_up_id: UUID,
    form: Form,
    *,
    changed: bool = False,
    due_before: date | None = None,
    wrote: UUID | None = None,
) -> Response[Any]:
    """The row as it is now, with Undo after a change; a plain form goes back to where it was."""
    if not request.headers.get("hx-request"):
        return see_other(form.local_path("next", "/follow-ups"))
    row = await db.read(follow_up_row, viewer.account_id, follow_up_id)
    today = await db.read(today_of, viewer.account_id, now())
    answer = pages.text(
        "followups/_row.html",
        viewer=viewer,
        row=row,
        changed=changed,
        due_before=due_before,
        wrote=wrote,
        oob=False,
        **days_of_rows(today),
    )
    still_open = await db.read(count_open, viewer.account_id)
    return pages.fragment(
        answer + pages.text("followups/_open_count.html", open=still_open, oob=True)
    )


routes: list[Any] = [
    follow_ups_page,
    put_completion,
    delete_completion,
    put_snooze,
    put_drop,
    delete_drop,
    edit_follow_up,
]
