"""The recap of an event: as a page, as a picture and as a PDF to keep."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from firsthand.accounts.signing_in import Viewer
from firsthand.db import Database, now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.events.days import dates_in_words
from firsthand.followups.intents import intent_label
from firsthand.followups.models import State
from firsthand.followups.queries import FollowUpRow, follow_ups
from firsthand.pages import day
from firsthand.unmet.picture import MANY, SIZE, YOU, picture
from firsthand.unmet.reasons import REASON_WORDS
from firsthand.unmet.recap import Recap, recap
from firsthand.unmet.recap_keeping import Kind, kept_recap
from firsthand.unmet.recap_sheet import MetPerson, RecapSheet

_OPEN = (State.OPEN, State.SNOOZED)
_ON_THE_PAGE, _IN_A_FILE = 100, 2_000
_TYPES = {"png": "image/png", "pdf": "application/pdf"}


@get("/events/{slug:str}/recap")
async def recap_page(
    db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[str]:
    moment = now()
    found, due = await _found(db, viewer, slug, _ON_THE_PAGE)
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
        crowd=len(drawn.placed) > MANY,
        kinds=sorted({(each.face.stage, each.face.tied) for each in drawn.placed}),
        joined=_joined(found),
        today=moment.date(),
        **REASON_WORDS,
    )


@get("/events/{slug:str}/recap.png")
async def recap_png(db: Db, viewer: SignedIn, slug: FromPath[str]) -> Response[bytes]:
    return await _kept(db, viewer, slug, "png")


@get("/events/{slug:str}/recap.pdf")
async def recap_pdf(db: Db, viewer: SignedIn, slug: FromPath[str]) -> Response[bytes]:
    return await _kept(db, viewer, slug, "pdf")


async def _kept(db: Database, viewer: Viewer, slug: str, kind: Kind) -> Response[bytes]:
    found, due = await _found(db, viewer, slug, _IN_A_FILE)
    file = await asyncio.to_thread(kept_recap, _sheet(found, due), kind)
    name = f"recap-{found.event.slug}.{kind}"
    return Response(
        file,
        media_type=_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _found(
    db: Database, viewer: Viewer, slug: str, most: int
) -> tuple[Recap, Sequence[FollowUpRow]]:
    """The recap, and what is open of it, the earliest due first."""
    found = await db.read(recap, viewer.account_id, slug, now())
    due = await db.read(
        follow_ups, viewer.account_id, states=_OPEN, event=found.event.slug, limit=most
    )
    return found, due


def _sheet(found: Recap, due: Sequence[FollowUpRow]) -> RecapSheet:
    promises: dict[UUID, list[str]] = defaultdict(list)
    for row in due:
        words = intent_label(row.intent) + (f": {row.text}" if row.text else "")
        promises[row.contact_id].append(f"{words}, by {day(row.due)}")
    return RecapSheet(
        event=found.event.name,
        dates=dates_in_words(found.event.starts, found.event.ends),
        sentence=found.sentence,
        faces=found.faces,
        links=found.links,
        people=[
            MetPerson(row.contact_name, row.stage, row.has_tie, promises[row.contact_id])
            for row in found.met
        ],
    )


def _joined(found: Recap) -> dict[str, list[str]]:
    """With whose faces each one has a line, by name."""
    names = {face.key: face.name for face in found.faces}
    joined: dict[str, list[str]] = defaultdict(list)
    for link in found.links:
        joined[link.one].append(names[link.other])
        joined[link.other].append(names[link.one])
    return joined


routes: list[Any] = [recap_page, recap_png, recap_pdf]
