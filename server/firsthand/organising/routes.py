"""Pages for who runs an event: making it, its people, its badges, its numbers."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.datastructures import State
from litestar.di import Provide
from litestar.params import FromPath, FromQuery

from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import current_event
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, TheMailer, ThePages, TheSettings
from firsthand.events.days import dates_in_words
from firsthand.events.staff import invite_staff, is_organiser, keep_list_for, remove_staff, team_of
from firsthand.events.verbs import EventDraft, add_event, event_of_organiser, events_of_organiser
from firsthand.events.zones import TIME_ZONES
from firsthand.forms import read_form
from firsthand.mail import MailNotSent
from firsthand.organising import badge_routes, invitation_routes, list_routes, people_routes
from firsthand.organising.people import count_attendees
from firsthand.organising.reporting import count_open
from firsthand.organising.statistics import number_words, statistics
from firsthand.pages import Pages, see_other
from firsthand.problems import Conflict, Invalid
from firsthand.requests import AnyRequest, provide_organiser

_FIELDS = ("name", "starts", "ends", "timezone", "slug")
_LONGEST_SHOWN = 2000
_SAID = {
    "invited": "They can help from now on.",
    "removed": "They no longer help with this event.",
    "kept": "From now on the list is kept that long.",
}


@get("/")
async def my_events(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    events = await db.read(events_of_organiser, viewer.account_id)
    return pages.render(
        "organising/events.html", viewer, here="organise", events=events, dates=dates_in_words
    )


@get("/new")
async def new_event(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    """The time zone is most likely that of the last event."""
    last = await db.read(current_event, viewer.account_id)
    return _new_page(pages, viewer, {"timezone": last.timezone if last else ""}, {})


@post("/", status_code=200)
async def start_event(
    request: AnyRequest, db: Db, pages: ThePages, state: State, viewer: SignedIn
) -> Response[Any]:
    form = await read_form(request)
    typed = {name: form.text(name)[:_LONGEST_SHOWN] for name in _FIELDS}
    try:
        event = await db.write(add_event, viewer.account_id, EventDraft(**typed))
    except (Invalid, Conflict) as refusal:
        return _new_page(pages, viewer, typed, refusal.fields, status=400)
    state.viewers.forget(viewer.account_id)
    return see_other(f"/organise/{event.slug}")


@get("/{slug:str}")
async def overview(
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    viewer: SignedIn,
    slug: FromPath[str],
    said: FromQuery[str] = "",
) -> Response[str]:
    return await _overview(db, settings, pages, viewer, slug, notice=_SAID.get(said))


@post("/{slug:str}/staff", status_code=200)
async def invite(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    mailer: TheMailer,
    viewer: SignedIn,
    slug: FromPath[str],
) -> Response[Any]:
    form = await read_form(request)
    try:
        event, address = await db.write(invite_staff, viewer.account_id, slug, form.text("email"))
    except Invalid as invalid:
        return await _overview(
            db, settings, pages, viewer, slug, typed=form.text("email"), fields=invalid.fields
        )
    text = (
        f"You can help to run {event.name} on Firsthand: attendees, badges, numbers.\n\n"
        f"Sign in with this address: {settings.base_url}/organise/{event.slug}\n"
    )
    try:
        await mailer.send(address, f"Help to run {event.name}", text)
    except MailNotSent:
        notice = f"{address} can help from now on. No mail could be sent, so tell them to sign in."
        return await _overview(db, settings, pages, viewer, slug, notice=notice)
    return see_other(f"/organise/{slug}?said=invited")


@delete("/{slug:str}/staff/{account_id:uuid}", status_code=200)
async def uninvite(
    db: Db, viewer: SignedIn, slug: FromPath[str], account_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(remove_staff, viewer.account_id, slug, account_id)
    return see_other(f"/organise/{slug}?said=removed")


@put("/{slug:str}/retention", status_code=200)
async def choose_retention(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    viewer: SignedIn,
    slug: FromPath[str],
) -> Response[Any]:
    """``retention_days`` after the event's end, what the organiser brought is erased."""
    form = await read_form(request)
    try:
        await db.write(keep_list_for, viewer.account_id, slug, form.text("retention_days"))
    except Invalid as invalid:
        return await _overview(db, settings, pages, viewer, slug, fields=invalid.fields)
    return see_other(f"/organise/{slug}?said=kept")


@get("/{slug:str}/numbers")
async def numbers(db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str]) -> Response[str]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    return pages.render(
        "organising/numbers.html",
        viewer,
        here="organise",
        organised=event,
        numbers=await db.read(statistics, event, now()),
        words=number_words,
    )


async def _overview(
    db: Db,
    settings: TheSettings,
    pages: Pages,
    viewer: Viewer,
    slug: str,
    *,
    notice: str | None = None,
    typed: str = "",
    fields: dict[str, str] | None = None,
) -> Response[str]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    return pages.render(
        "organising/overview.html",
        viewer,
        status=400 if fields else 200,
        here="organise",
        organised=event,
        dates=dates_in_words(event.starts, event.ends),
        attendees=await db.read(count_attendees, event.id),
        link=f"{settings.base_url}/join/{event.join_code}",
        team=await db.read(team_of, event.id),
        is_organiser=await db.read(is_organiser, viewer.account_id, event.id),
        reports=await db.read(count_open, viewer.account_id, event.id),
        notice=notice,
        typed=typed[:_LONGEST_SHOWN],
        fields=fields or {},
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
        "organising/new.html",
        viewer,
        status=status,
        here="organise",
        typed={name: typed.get(name, "") for name in _FIELDS},
        problems=problems,
        zones=TIME_ZONES,
    )


routes: list[Any] = [
    Router(
        "/organise",
        route_handlers=[
            *(
                my_events,
                new_event,
                start_event,
                overview,
                invite,
                uninvite,
                choose_retention,
                numbers,
            ),
            *list_routes.routes,
            *people_routes.routes,
            *badge_routes.routes,
            *invitation_routes.routes,
        ],
        # Also a page is only for a token that may organise.
        dependencies={"viewer": Provide(provide_organiser)},
    )
]
