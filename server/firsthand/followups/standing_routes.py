"""The page that says where it stands with the owner's people."""

from typing import Any

from litestar import Response, get

from firsthand.attendees.membership import current_event
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.followups.standing import SILENT, where_it_stands
from firsthand.followups.standing_statements import MOST_COUNTED
from firsthand.followups.today import today_of


@get("/people/where-it-stands")
async def where_it_stands_page(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    today = await db.read(today_of, viewer.account_id, now())
    return pages.render(
        "followups/standing.html",
        viewer,
        here="people",
        event=await db.read(current_event, viewer.account_id),
        found=await db.read(where_it_stands, viewer.account_id, today),
        weeks=SILENT.days // 7,
        most_counted=MOST_COUNTED,
    )


routes: list[Any] = [where_it_stands_page]
