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
from firsthand.events.staff import (
    is_organiser,
    keep_list_for,
    pending_of,
    remove_staff,
    take_invitation_back,
    team_of,
)
from firsthand.events.verbs import EventDraft, add_event, event_of_organiser, events_of_organiser
from firsthand.events.zones import TIME_ZONES
from firsthand.forms import read_form
from firsthand.mail import MailNotSent
from firsthand.organising import badge_routes, invitation_routes, list_routes, people_routes
from firsthand.organising.people import count_attendees
from firsthand.organising.removal_links import removal_key
from firsthand.organising.reporting import count_open
from firsthand.organising.staffing import invite_staff, staff_letter
from firsthand.organising.statistics import number_words, statistics
from firsthand.pages import Pages, see_other
from firsthand.problems import Conflict, Invalid, Refused, TooMany
from firsthand.requests import AnyRequest, provide_organiser

_FIELDS = ("name", "starts", "ends", "timezone", "slug")
_LONGEST_SHOWN = 2000
_SAID = {
    "invited": "They can help from now on. We write once at most, so tell them yourself, too.",
    "taken-back": "The invitation is taken back.",
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
    key, typed = removal_key(settings.code_secret), form.text("email")
    can_mail = mailer.reaches_people or settings.demo
    try:
        invited = await db.write(
            invite_staff, key, viewer.account_id, slug, typed, can_mail=can_mail
        )
    except (Invalid, TooMany) as refusal:
        return await _overview(db, settings, pages, viewer, slug, typed=typed, refusal=refusal)
    if invited.is_mailed:
        try:
            await mailer.send(invited.address, *staff_letter(invited, settings.base_url))
        except MailNotSent:
            can_mail = False
    if not can_mail:
        notice = (
            f"{invited.address} can help from now on. No mail could be sent, so tell them to sign "
            "in."
        )
        return await _overview(db, settings, pages, viewer, slug, notice=notice)
    return see_other(f"/organise/{slug}?said=invited")


@delete("/{slug:str}/staff/{account_id:uuid}", status_code=200)
async def uninvite(
    db: Db, viewer: SignedIn, slug: FromPath[str], account_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(remove_staff, viewer.account_id, slug, account_id)
    return see_other(f"/organise/{slug}?said=removed")


@delete("/{slug:str}/staff/invitations/{invitation_id:uuid}", status_code=200)
async def take_back(
    db: Db, viewer: SignedIn, slug: FromPath[str], invitation_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(take_invitation_back, viewer.account_id, slug, invitation_id)
    return see_other(f"/organise/{slug}?said=taken-back")


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
        return await _overview(db, settings, pages, viewer, slug, refusal=invalid)
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
    refusal: Refused | None = None,
) -> Response[str]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    return pages.render(
        "organising/overview.html",
        viewer,
        status=refusal.status if refusal else 200,
        here="organise",
        organised=event,
        dates=dates_in_words(event.starts, event.ends),
        attendees=await db.read(count_attendees, event.id),
        link=f"{settings.base_url}/join/{event.join_code}",
        team=await db.read(team_of, event.id),
        pending=await db.read(pending_of, event.id),
        is_organiser=await db.read(is_organiser, viewer.account_id, event.id),
        reports=await db.read(count_open, viewer.account_id, event.id),
        notice=notice,
        typed=typed[:_LONGEST_SHOWN],
        fields=refusal.fields if refusal else {},
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
                take_back,
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
