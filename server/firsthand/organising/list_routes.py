"""An attendee list's way in: upload, preview, import, report."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from litestar import Response, get, post, put
from litestar.params import FromPath

from firsthand.accounts.signing_in import Viewer
from firsthand.dependencies import Db, SignedIn, ThePages, TheSettings
from firsthand.events.models import Event
from firsthand.events.verbs import event_of_organiser
from firsthand.forms import read_form
from firsthand.handles.networks import Network
from firsthand.organising.list_columns import ListField
from firsthand.organising.list_import import Listed, forecast
from firsthand.organising.list_reading import MOST_PROBLEMS, read_list
from firsthand.organising.lists import (
    body_of,
    chosen_columns,
    import_kept_list,
    keep_list,
    kept_list,
    report_of,
)
from firsthand.organising.people import preview_cells
from firsthand.organising.removal_links import removal_key
from firsthand.organising.uploads import LARGEST_UPLOAD, uploaded_list
from firsthand.pages import Pages, see_other
from firsthand.problems import Conflict, Invalid, Refused, TooLarge
from firsthand.requests import AnyRequest

_FIELD_WORDS = {
    ListField.NAME: "Name",
    ListField.FIRST_NAME: "First name",
    ListField.LAST_NAME: "Last name",
    ListField.EMAIL: "E-mail",
    ListField.HEADLINE: "Headline",
    ListField.COMPANY: "Company",
    ListField.LISTED: "Agreed to be listed",
    ListField.TICKET: "Ticket",
    ListField.ORDER: "Order",
}
_MEANINGS = [
    ("", "(ignore)"),
    *((field.value, words) for field, words in _FIELD_WORDS.items()),
    *((network.value, network.label[:1].upper() + network.label[1:]) for network in Network),
]


@get("/{slug:str}/list")
async def choose_list(
    db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[str]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    return _choose_page(pages, viewer, event)


@post("/{slug:str}/lists", status_code=200, request_max_body_size=LARGEST_UPLOAD)
async def upload_list(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[Any]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    try:
        body, _ = await uploaded_list(request)
        preview = await asyncio.to_thread(read_list, body, preview=True)
        if preview.end.trouble and not preview.end.columns:
            raise Invalid(preview.end.trouble, {"file": preview.end.trouble})
    except (Invalid, TooLarge) as refusal:
        return _choose_page(pages, viewer, event, refusal)
    list_id = await db.write(keep_list, event.id, body)
    return see_other(f"/organise/{slug}/lists/{list_id}")


@get("/{slug:str}/lists/{list_id:uuid}")
async def show_list(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    viewer: SignedIn,
    slug: FromPath[str],
    list_id: FromPath[UUID],
) -> Response[str]:
    """What importing it would do, with columns as the organiser corrects them; once imported, the
    report.
    """
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    kept = await db.read(kept_list, event.id, list_id)
    report = report_of(kept)
    if report:
        return pages.render(
            "organising/report.html", viewer, here="organise", organised=event, report=report
        )
    chosen = chosen_columns(dict(request.query_params.items())) or None
    read = await asyncio.to_thread(read_list, body_of(kept), chosen)
    key = removal_key(settings.code_secret)
    will = None if read.end.trouble else await db.read(forecast, event.id, read.rows, key)
    return pages.render(
        "organising/preview.html",
        viewer,
        here="organise",
        organised=event,
        list_id=list_id,
        read=read,
        end=read.end,
        rows=[(raw.number, preview_cells(read.end.columns, raw.cells)) for raw in read.raw],
        meanings=_MEANINGS,
        will=will,
        remarks=[*(will.problems if will else ()), *read.problems][:MOST_PROBLEMS],
        remark_count=read.end.problems + (len(will.problems) if will else 0),
    )


@put("/{slug:str}/lists/{list_id:uuid}/import", status_code=200)
async def put_import(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    viewer: SignedIn,
    slug: FromPath[str],
    list_id: FromPath[UUID],
) -> Response[Any]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    form = await read_form(request)
    kept = await db.read(kept_list, event.id, list_id)
    if kept.report is None:
        columns = {f"column-{i}": form.text(f"column-{i}") for i in range(form.number("columns"))}
        read = await asyncio.to_thread(read_list, body_of(kept), chosen_columns(columns) or None)
        listed: Listed | None = "all" if form.checked("everybody-agreed") else None
        # Pressed twice, the report is there already.
        with contextlib.suppress(Conflict):
            key = removal_key(settings.code_secret)
            await db.write_unsettled(import_kept_list, event.id, list_id, read, listed, key)
    return see_other(f"/organise/{slug}/lists/{list_id}")


def _choose_page(
    pages: Pages, viewer: Viewer, event: Event, refusal: Refused | None = None
) -> Response[str]:
    return pages.render(
        "organising/list.html",
        viewer,
        status=refusal.status if refusal else 200,
        here="organise",
        organised=event,
        error=refusal.detail if refusal else "",
    )


routes = [choose_list, upload_list, show_list, put_import]
