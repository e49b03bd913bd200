"""The page of an event for those who attend it."""

from typing import Any

from litestar import Response, get, put
from litestar.params import FromPath

from firsthand.accounts.addresses import read_line
from firsthand.attendees.membership import arrive
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.followups.queries import follow_ups
from firsthand.pages import see_other
from firsthand.reminders.arrivals import arrivals_here
from firsthand.scans.arrivals import has_arrived
from firsthand.unmet.here import here
from firsthand.unmet.reasons import REASON_WORDS

_OPEN = ("open", "snoozed")


@get("/events/{slug:str}")
async def here_page(
    db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[str]:
    found = await db.read(here, viewer.account_id, slug, now())
    arrived = await db.read(has_arrived, viewer.account_id, found.event.slug, now())
    due = await db.read(follow_ups, viewer.account_id, states=_OPEN, limit=100)
    people = await db.read(arrivals_here, viewer.account_id, found.event.slug, now())
    return pages.render(
        "unmet/here.html",
        viewer,
        here="here",
        event=found.event,
        found=found,
        arrived=arrived,
        arrivals=people,
        due=due,
        today=found.today,
        **REASON_WORDS,
    )


@put("/events/{slug:str}/arrival")
async def put_arrival(db: Db, viewer: SignedIn, slug: FromPath[str]) -> Response[Any]:
    await db.write(arrive, viewer.account_id, read_line(slug[:200], "slug"), now())
    return see_other(f"/events/{slug}")


routes: list[Any] = [here_page, put_arrival]
