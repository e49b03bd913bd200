"""Who is at the event: everybody who is listed."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from firsthand.accounts.addresses import read_line
from firsthand.attendees.membership import event_of_attendee
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.requests import AnyRequest
from firsthand.unmet.attendee_list import listed_attendees
from firsthand.unmet.reasons import reason_line

_PAGE = 50


@get("/events/{slug:str}/attendees")
async def attendees_page(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    state: State,
    viewer: SignedIn,
    slug: FromPath[str],
    q: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """The list; asked for by htmx with a cursor, only the rows that come next."""
    words = read_line(q, "q")
    event = await db.read(event_of_attendee, viewer.account_id, read_line(slug[:200], "slug"))
    query = f"attendees-page?{event.slug}&{words}"
    place = state.cursors.read(viewer.account_id, query, cursor)
    after = (place[0], UUID(place[1])) if place else None
    people = await db.read(listed_attendees, viewer.account_id, event.id, words, _PAGE + 1, after)
    further = None
    if len(people) > _PAGE:
        last = people[_PAGE - 1]
        position = [last.sort_key, str(last.attendee)]
        further = state.cursors.make(viewer.account_id, query, position)
    is_more = bool(cursor and request.headers.get("hx-request"))
    return pages.render(
        "attendees/_rows.html" if is_more else "attendees/list.html",
        viewer,
        here="here",
        event=event,
        people=[person for person in people[:_PAGE] if not person.is_viewer],
        further=further,
        q=words,
        today=now().date(),
        reason_line=reason_line,
    )


routes: list[Any] = [attendees_page]
