"""``/api/v1/events``: what an organiser does, and who is at an event."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import Provide
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from firsthand.accounts.addresses import read_line
from firsthand.api.answers import ItemList
from firsthand.attendees.membership import event_of_attendee
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, TheCursors, TheSettings
from firsthand.events.models import Event
from firsthand.events.verbs import EventDraft, add_event, event_of_organiser, events_of_organiser
from firsthand.organising.badge_routes import badges_pdf
from firsthand.organising.list_import import ImportReport
from firsthand.organising.list_reading import read_list
from firsthand.organising.lists import check_size, import_read_list, read_listed
from firsthand.organising.removal_links import removal_key
from firsthand.organising.statistics import statistics
from firsthand.organising.uploads import LARGEST_UPLOAD, list_of_json, uploaded_list
from firsthand.paging import page_size
from firsthand.requests import AnyRequest, provide_organiser
from firsthand.unmet.attendee_list import listed_attendees

_ORGANISER = {"viewer": Provide(provide_organiser)}


class EventItem(msgspec.Struct):
    """An event that you run; ``starts`` and ``ends`` are its first and last day."""

    slug: str
    name: str
    starts: date
    ends: date
    timezone: str
    join_url: str


class EventMade(msgspec.Struct):
    """A new event; without a slug one is made from the name."""

    name: str
    starts: str
    ends: str
    timezone: str
    slug: str | None = None


class HandleItem(msgspec.Struct):
    network: str
    name: str
    verified: bool


class AttendeeItem(msgspec.Struct):
    """Somebody at an event who is listed; ``met``: you have met them, at any event."""

    attendee: UUID
    name: str
    headline: str
    company: str
    handles: list[HandleItem]
    met: bool


class DayCount(msgspec.Struct):
    day: date
    pairs: int


class EventStatistics(msgspec.Struct):
    """Counts; null stands for too few to tell without telling who. Pairs are told once ten people
    are among them besides the organiser.
    """

    attendees: int
    claimed: int | None
    listed: int | None
    badges: int
    arrived_today: int | None
    pairs_met: int | None
    pairs_known_online: int | None
    known_online_and_met: int | None
    meetings_by_day: list[DayCount]


@dataclass
class ListOperation(Operation):
    """The body is read by hand, because it comes in two kinds; so it is described by hand too."""

    def __post_init__(self) -> None:
        # Without a name a row is left out, and told among the problems.
        name = Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL])
        listed = Schema(type=OpenAPIType.STRING, enum=["all", "none"])
        attendee = Schema(type=OpenAPIType.OBJECT, properties={"name": name})
        as_json = Schema(
            type=OpenAPIType.OBJECT,
            properties={
                "attendees": Schema(type=OpenAPIType.ARRAY, items=attendee),
                "listed": listed,
            },
            required=["attendees"],
        )
        as_form = Schema(
            type=OpenAPIType.OBJECT,
            properties={
                "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY),
                "listed": listed,
            },
            required=["file"],
        )
        self.request_body = RequestBody(
            required=True,
            content={
                "application/json": OpenAPIMediaType(schema=as_json),
                "multipart/form-data": OpenAPIMediaType(schema=as_form),
            },
        )


@get("/events", summary="The events that you run", tags=["events"], dependencies=_ORGANISER)
async def list_events(
    db: Db,
    settings: TheSettings,
    cursors: TheCursors,
    viewer: SignedIn,
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
) -> ItemList[EventItem]:
    """The latest first."""
    size = page_size(limit)
    page = cursors.page(viewer.account_id, "events", cursor, date, size)
    found = await db.read(
        events_of_organiser, viewer.account_id, limit=page.limit, after=page.after
    )
    shown, further = page.cut(found, lambda event: (event.starts, event.id))
    return ItemList([_event_item(event, settings.base_url) for event in shown], further)


@post("/events", summary="Make an event", tags=["events"], dependencies=_ORGANISER)
async def post_event(
    db: Db, settings: TheSettings, viewer: SignedIn, data: JSONBody[EventMade]
) -> EventItem:
    draft = EventDraft(data.name, data.starts, data.ends, data.timezone, data.slug or "")
    event = await db.write(add_event, viewer.account_id, draft)
    return _event_item(event, settings.base_url)


@get("/events/{slug:str}/attendees", summary="Who is at an event and listed", tags=["events"])
async def list_attendees(
    db: Db,
    cursors: TheCursors,
    viewer: SignedIn,
    slug: FromPath[str],
    q: FromQuery[str] = "",
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
) -> ItemList[AttendeeItem]:
    """For attendees of the event, by name."""
    size, words = page_size(limit), read_line(q, "q")
    event = await db.read(event_of_attendee, viewer.account_id, read_line(slug[:200], "slug"))
    query = f"attendees?{event.slug}&{words}"
    page = cursors.page(viewer.account_id, query, cursor, str, size)
    found = await db.read(
        listed_attendees, viewer.account_id, event.id, words, page.limit, page.after
    )
    people, further = page.cut(found, lambda person: (person.sort_key, person.attendee))
    items = [
        AttendeeItem(
            attendee=person.attendee,
            name=person.name,
            headline=person.headline,
            company=person.company,
            handles=[HandleItem(h.network, h.name, h.verified) for h in person.handles],
            met=person.met,
        )
        for person in people
    ]
    return ItemList(items, further)


@post(
    "/events/{slug:str}/attendees",
    status_code=200,
    summary="Import an attendee list",
    tags=["events"],
    dependencies=_ORGANISER,
    request_max_body_size=LARGEST_UPLOAD,
    operation_class=ListOperation,
)
async def post_attendees(
    request: AnyRequest, db: Db, settings: TheSettings, viewer: SignedIn, slug: FromPath[str]
) -> ImportReport:
    """A CSV as the form's `file`, or JSON: everything of it or, with an error, nothing.

    An attendee has name, email, headline, company, listed, ticket, a key for each network, and
    `handles`. With `listed` "all" you affirm that everybody agreed to be listed whose row does
    not say no; with "none" nobody is listed; otherwise each row says so. Importing again updates.
    Who asked to be removed from the event is left out, and counted as `removed`.
    """
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    chosen: dict[int, str] | None = None
    if request.content_type[0] == "multipart/form-data":
        body, fields = await uploaded_list(request)
        listed = read_listed(fields.get("listed", ""))
        first = 1
    else:
        body, chosen, said = list_of_json(await request.body())
        check_size(body)
        listed = read_listed(said or "")
        first = 0
    read = await asyncio.to_thread(read_list, body, chosen, first=first)
    key = removal_key(settings.code_secret)
    return await db.write_unsettled(import_read_list, event.id, read, listed, key)


@get(
    "/events/{slug:str}/badges.pdf",
    summary="Every badge in force as a PDF",
    tags=["events"],
    dependencies=_ORGANISER,
    media_type="application/pdf",
)
async def get_badges(
    db: Db,
    settings: TheSettings,
    viewer: SignedIn,
    slug: FromPath[str],
    layout: FromQuery[str] = "",
) -> Stream:
    """`layout` is a6 (the default), 4x3in or 90x55-a4.

    Letters that no font has are counted in the header Firsthand-Unprintable.
    """
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    return await badges_pdf(db, settings, event, layout)


@get(
    "/events/{slug:str}/statistics",
    summary="An event in numbers",
    tags=["events"],
    dependencies=_ORGANISER,
)
async def get_statistics(db: Db, viewer: SignedIn, slug: FromPath[str]) -> EventStatistics:
    """Never who met whom; small counts are null."""
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    found = await db.read(statistics, event, now())
    return EventStatistics(
        attendees=found.attendees,
        claimed=found.claimed,
        listed=found.listed,
        badges=found.badges,
        arrived_today=found.arrived_today,
        pairs_met=found.pairs_met,
        pairs_known_online=found.pairs_known_online,
        known_online_and_met=found.known_online_and_met,
        meetings_by_day=[DayCount(day, pairs) for day, pairs in found.meetings_by_day],
    )


def _event_item(event: Event, base_url: str) -> EventItem:
    return EventItem(
        event.slug,
        event.name,
        event.starts,
        event.ends,
        event.timezone,
        f"{base_url}/join/{event.join_code}",
    )


routes: list[Any] = [
    list_events,
    post_event,
    list_attendees,
    post_attendees,
    get_badges,
    get_statistics,
]
