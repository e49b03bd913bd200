"""The organiser's table of attendees."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery

from firsthand.accounts.addresses import read_line
from firsthand.accounts.signing_in import Viewer
from firsthand.dependencies import Db, SignedIn, TheCursors, ThePages, TheSettings
from firsthand.events.models import Event
from firsthand.events.verbs import event_of_organiser
from firsthand.forms import read_form
from firsthand.organising.people import (
    BY_HAND,
    add_by_hand,
    attendees_of_event,
    count_attendees,
    give_new_badge,
    remove_attendee,
    take_badge_away,
)
from firsthand.organising.removal_links import removal_key
from firsthand.pages import see_other
from firsthand.paging import Cursors
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest

_LONGEST_SHOWN = 2000
_SAID = {
    "added": "Added, with a badge.",
    "namesake": "Added, with a badge. Somebody of this name was on the list already. If they are "
    "the same person, remove one of the two.",
    "updated": "This person was on the list already, and is brought up to date.",
    "removed": "Removed. Their badge leads nowhere from now on.",
    "revoked": "The badge leads nowhere from now on.",
    "new-badge": "There is a new badge to print; the old one leads nowhere.",
}


@get("/{slug:str}/attendees")
async def attendee_table(
    db: Db,
    pages: ThePages,
    cursors: TheCursors,
    viewer: SignedIn,
    slug: FromPath[str],
    q: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
    said: FromQuery[str] = "",
) -> Response[str]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    page = await _page(db, cursors, viewer, event, read_line(q, "q"), cursor)
    return _render(pages, viewer, event, page, notice=_SAID.get(said))


@post("/{slug:str}/attendees", status_code=200)
async def add_attendee(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    cursors: TheCursors,
    viewer: SignedIn,
    slug: FromPath[str],
) -> Response[Any]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    form = await read_form(request)
    typed = {name: form.text(name) for name in BY_HAND}
    try:
        report = await db.write_unsettled(
            add_by_hand, event.id, typed, removal_key(settings.code_secret)
        )
    except Invalid as invalid:
        page = await _page(db, cursors, viewer, event, "", "")
        return _render(pages, viewer, event, page, typed=typed, fields=invalid.fields)
    said = "updated"
    if report.added:
        said = "namesake" if report.problems else "added"
    return see_other(f"/organise/{slug}/attendees?said={said}")


@delete("/{slug:str}/attendees/{attendee_id:uuid}", status_code=200)
async def delete_attendee(
    db: Db, viewer: SignedIn, slug: FromPath[str], attendee_id: FromPath[UUID]
) -> Response[Any]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    await db.write(remove_attendee, event.id, attendee_id)
    return see_other(f"/organise/{slug}/attendees?said=removed")


@put("/{slug:str}/attendees/{attendee_id:uuid}/badge", status_code=200)
async def put_badge(
    db: Db, viewer: SignedIn, slug: FromPath[str], attendee_id: FromPath[UUID]
) -> Response[Any]:
    """A new badge in place of the one in force."""
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    await db.write(give_new_badge, event.id, attendee_id)
    return see_other(f"/organise/{slug}/attendees?said=new-badge")


@delete("/{slug:str}/attendees/{attendee_id:uuid}/badge", status_code=200)
async def delete_badge(
    db: Db, viewer: SignedIn, slug: FromPath[str], attendee_id: FromPath[UUID]
) -> Response[Any]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    await db.write(take_badge_away, event.id, attendee_id)
    return see_other(f"/organise/{slug}/attendees?said=revoked")


async def _page(
    db: Db, cursors: Cursors, viewer: Viewer, event: Event, q: str, cursor: str
) -> dict[str, Any]:
    query = f"organise-attendees?{event.slug}&{q}"
    page = cursors.page(viewer.account_id, query, cursor, str)
    found = await db.read(attendees_of_event, event.id, q, page.limit, page.after)
    people, further = page.cut(found, lambda person: (person.sort_key, person.id))
    count = await db.read(count_attendees, event.id)
    return {"people": people, "further": further, "count": count, "q": q}


def _render(
    pages: ThePages,
    viewer: Viewer,
    event: Event,
    page: dict[str, Any],
    *,
    notice: str | None = None,
    typed: dict[str, str] | None = None,
    fields: dict[str, str] | None = None,
) -> Response[str]:
    shown = {name: (typed or {}).get(name, "")[:_LONGEST_SHOWN] for name in BY_HAND}
    return pages.render(
        "organising/attendees.html",
        viewer,
        status=400 if fields is not None else 200,
        here="organise",
        organised=event,
        notice=notice,
        typed=shown,
        fields=fields or {},
        **page,
    )


routes = [attendee_table, add_attendee, delete_attendee, put_badge, delete_badge]
