"""The list of people known online and not met yet, and what is said of each of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, delete, get, put
from litestar.params import FromPath, FromQuery

from firsthand.accounts.signing_in import Viewer
from firsthand.contacts.evidence import source_words
from firsthand.db import Database, now
from firsthand.dependencies import Db, SignedIn, TheCursors, ThePages
from firsthand.forms import read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest
from firsthand.scans.editing import undo_meeting
from firsthand.scans.keeping import (
    MeetingDraft,
    dismiss_suggestion,
    keep_meeting,
    listed_names,
    listed_person,
    mark_known_before,
    restore_suggestion,
)
from firsthand.scans.queries import whole_meeting
from firsthand.scans.reading import clean_intents_and_note
from firsthand.ties.score import AS_USUAL, score
from firsthand.ties.tuning import choose_tuning, tuning_of
from firsthand.unmet.here import event_here
from firsthand.unmet.hints import hinted
from firsthand.unmet.queries import KnownPerson, unmet
from firsthand.unmet.reading import (
    LEVELS,
    NETWORKS,
    TUNED,
    kind_chips,
    list_address,
    read_filter,
    read_tuning,
    tuning_words,
    unmet_query,
)
from firsthand.unmet.reasons import REASON_WORDS, UnmetFilter

_MOST_AT_ONCE = 500


@get("/events/{slug:str}/unmet")
async def unmet_page(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    cursors: TheCursors,
    viewer: SignedIn,
    slug: FromPath[str],
    q: FromQuery[str] = "",
    network: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """The list; asked for by htmx with a cursor, only the rows that come next."""
    narrowed = read_filter(q, network, kind)
    query = unmet_query("page", slug, narrowed)
    page = cursors.page(viewer.account_id, query, cursor, float)
    event = await db.read(event_here, viewer.account_id, slug)
    found = await db.read(unmet, viewer.account_id, event.id, narrowed, page.limit, page.after)
    people, further = page.cut(found, lambda person: (person.strength, person.attendee))
    is_more = bool(cursor and request.headers.get("hx-request"))
    is_whole = not is_more and narrowed == UnmetFilter()
    return pages.render(
        "unmet/_rows.html" if is_more else "unmet/list.html",
        viewer,
        here="here",
        event=event,
        further=further,
        hints=await db.read(hinted, viewer.account_id, event.id) if is_whole else (),
        source_words=source_words,
        narrowed=narrowed,
        networks=NETWORKS,
        chips=kind_chips(event.slug, narrowed),
        address=list_address(event.slug, narrowed),
        tuning=await db.read(tuning_of, viewer.account_id),
        tuned=TUNED,
        levels=LEVELS,
        tuning_words=tuning_words,
        **_rows(people, now()),
    )


@put("/me/ranking")
async def put_ranking(request: AnyRequest, db: Db, viewer: SignedIn) -> Response[Any]:
    """What matters to the viewer; back to the list (``next``), in its new order by then."""
    form = await read_form(request)
    levels = {name: form.text(name) for name, _ in TUNED}
    tuning = AS_USUAL if form.checked("as_usual") else read_tuning(levels)
    await db.write(choose_tuning, viewer.account_id, tuning)
    return see_other(form.local_path("next", "/"))


@put("/events/{slug:str}/unmet/known-before")
async def put_known_before(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[Any]:
    """ "We have met already", for one or for all that are ticked."""
    form = await read_form(request)
    chosen = form.uuids("attendee")
    if not chosen:
        raise Invalid("Tick somebody first.")
    if len(chosen) > _MOST_AT_ONCE:
        raise Invalid(f"At most {_MOST_AT_ONCE} people at a time.")
    names = await db.read(listed_names, viewer.account_id, chosen)
    kept = await db.write(mark_known_before, viewer.account_id, chosen)
    if not request.headers.get("hx-request"):
        return see_other(f"/events/{slug}/unmet")
    is_bulk = request.headers.get("hx-trigger") == "known-before"
    rows = [
        pages.text(
            "unmet/_gone.html",
            attendee_id=attendee_id,
            name=names[attendee_id],
            said="known-before",
            undo=f"/events/{slug}/unmet/{attendee_id}/meeting/{meeting_id}",
            card="",
            oob=is_bulk,
        )
        for attendee_id, meeting_id in kept.items()
    ]
    return pages.fragment("".join(rows))


@put("/events/{slug:str}/unmet/{attendee_id:uuid}/dismissal")
async def put_dismissal(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    slug: FromPath[str],
    attendee_id: FromPath[UUID],
) -> Response[Any]:
    """ "Not interested"."""
    person = await db.read(listed_person, viewer.account_id, attendee_id)
    await db.write(dismiss_suggestion, viewer.account_id, attendee_id)
    if request.headers.get("hx-request"):
        undo = f"/events/{slug}/unmet/{attendee_id}/dismissal"
        return _gone(pages, attendee_id, person.name, "dismissed", undo)
    return see_other(f"/events/{slug}/unmet")


@delete("/events/{slug:str}/unmet/{attendee_id:uuid}/dismissal", status_code=200)
async def delete_dismissal(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    slug: FromPath[str],
    attendee_id: FromPath[UUID],
) -> Response[Any]:
    await db.read(event_here, viewer.account_id, slug)
    await db.write(restore_suggestion, viewer.account_id, attendee_id)
    return await _back(request, db, pages, viewer, slug, attendee_id)


@put("/events/{slug:str}/unmet/{attendee_id:uuid}/meeting")
async def put_meeting(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    slug: FromPath[str],
    attendee_id: FromPath[UUID],
) -> Response[Any]:
    """ "We met", without a scan."""
    await db.read(event_here, viewer.account_id, slug)
    form = await read_form(request)
    intents, note = clean_intents_and_note(form.texts("intents"), form.text("note"))
    draft = MeetingDraft(attendee=attendee_id, event=slug, intents=intents, note=note)
    person = await db.read(listed_person, viewer.account_id, attendee_id)
    meeting_id = await db.write(keep_meeting, viewer.account_id, draft)
    if request.headers.get("hx-request"):
        kept = await db.read(whole_meeting, viewer.account_id, meeting_id)
        undo = f"/events/{slug}/unmet/{attendee_id}/meeting/{meeting_id}"
        card = f"/people/{kept.row.contact_id}"
        return _gone(pages, attendee_id, person.name, "met", undo, card)
    return see_other(f"/events/{slug}/unmet")


@delete("/events/{slug:str}/unmet/{attendee_id:uuid}/meeting/{meeting_id:uuid}", status_code=200)
async def delete_meeting(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    slug: FromPath[str],
    attendee_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    await db.write(undo_meeting, viewer.account_id, meeting_id)
    return await _back(request, db, pages, viewer, slug, attendee_id)


async def _back(
    request: AnyRequest,
    db: Database,
    pages: Pages,
    viewer: Viewer,
    slug: str,
    attendee_id: UUID,
) -> Response[Any]:
    """After an undo: the row again, in the place where it stood; by a plain form, the list."""
    if not request.headers.get("hx-request"):
        return see_other(f"/events/{slug}/unmet")
    event = await db.read(event_here, viewer.account_id, slug)
    found = await db.read(unmet, viewer.account_id, event.id, UnmetFilter(), 1, only=attendee_id)
    if not found:
        hints = await db.read(hinted, viewer.account_id, event.id, only=attendee_id)
        return pages.render(
            "unmet/_hints.html", viewer, event=event, hints=hints, source_words=source_words
        )
    return pages.render(
        "unmet/_rows.html", viewer, event=event, further=None, **_rows(found, now())
    )


def _rows(people: Sequence[KnownPerson], moment: datetime) -> dict[str, Any]:
    """What the rows show."""
    return {
        "people": people,
        "today": moment.date(),
        "score_of": lambda person: score(person.strength, moment),
        **REASON_WORDS,
    }


def _gone(
    pages: Pages, attendee_id: UUID, name: str, said: str, undo: str, card: str = ""
) -> Response[str]:
    """What stands where the row stood: what was said of whom."""
    text = pages.text(
        "unmet/_gone.html",
        attendee_id=attendee_id,
        name=name,
        said=said,
        undo=undo,
        card=card,
        oob=False,
    )
    return pages.fragment(text)


routes: list[Any] = [
    unmet_page,
    put_ranking,
    put_known_before,
    put_dismissal,
    delete_dismissal,
    put_meeting,
    delete_meeting,
]
