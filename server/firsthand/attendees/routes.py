"""Who is at the event: everybody who is listed."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from firsthand.accounts.addresses import read_line
from firsthand.attendees.membership import event_of_attendee
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, TheCursors, ThePages
from firsthand.requests import AnyRequest
from firsthand.unmet.attendee_list import listed_attendees
from firsthand.unmet.reasons import reason_line


@get("/events/{slug:str}/attendees")
async def attendees_page(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    cursors: TheCursors,
    viewer: SignedIn,
    slug: FromPath[str],
    q: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """The list; asked for by htmx with a cursor, only the rows that come next."""
    words = read_line(q, "q")
    event = await db.read(event_of_attendee, viewer.account_id, read_line(slug[:200], "slug"))
    query = f"attendees-page?{event.slug}&{words}"
    page = cursors.page(viewer.account_id, query, cursor, str)
    found = await db.read(
        listed_attendees, viewer.account_id, event.id, words, page.limit, page.after
    )
    people, further = page.cut(found, lambda person: (person.sort_key, person.attendee))
    is_more = bool(cursor and request.headers.get("hx-request"))
    return pages.render(
        "attendees/_rows.html" if is_more else "attendees/list.html",
        viewer,
        here="here",
        event=event,
        people=[person for person in people if not person.is_viewer],
        further=further,
        q=words,
        today=now().date(),
        reason_line=reason_line,
    )


routes: list[Any] = [attendees_page]
