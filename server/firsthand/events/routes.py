"""Pages of events for everybody: the start, joining, a small event of one's own, being there."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post, put
from litestar.datastructures import State
from litestar.di import Provide
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.orm import Session

from firsthand.accounts.profile import ProfileChange, account, change_profile
from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import (
    add_member,
    arrive,
    choose_listed,
    claim,
    current_event,
    event_by_join_code,
    events_of_attendee,
    join_event,
)
from firsthand.badges.qr import qr_bars
from firsthand.db import now
from firsthand.dependencies import Anybody, Db, SignedIn, ThePages, TheSettings
from firsthand.events.models import Event
from firsthand.events.verbs import EventDraft, add_event, event_of_organiser
from firsthand.events.zones import TIME_ZONES
from firsthand.forms import Form, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Conflict, Invalid
from firsthand.requests import AnyRequest, provide_organiser

_FIELDS = ("name", "starts", "ends", "timezone")
_LONGEST_SHOWN = 2000


@get("/")
async def start(
    db: Db, pages: ThePages, maybe_viewer: Anybody, said: FromQuery[str] = ""
) -> Response[Any]:
    """To the event that matters now; who is at none yet hears how to begin.

    ``said``: what has just happened to who is signed out now.
    """
    if maybe_viewer is None:
        return pages.render("events/landing.html", None, said=said)
    event = await db.read(current_event, maybe_viewer.account_id)
    if event:
        return see_other(f"/events/{event.slug}")
    return pages.render("events/none_yet.html", maybe_viewer, here="here")


@get("/join/{code:str}")
async def invitation(
    db: Db, pages: ThePages, maybe_viewer: Anybody, code: FromPath[str]
) -> Response[Any]:
    event = await db.read(event_by_join_code, code)
    if maybe_viewer is None:
        return _join_page(pages, None, event)
    attends = await db.read(events_of_attendee, maybe_viewer.account_id)
    if event.id in {each.id for each in attends}:
        return see_other(f"/events/{event.slug}")
    return _join_page(pages, maybe_viewer, event)


@post("/join/{code:str}", status_code=200)
async def join(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    state: State,
    viewer: SignedIn,
    code: FromPath[str],
) -> Response[Any]:
    form = await read_form(request)
    name = None if viewer.name else form.text("name")
    try:
        event = await db.write(_join, viewer.account_id, code, name, form.checked("listed"))
    except Invalid as invalid:
        event = await db.read(event_by_join_code, code)
        return _join_page(
            pages, viewer, event, name=form.text("name"), error=invalid.fields.get("name", "")
        )
    state.viewers.forget(viewer.account_id)
    return see_other(f"/events/{event.slug}")


@get("/events/new")
async def new_event(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    """The time zone is most likely that of the last event."""
    last = await db.read(current_event, viewer.account_id)
    return _new_page(pages, viewer, {"timezone": last.timezone if last else ""}, {})


@post("/events", status_code=200)
async def add_own_event(
    request: AnyRequest, db: Db, pages: ThePages, state: State, viewer: SignedIn
) -> Response[Any]:
    form = await read_form(request)
    try:
        event = await db.write(_start_event, viewer.account_id, _draft(form))
    except (Invalid, Conflict) as refusal:
        typed = {name: form.text(name)[:_LONGEST_SHOWN] for name in _FIELDS}
        return _new_page(pages, viewer, typed, refusal.fields, status=400)
    state.viewers.forget(viewer.account_id)
    return see_other(f"/events/{event.slug}/invitation")


@get("/events/{slug:str}/invitation", dependencies={"viewer": Provide(provide_organiser)})
async def share_event(
    db: Db, settings: TheSettings, pages: ThePages, viewer: SignedIn, slug: FromPath[str]
) -> Response[str]:
    """The join link for whoever runs the event to pass on, also as a code to scan off a screen."""
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    link = f"{settings.base_url}/join/{event.join_code}"
    return pages.render(
        "events/invitation.html", viewer, here="here", event=event, link=link, qr=qr_bars(link)
    )


@put("/me/events/{slug:str}/listing", status_code=200)
async def choose_listing(
    request: AnyRequest, db: Db, viewer: SignedIn, slug: FromPath[str]
) -> Redirect:
    form = await read_form(request)
    await db.write(choose_listed, viewer.account_id, slug, form.checked("listed"))
    return see_other(form.local_path("next", "/me#events"))


@put("/me/events/{slug:str}/arrival", status_code=200)
async def say_here(request: AnyRequest, db: Db, viewer: SignedIn, slug: FromPath[str]) -> Redirect:
    """ "I am here", for today."""
    form = await read_form(request)
    await db.write(arrive, viewer.account_id, slug, now())
    return see_other(form.local_path("next", "/me#events"))


@put("/me/places/{attendee_id:uuid}", status_code=200)
async def claim_place(db: Db, viewer: SignedIn, attendee_id: FromPath[UUID]) -> Redirect:
    await db.write(claim, viewer.account_id, attendee_id)
    return see_other("/me#events")


def _join(session: Session, account_id: UUID, code: str, name: str | None, listed: bool) -> Event:
    """Join, and say one's name first where the account has none."""
    if name is not None and not account(session, account_id).name:
        change_profile(session, account_id, ProfileChange(name=name))
    return join_event(session, account_id, code, listed=listed)


def _start_event(session: Session, account_id: UUID, draft: EventDraft) -> Event:
    """Who starts an event is its organiser and its first attendee."""
    event = add_event(session, account_id, draft)
    add_member(session, account_id, event.id, listed=True)
    return event


def _draft(form: Form) -> EventDraft:
    # A date field's text is a form's; the longest of them is told as wrong, not read.
    return EventDraft(**{name: form.text(name)[:_LONGEST_SHOWN] for name in _FIELDS})


def _join_page(
    pages: Pages, viewer: Viewer | None, event: Event, *, name: str = "", error: str = ""
) -> Response[str]:
    return pages.render(
        "events/join.html",
        viewer,
        status=400 if error else 200,
        invited_to=event,
        code=event.join_code,
        name=name[:_LONGEST_SHOWN],
        error=error,
    )


def _new_page(
    pages: Pages,
    viewer: Viewer,
    typed: dict[str, str],
    problems: dict[str, str],
    *,
    status: int = 200,
) -> Response[str]:
    return pages.render(
        "events/new.html",
        viewer,
        status=status,
        typed={name: typed.get(name, "") for name in _FIELDS},
        problems=problems,
        zones=TIME_ZONES,
    )


routes = [
    start,
    invitation,
    join,
    new_event,
    add_own_event,
    share_event,
    choose_listing,
    say_here,
    claim_place,
]
