"""Pages of an event for those who attend it: here, and the recap."""

from collections import defaultdict
from typing import Any

from litestar import Response, get, put
from litestar.params import FromPath

from firsthand.accounts.addresses import read_line
from firsthand.attendees.membership import arrive
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.followups.queries import follow_ups
from firsthand.pages import see_other
from firsthand.scans.arrivals import has_arrived
from firsthand.unmet.here import here
from firsthand.unmet.picture import SIZE, YOU, picture
from firsthand.unmet.reasons import REASON_WORDS
from firsthand.unmet.recap import Recap, recap

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
        **REASON_WORDS,
    )


@put("/events/{slug:str}/arrival")
async def put_arrival(db: Db, viewer: SignedIn, slug: FromPath[str]) -> Response[Any]:
    await db.write(arrive, viewer.account_id, read_line(slug[:200], "slug"), now())
    return see_other(f"/events/{slug}")


@get("/events/{slug:str}/recap")
async def recap_page(
    db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[str]:
    moment = now()
    found = await db.read(recap, viewer.account_id, slug, moment)
    due = await db.read(
        follow_ups, viewer.account_id, states=_OPEN, event=found.event.slug, limit=100
    )
    drawn = picture(found.faces, found.links)
    return pages.render(
        "unmet/recap.html",
        viewer,
        here="here",
        event=found.event,
        found=found,
        due=due,
        size=SIZE,
        you=YOU,
        drawn=drawn,
        kinds=sorted({(each.face.stage, each.face.tied) for each in drawn.placed}),
        joined=_joined(found),
        today=moment.date(),
        **REASON_WORDS,
    )


def _joined(found: Recap) -> dict[str, list[str]]:
    """With whose faces each one has a line, by name."""
    names = {face.key: face.name for face in found.faces}
    joined: dict[str, list[str]] = defaultdict(list)
    for link in found.links:
        joined[link.one].append(names[link.other])
        joined[link.other].append(names[link.one])
    return joined


routes: list[Any] = [here_page, put_arrival, recap_page]
