"""Pages of an event for those who attend it: here, not met yet, and the recap."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from firsthand.accounts.addresses import read_line
from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import arrive
from firsthand.db import Database, now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.followups.queries import follow_ups
from firsthand.forms import read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest
from firsthand.scans.arrivals import has_arrived
from firsthand.scans.editing import undo_meeting
from firsthand.scans.keeping import (
    MeetingDraft,
    block_claimant,
    confirm_claim,
    dismiss_claim,
    dismiss_suggestion,
    keep_meeting,
    mark_known_before,
    restore_suggestion,
)
from firsthand.scans.reading import clean_intents_and_note
from firsthand.ties.score import score
from firsthand.unmet.here import event_here, here
from firsthand.unmet.picture import SIZE, picture
from firsthand.unmet.queries import unmet
from firsthand.unmet.reading import KINDS, NETWORKS, read_filter, unmet_query
from firsthand.unmet.reasons import UnmetFilter, reason_line, reason_lines, score_words
from firsthand.unmet.recap import recap

_PAGE = 50
_WORDS: dict[str, Any] = {
    "reason_line": reason_line,
    "reason_lines": reason_lines,
    "score_words": score_words,
}
_OPEN = ("open", "snoozed")


@get("/events/{slug:str}")
async def here_page(
    db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[str]:
    found = await db.read(here, viewer.account_id, slug, now())
    arrived = await db.read(has_arrived, viewer.account_id, found.event.slug, now())
    due = await db.read(follow_ups, viewer.account_id, states=_OPEN, limit=100)
    return pages.render(
        "unmet/here.html",
        viewer,
        here="here",
        event=found.event,
        found=found,
        arrived=arrived,
        due=due,
        today=found.today,
        **_WORDS,
    )


@put("/events/{slug:str}/arrival")
async def put_arrival(db: Db, viewer: SignedIn, slug: FromPath[str]) -> Response[Any]:
    await db.write(arrive, viewer.account_id, read_line(slug[:200], "slug"), now())
    return see_other(f"/events/{slug}")


@get("/events/{slug:str}/unmet")
async def unmet_page(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    state: State,
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
    place = state.cursors.read(viewer.account_id, query, cursor)
    after = (place[0], UUID(place[1])) if place else None
    event = await db.read(event_here, viewer.account_id, slug)
    people = await db.read(unmet, viewer.account_id, event.id, narrowed, _PAGE + 1, after)
    further = None
    if len(people) > _PAGE:
        last = people[_PAGE - 1]
        position = [last.strength, str(last.attendee)]
        further = state.cursors.make(viewer.account_id, query, position)
    is_more = bool(cursor and request.headers.get("hx-request"))
    moment = now()
    return pages.render(
        "unmet/_rows.html" if is_more else "unmet/list.html",
        viewer,
        here="here",
        event=event,
        people=people[:_PAGE],
        further=further,
        narrowed=narrowed,
        networks=NETWORKS,
        kinds=KINDS,
        today=moment.date(),
        score_of=lambda person: score(person.strength, moment),
        **_WORDS,
    )


@put("/events/{slug:str}/unmet/known-before")
async def put_known_before(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[Any]:
    """ "We have met already", for one or for all that are ticked."""
    form = await read_form(request)
    chosen = form.uuids("attendee")
    if not chosen:
        raise Invalid("Tick the people whom you have met already.")
    if len(chosen) > 500:
        raise Invalid("At most 500 people at a time.")
    kept = await db.write(mark_known_before, viewer.account_id, chosen)
    if not request.headers.get("hx-request"):
        return see_other(f"/events/{slug}/unmet")
    is_bulk = request.headers.get("hx-trigger") == "known-before"
    rows = [
        pages.text(
            "unmet/_gone.html",
            attendee_id=attendee_id,
            words="Noted: you have met already.",
            undo=f"/events/{slug}/unmet/{attendee_id}/meeting/{meeting_id}",
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
    await db.write(dismiss_suggestion, viewer.account_id, attendee_id)
    if request.headers.get("hx-request"):
        undo = f"/events/{slug}/unmet/{attendee_id}/dismissal"
        return _gone(pages, viewer, slug, attendee_id, "They will not be suggested again.", undo)
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
    form = await read_form(request)
    intents, note = clean_intents_and_note(form.texts("intents"), form.text("note"))
    draft = MeetingDraft(attendee=attendee_id, event=slug, intents=intents, note=note)
    meeting_id = await db.write(keep_meeting, viewer.account_id, draft)
    if request.headers.get("hx-request"):
        undo = f"/events/{slug}/unmet/{attendee_id}/meeting/{meeting_id}"
        return _gone(pages, viewer, slug, attendee_id, "Met, and kept.", undo)
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


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/confirmation")
async def put_confirmation(
    request: AnyRequest,
    db: Db,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    """ "Yes, we met": then the meeting is the viewer's too."""
    form = await read_form(request)
    await db.write(confirm_claim, viewer.account_id, other_id, meeting_id)
    return see_other(form.local_path("next", "/people"))


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/dismissal")
async def put_claim_dismissal(
    request: AnyRequest,
    db: Db,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    await db.write(dismiss_claim, viewer.account_id, other_id, meeting_id)
    return see_other(form.local_path("next", "/"))


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/block")
async def put_block(
    request: AnyRequest,
    db: Db,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    await db.write(block_claimant, viewer.account_id, other_id, meeting_id)
    return see_other(form.local_path("next", "/"))


@get("/events/{slug:str}/recap")
async def recap_page(
    db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[str]:
    moment = now()
    found = await db.read(recap, viewer.account_id, slug, moment)
    due = await db.read(
        follow_ups, viewer.account_id, states=_OPEN, event=found.event.slug, limit=100
    )
    return pages.render(
        "unmet/recap.html",
        viewer,
        here="here",
        event=found.event,
        found=found,
        due=due,
        size=SIZE,
        placed=picture(found.faces),
        today=moment.date(),
        **_WORDS,
    )


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
    moment = now()
    return pages.render(
        "unmet/_rows.html",
        viewer,
        event=event,
        people=found,
        further=None,
        today=moment.date(),
        score_of=lambda person: score(person.strength, moment),
        **_WORDS,
    )


def _gone(
    pages: Pages, viewer: Viewer, slug: str, attendee_id: UUID, words: str, undo: str | None = None
) -> Response[str]:
    """What stands where the row stood."""
    return pages.render(
        "unmet/_gone.html", viewer, attendee_id=attendee_id, slug=slug, words=words, undo=undo
    )


routes: list[Any] = [
    here_page,
    put_arrival,
    unmet_page,
    put_known_before,
    put_dismissal,
    delete_dismissal,
    put_meeting,
    delete_meeting,
    put_confirmation,
    put_claim_dismissal,
    put_block,
    recap_page,
]
