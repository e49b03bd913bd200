"""``/api/v1/contacts``: the owner's cards, one with its timeline, and all of them as files."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from firsthand.accounts.addresses import read_line
from firsthand.api.answers import ItemList
from firsthand.api.files import people_csv, people_vcf
from firsthand.contacts.models import Stage
from firsthand.contacts.queries import Card, cards
from firsthand.dependencies import Db, SignedIn, TheCursors
from firsthand.followups.touchpoints import add_touchpoint
from firsthand.paging import page_size
from firsthand.problems import Invalid
from firsthand.scans.reading import clean_intents_and_note, read_moment
from firsthand.scans.story import story_of


class ContactHandleItem(msgspec.Struct):
    network: str
    name: str
    verified: bool


class ContactItem(msgspec.Struct):
    """``stage``: new, online, spoken, met, followed-up or met-again."""

    id: UUID
    name: str
    headline: str
    company: str
    stage: str
    handles: list[ContactHandleItem]
    last_at: datetime


class TimelineItem(msgspec.Struct):
    """``event`` is a slug."""

    at: datetime
    kind: str
    text: str
    event: str | None
    network: str | None


class ContactWithTimeline(msgspec.Struct):
    """One contact; the timeline is newest first."""

    id: UUID
    name: str
    headline: str
    company: str
    stage: str
    handles: list[ContactHandleItem]
    last_at: datetime
    timeline: list[TimelineItem]


class NewTouchpoint(msgspec.Struct):
    """``at`` is RFC 3339 with its offset, now where it is missing."""

    kind: Literal["call", "coffee", "message", "help-given", "help-received", "other"]
    at: str | None = None
    note: str | None = None


class TouchpointItem(msgspec.Struct):
    id: UUID
    contact: UUID
    kind: str
    at: datetime
    note: str


@get("/contacts", summary="Your people, the latest first", tags=["contacts"])
async def list_contacts(
    db: Db,
    cursors: TheCursors,
    viewer: SignedIn,
    q: FromQuery[str] = "",
    stage: FromQuery[str] = "",
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
) -> ItemList[ContactItem]:
    size = page_size(limit)
    if stage and stage not in set(Stage):
        message = "stage is one of: " + ", ".join(Stage)
        raise Invalid(message, {"stage": message})
    words = read_line(q, "q")
    query = f"contacts\n{words}\n{stage}"
    page = cursors.page(viewer.account_id, query, cursor, datetime, size)
    found = await db.read(
        cards, viewer.account_id, q=words, stage=stage, limit=page.limit, after=page.after
    )
    shown, further = page.cut(found, lambda card: (card.last_at, card.id))
    return ItemList([_item(card) for card in shown], further)


@get("/contacts/{contact_id:uuid}", summary="One contact with its timeline", tags=["contacts"])
async def get_contact(db: Db, viewer: SignedIn, contact_id: FromPath[UUID]) -> ContactWithTimeline:
    story = await db.read(story_of, viewer.account_id, contact_id)
    item = _item(story.person.card)
    timeline = [
        TimelineItem(
            moment.at,
            moment.kind,
            ": ".join(part for part in (moment.title, moment.text) if part),
            moment.event,
            moment.network,
        )
        for moment in story.moments
    ]
    return ContactWithTimeline(**msgspec.structs.asdict(item), timeline=timeline)


@post("/contacts/{contact_id:uuid}/touchpoints", summary="Log a touchpoint", tags=["contacts"])
async def post_touchpoint(
    db: Db, viewer: SignedIn, contact_id: FromPath[UUID], data: JSONBody[NewTouchpoint]
) -> TouchpointItem:
    _, note = clean_intents_and_note([], data.note or "")
    try:
        at = read_moment(data.at) if data.at is not None else None
    except ValueError as problem:
        raise Invalid(str(problem), {"at": str(problem)}) from None
    made = await db.write(add_touchpoint, viewer.account_id, contact_id, data.kind, at, note)
    return TouchpointItem(made.id, made.contact_id, made.kind, made.at.astimezone(UTC), made.note)


@get(
    "/contacts.vcf",
    summary="Your people as vCards 4.0 or 3.0",
    tags=["exports"],
    media_type="text/vcard",
)
async def contacts_vcf(db: Db, viewer: SignedIn, version: FromQuery[str] = "4.0") -> Stream:
    return people_vcf(db, viewer.account_id, version)


@get(
    "/contacts.csv",
    summary="Your people as a CSV, plain or as Google has it",
    tags=["exports"],
    media_type="text/csv",
)
async def contacts_csv(db: Db, viewer: SignedIn, layout: FromQuery[str] = "plain") -> Stream:
    return people_csv(db, viewer.account_id, layout)


def _item(card: Card) -> ContactItem:
    return ContactItem(
        id=card.id,
        name=card.name,
        headline=card.headline,
        company=card.company,
        stage=card.stage,
        handles=[ContactHandleItem(h.network, h.name, h.verified) for h in card.handles],
        last_at=card.last_at,
    )


routes = [list_contacts, get_contact, post_touchpoint, contacts_vcf, contacts_csv]
