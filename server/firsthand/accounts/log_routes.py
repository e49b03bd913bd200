"""The page of what happened with one's account."""

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from firsthand.accounts.acts import acts_of
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
    return pages.render("accounts/log.html", viewer, here="me", acts=shown, further=further)


routes: list[Any] = [what_happened]
