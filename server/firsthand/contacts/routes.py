"""Pages of people: the list, and one person from the first reply to the last coffee."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from firsthand.accounts.addresses import read_line
from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import current_event
from firsthand.contacts.editing import CardEdit, edit_card
from firsthand.contacts.evidence import source_words
from firsthand.contacts.identity import identity_of
from firsthand.contacts.models import Stage
from firsthand.contacts.queries import accounts_blocked_on_card, cards
from firsthand.contacts.timeline import Moment
from firsthand.db import Database, now
from firsthand.dependencies import Db, SignedIn, TheCursors, ThePages
from firsthand.events.models import Event
from firsthand.followups.today import today_of
from firsthand.followups.touchpoints import add_touchpoint, forget_touchpoint
from firsthand.followups.verbs import add_follow_up
from firsthand.forms import Form, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest
from firsthand.scans.editing import edit_meeting, undo_meeting
from firsthand.scans.reading import clean_intents_and_note
from firsthand.scans.story import story_of

_BESIDE = 12


@get("/people")
async def people_page(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    cursors: TheCursors,
    viewer: SignedIn,
    q: FromQuery[str] = "",
    stage: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    if stage and stage not in set(Stage):
        raise Invalid("Choose a stage from the list.", {"stage": "Choose one from the list."})
    words = read_line(q, "q")
    query = f"people\n{words}\n{stage}"
    page = cursors.page(viewer.account_id, query, cursor, datetime)
    found = await db.read(
        cards, viewer.account_id, q=words, stage=stage, limit=page.limit, after=page.after
    )
    shown, further = page.cut(found, lambda card: (card.last_at, card.id))
    is_more = bool(cursor and request.headers.get("hx-request"))
    return pages.render(
        "contacts/_rows.html" if is_more else "contacts/list.html",
        viewer,
        here="people",
        event=await db.read(current_event, viewer.account_id),
        cards=shown,
        further=further,
        q=words,
        stage=stage,
    )


@get("/people/{contact_id:uuid}")
async def person_page(
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    contact_id: FromPath[UUID],
    logged: FromQuery[UUID | None] = None,
) -> Response[str]:
    """``logged``: a touchpoint of just now, which can be taken back."""
    return await _person(db, pages, viewer, contact_id, logged=logged)


@patch("/people/{contact_id:uuid}")
async def edit_person(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[Any]:
    """The owner's own words on the card, and a name for an unknown badge."""
    form = await read_form(request)
    typed = {field.name: form.text(field.name) for field in fields(CardEdit) if field.name in form}
    try:
        _, note = clean_intents_and_note([], typed.get("note", ""))
        edit = CardEdit(**{**typed, **({"note": note} if "note" in typed else {})})
        await db.write(edit_card, viewer.account_id, contact_id, edit)
    except Invalid as invalid:
        return await _person(db, pages, viewer, contact_id, typed=typed, invalid=invalid)
    return see_other(f"/people/{contact_id}")


@post("/people/{contact_id:uuid}/touchpoints", status_code=200)
async def log_touchpoint(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    try:
        _, note = clean_intents_and_note([], form.text("note"))
        at = _moment_of(form)
        touchpoint = await db.write(
            add_touchpoint, viewer.account_id, contact_id, form.text("kind"), at, note
        )
    except Invalid as invalid:
        return await _person(db, pages, viewer, contact_id, invalid=invalid)
    return see_other(f"/people/{contact_id}?logged={touchpoint.id}")


@delete("/people/{contact_id:uuid}/touchpoints/{touchpoint_id:uuid}", status_code=200)
async def undo_touchpoint(
    db: Db, viewer: SignedIn, contact_id: FromPath[UUID], touchpoint_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(forget_touchpoint, viewer.account_id, touchpoint_id)
    return see_other(f"/people/{contact_id}")


@post("/people/{contact_id:uuid}/follow-ups", status_code=200)
async def add_promise(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    try:
        due = form.day("due") if form.text("due").strip() else None
        intent = form.text("own_intent").strip() or form.text("intent")
        today = await db.read(today_of, viewer.account_id, now())
        await db.write(
            add_follow_up, viewer.account_id, contact_id, intent, form.text("text"), due, today
        )
    except Invalid as invalid:
        return await _person(db, pages, viewer, contact_id, invalid=invalid)
    return see_other(f"/people/{contact_id}")


@patch("/people/{contact_id:uuid}/meetings/{meeting_id:uuid}")
async def edit_meeting_of_person(
    request: AnyRequest,
    db: Db,
    viewer: SignedIn,
    contact_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    intents, note = clean_intents_and_note(form.texts("intents"), form.text("note"))
    await db.write(edit_meeting, viewer.account_id, meeting_id, note=note, intents=intents)
    return see_other(f"/people/{contact_id}")


@put("/people/{contact_id:uuid}/meetings/{meeting_id:uuid}/retraction")
async def undo_meeting_of_person(
    db: Db, viewer: SignedIn, contact_id: FromPath[UUID], meeting_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(undo_meeting, viewer.account_id, meeting_id)
    return see_other(f"/people/{contact_id}")


async def _person(
    db: Database,
    pages: Pages,
    viewer: Viewer,
    contact_id: UUID,
    *,
    typed: dict[str, str] | None = None,
    invalid: Invalid | None = None,
    logged: UUID | None = None,
) -> Response[str]:
    known = await db.read(_known, viewer.account_id, contact_id)
    event: Event | None = known["event"]
    zone = ZoneInfo(event.timezone if event else "UTC")
    return pages.render(
        "contacts/blocked.html" if known["is_blocked"] else "contacts/person.html",
        viewer,
        status=invalid.status if invalid else 200,
        here="people",
        **known,
        source_words=source_words,
        logged=logged,
        typed=typed or {},
        problems=invalid.fields if invalid else {},
        problem=invalid.detail if invalid else "",
        local=lambda moment: _local(moment, zone),
    )


def _known(session: Session, owner_id: UUID, contact_id: UUID) -> dict[str, Any]:
    story = story_of(session, owner_id, contact_id)
    return {
        "story": story,
        "is_blocked": bool(accounts_blocked_on_card(session, owner_id, story.person.card.id)),
        "identity": identity_of(session, owner_id, story.person),
        "event": current_event(session, owner_id),
        "beside": cards(session, owner_id, limit=_BESIDE),
        "today": today_of(session, owner_id, now()),
    }


def _local(moment: Moment, zone: ZoneInfo) -> datetime:
    """In the time zone of its own event, else of the owner's current one."""
    return moment.at.astimezone(ZoneInfo(moment.zone) if moment.zone else zone)


def _moment_of(form: Form) -> datetime | None:
    """At noon of the day chosen; now where none was."""
    if not form.text("on").strip():
        return None
    day = form.day("on")
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


routes: list[Any] = [
    people_page,
    person_page,
    edit_person,
    log_touchpoint,
    undo_touchpoint,
    add_promise,
    edit_meeting_of_person,
    undo_meeting_of_person,
]
