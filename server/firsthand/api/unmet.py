"""``/api/v1/events/{slug}/unmet``: whom the viewer knows online and has not met."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery

from firsthand.api.answers import ItemList
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, TheCursors
from firsthand.paging import page_size
from firsthand.ties.score import score
from firsthand.unmet.here import event_here
from firsthand.unmet.queries import KnownPerson, unmet
from firsthand.unmet.reading import read_filter, unmet_query


class HandleItem(msgspec.Struct):
    network: str
    name: str
    verified: bool


class ReasonItem(msgspec.Struct):
    """One kind of what you have with them; ``last_at`` is null where the export is silent."""

    network: str
    kind: str
    count: int
    last_at: datetime | None


class UnmetItem(msgspec.Struct):
    """``score`` from 0 to 1: how much, how recent and how mutual the reasons are together."""

    attendee: UUID
    name: str
    headline: str
    company: str
    handles: list[HandleItem]
    reasons: list[ReasonItem]
    score: float


@get("/events/{slug:str}/unmet", summary="Known online, not met yet", tags=["events"])
async def list_unmet(
    db: Db,
    cursors: TheCursors,
    viewer: SignedIn,
    slug: FromPath[str],
    q: FromQuery[str] = "",
    network: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
) -> ItemList[UnmetItem]:
    """The best first. Only for attendees of the event."""
    size = page_size(limit)
    narrowed = read_filter(q, network, kind)
    query = unmet_query("api", slug, narrowed)
    page = cursors.page(viewer.account_id, query, cursor, float, size)
    event = await db.read(event_here, viewer.account_id, slug)
    found = await db.read(unmet, viewer.account_id, event.id, narrowed, page.limit, page.after)
    people, further = page.cut(found, lambda person: (person.strength, person.attendee))
    moment = now()
    return ItemList([_item(person, moment) for person in people], further)


def _item(person: KnownPerson, moment: datetime) -> UnmetItem:
    return UnmetItem(
        attendee=person.attendee,
        name=person.name,
        headline=person.headline,
        company=person.company,
        handles=[HandleItem(h.network, h.name, h.verified) for h in person.handles],
        reasons=[ReasonItem(r.network, r.kind, r.count, r.last_at) for r in person.reasons],
        score=round(score(person.strength, moment), 4),
    )


routes = [list_unmet]
