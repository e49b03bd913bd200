"""The page of what happened with one's account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from firsthand.accounts.acts import acts_of
from firsthand.attendees.membership import names_of_own_events
from firsthand.dependencies import Db, SignedIn, TheCursors, ThePages

_QUERY = "account acts"


@get("/me/log")
async def what_happened(
    db: Db,
    pages: ThePages,
    cursors: TheCursors,
    viewer: SignedIn,
    cursor: FromQuery[str | None] = None,
) -> Response[str]:
    """A page at a time, the newest first."""
    page = cursors.page(viewer.account_id, _QUERY, cursor, datetime)
    found = await db.read(acts_of, viewer.account_id, page)
    shown, further = page.cut(found, lambda act: (act.at, act.id))
    return pages.render(
        "accounts/log.html",
        viewer,
        here="me",
        acts=shown,
        further=further,
        event_names=await db.read(names_of_own_events, viewer.account_id),
        detail_words=detail_words,
    )


def detail_words(detail: str, event_names: Mapping[str, str]) -> str:
    """As it goes on after the act. An event is kept by its slug, since its name may change; one
    that the account has nothing to do with any more is told by that.
    """
    kind, _, what = detail.partition(" ")
    if kind == "Event:":
        return f"at {event_names.get(what, what)}"
    return f"by {what}" if kind == "By" else detail


routes: list[Any] = [what_happened]
