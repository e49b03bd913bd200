"""Badges: choose a layout, see an example, print."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from firsthand.badges.codes import badge_address, spoken_short_code
from firsthand.badges.geometry import LAYOUTS
from firsthand.badges.qr import qr_bars
from firsthand.db import Database
from firsthand.dependencies import Db, SignedIn, ThePages, TheSettings
from firsthand.events.days import dates_in_words
from firsthand.events.models import Event
from firsthand.events.verbs import event_of_organiser
from firsthand.organising.badge_preview import preview
from firsthand.organising.badge_sheet import (
    LAYOUT_WORDS,
    Printed,
    print_event_badges,
    read_layout,
    unprintable_words,
)
from firsthand.organising.people import count_attendees, sample_attendee
from firsthand.settings import Settings

_CHUNK = 64_000
# An example's code leads nowhere: no badge has it.
_EXAMPLE_TOKEN = "0" * 26


@get("/{slug:str}/badges")
async def choose_layout(
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    viewer: SignedIn,
    slug: FromPath[str],
    layout: FromQuery[str] = "",
) -> Response[str]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    name = read_layout(layout)
    sample = await db.read(sample_attendee, event.id)
    example = preview(
        LAYOUTS[name],
        name=sample.name if sample else "Fenna Wouters",
        role=", ".join(filter(None, (sample.headline, sample.company))) if sample else "",
    )
    return pages.render(
        "organising/badges.html",
        viewer,
        here="organise",
        organised=event,
        layouts=list(LAYOUT_WORDS.items()),
        layout=name,
        example=example,
        dates=dates_in_words(event.starts, event.ends),
        qr=qr_bars(badge_address(settings.base_url, _EXAMPLE_TOKEN)),
        short_code=spoken_short_code("7K3MQ9TX"),
        count=await db.read(count_attendees, event.id),
    )


@get("/{slug:str}/badges.pdf")
async def print_badges(
    db: Db,
    settings: TheSettings,
    viewer: SignedIn,
    slug: FromPath[str],
    layout: FromQuery[str] = "",
) -> Stream:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    return await badges_pdf(db, settings, event, layout)


async def badges_pdf(db: Database, settings: Settings, event: Event, layout: str) -> Stream:
    """The event's badges as an answer; the file is gone once it is sent, or was not wanted."""
    name = read_layout(layout)
    printed, file = await asyncio.to_thread(_printed, db, settings, event.slug, name)
    headers = {
        "Content-Disposition": f'attachment; filename="badges-{event.slug}-{name}.pdf"',
        "Content-Length": str(os.fstat(file.fileno()).st_size),
        "Cache-Control": "no-store",
        "Firsthand-Badges": str(printed.badges),
    }
    if printed.unprintable:
        headers["Firsthand-Unprintable"] = unprintable_words(printed)[:1000]

    def chunks() -> Iterator[bytes]:
        with file:
            while chunk := file.read(_CHUNK):
                yield chunk

    return Stream(chunks(), media_type="application/pdf", headers=headers)


def _printed(db: Database, settings: Settings, slug: str, layout: str) -> tuple[Printed, BinaryIO]:
    with tempfile.TemporaryDirectory(prefix="firsthand-badges-") as folder:
        path = Path(folder) / "badges.pdf"
        printed = print_event_badges(db, settings, slug, layout, path)
        # It can be read while it is open, and nothing is left behind however the answer ends.
        return printed, path.open("rb")


routes = [choose_layout, print_badges]
