"""Pages of one's own account: Me, its handles, the first steps, the end."""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import FromPath
from sqlalchemy.orm import Session

from firsthand.accounts.browsers import browser_words
from firsthand.accounts.passkeys import passkeys_of
from firsthand.accounts.profile import CIRCLED, ProfileChange, account, change_profile
from firsthand.accounts.recovery import recovery_codes_left
from firsthand.accounts.sessions import sessions_of
from firsthand.accounts.signing_in import Viewer
from firsthand.accounts.tokens import tokens_of
from firsthand.attendees.membership import attended, claimable, current_event
from firsthand.attendees.models import Attendee
from firsthand.db import Database, now
from firsthand.dependencies import Db, FreshlySignedIn, SignedIn, ThePages, TheSettings
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.forms import Form, local_path, read_form
from firsthand.handles.keeping import add_handle, handles_of, remove_handle, show_handle_to
from firsthand.handles.networks import Network
from firsthand.handles.preview import seen_by_browsers, seen_by_met
from firsthand.leaving import leave
from firsthand.pages import Pages, see_other
from firsthand.problems import Conflict, Invalid, Refused
from firsthand.proofs.looking import PROVABLE
from firsthand.proofs.proving import proof_code, proofs_of
from firsthand.requests import AnyRequest
from firsthand.scans.arrivals import has_arrived
from firsthand.session_cookie import signed_out
from firsthand.settings import Settings
from firsthand.sign_in_elsewhere.linking import identities_of
from firsthand.taking_in.document import MOST_BYTES
from firsthand.taking_in.job import run_taking_in
from firsthand.taking_in.writing import start_taking_in
from firsthand.upload_folders import uploads_folder
from firsthand.uploads import receive_files

_FIELDS = ("name", "headline", "company", "phone")
# htmx swaps a refused form into the place of what it sent; see the boosted forms' hx-select.
_IN_PLACE = {"HX-Reswap": "outerHTML show:none"}


@get("/me")
async def me(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, viewer: SignedIn
) -> Response[str]:
    saved = request.query_params.get("saved") == "profile"
    context = await _my_page(db, settings, viewer)
    return pages.render("accounts/me.html", viewer, here="me", **context, saved=saved)


@patch("/me", status_code=200)
async def edit_profile(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    state: State,
    viewer: SignedIn,
) -> Response[Any]:
    form = await read_form(request)
    sent = (name for name in CIRCLED if f"{name}_circle" in form)
    circles = {name: form.text(f"{name}_circle") for name in sent}
    change = ProfileChange(
        name=form.text("name"),
        headline=form.text("headline"),
        company=form.text("company"),
        phone=form.text("phone"),
        circles=circles,
    )
    try:
        await db.write(change_profile, viewer.account_id, change)
    except Invalid as invalid:
        return await _me_again(db, settings, pages, viewer, form, invalid)
    state.viewers.forget(viewer.account_id)
    return see_other("/me?saved=profile")


@delete("/me", status_code=200)
async def delete_me(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    state: State,
    fresh_viewer: FreshlySignedIn,
) -> Response[Any]:
    """Only who types the account's own address means it."""
    form, viewer = await read_form(request), fresh_viewer
    if form.text("confirm").strip().lower() != viewer.email:
        message = f"Type your address, {viewer.email}, to delete the account."
        return await _me_again(
            db, settings, pages, viewer, None, Invalid(message, {"confirm": message})
        )
    await leave(db, viewer.account_id)
    state.viewers.forget(viewer.account_id)
    return signed_out(settings, "/?said=deleted")


@post("/me/import", status_code=200, request_max_body_size=None)
async def bring_back(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    state: State,
    fresh_viewer: FreshlySignedIn,
) -> Response[Any]:
    """What ``/api/v1/me/export`` gave, here or elsewhere."""
    viewer = fresh_viewer
    most = min(settings.max_upload, MOST_BYTES)
    try:
        form = await receive_files(request, uploads_folder(), most)
        import_id = await state.imports.bring(
            viewer.account_id, form.folder, form.files, start_taking_in, run_taking_in
        )
    except Refused as refusal:
        invalid = Invalid(refusal.detail, {"file": refusal.detail})
        return await _me_again(db, settings, pages, viewer, None, invalid, refusal.status)
    return see_other(f"/import/{import_id}")


@get("/me/export")
async def take_along(pages: ThePages, fresh_viewer: FreshlySignedIn) -> Response[str]:
    """The link to everything stands on a page of its own, which is where one confirms first."""
    return pages.render("accounts/export.html", fresh_viewer, here="me")


@get("/welcome")
async def welcome(request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    mine = await db.read(account, viewer.account_id)
    typed = {name: getattr(mine, name) for name in _FIELDS}
    return _welcome(pages, viewer, _next(request), typed, {})


@post("/welcome", status_code=200)
async def introduce_oneself(
    request: AnyRequest, db: Db, pages: ThePages, state: State, viewer: SignedIn
) -> Response[Any]:
    form = await read_form(request)
    typed = {name: form.text(name) for name in ("name", "headline", "company")}
    path = form.local_path("next", "/")
    try:
        await db.write(
            change_profile,
            viewer.account_id,
            ProfileChange(typed["name"], typed["headline"], typed["company"]),
        )
    except Invalid as invalid:
        return _welcome(pages, viewer, path, typed, invalid.fields)
    state.viewers.forget(viewer.account_id)
    return see_other(f"/me/handles?next={quote(path)}")


@get("/me/handles")
async def my_handles(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, viewer: SignedIn
) -> Response[str]:
    return await _handles(db, settings, pages, viewer, _next(request))


@post("/me/handles", status_code=200)
async def paste_handle(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    form = await read_form(request)
    pasted, network = form.text("handle")[:2000], form.text("network") or None
    try:
        await db.write(add_handle, viewer.account_id, pasted, network)
    except (Invalid, Conflict) as refusal:
        return await _handles(
            db,
            settings,
            pages,
            viewer,
            _next_of(form),
            pasted=pasted,
            network=network,
            refusal=refusal,
        )
    return _back_to_handles(form)


@patch("/me/handles/{handle_id:uuid}", status_code=200)
async def show_handle(
    request: AnyRequest, db: Db, viewer: SignedIn, handle_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    await db.write(show_handle_to, viewer.account_id, handle_id, form.text("circle"))
    return _back_to_handles(form)


@delete("/me/handles/{handle_id:uuid}", status_code=200)
async def take_handle_back(
    request: AnyRequest, db: Db, viewer: SignedIn, handle_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    await db.write(remove_handle, viewer.account_id, handle_id)
    return _back_to_handles(form)


async def _my_page(db: Database, settings: Settings, viewer: Viewer) -> dict[str, Any]:
    found = await db.read(_mine, viewer.account_id, settings.base_url)
    # Whoever must confirm first is told before a large file is on its way.
    is_fresh = viewer.is_fresh(now())
    return {**found, "typed": found["account"], "problems": {}, "problem": "", "is_fresh": is_fresh}


def _mine(session: Session, account_id: UUID, base_url: str) -> dict[str, Any]:
    """Everything that the page shows, in one snapshot."""
    event, moment = current_event(session, account_id), now()
    return {
        "account": account(session, account_id),
        **_handles_and_proofs(session, account_id, base_url),
        "networks": list(Network),
        "tokens": tokens_of(session, account_id),
        "identities": identities_of(session, account_id),
        "token_problems": {},
        "refusal": "",
        "pasted": "",
        "network": "",
        "next": "",
        "event": event,
        "places": [
            _place(session, account_id, attendee, each, moment)
            for attendee, each in attended(session, account_id)
        ],
        "claimable": claimable(session, account_id),
        "devices": [
            (browser_words(each.browser), each) for each in sessions_of(session, account_id)
        ],
        "passkeys": passkeys_of(session, account_id),
        "codes_left": recovery_codes_left(session, account_id),
        "to_met": seen_by_met(session, account_id),
        "to_browsers": seen_by_browsers(session, account_id),
    }


def _handles_and_proofs(session: Session, account_id: UUID, base_url: str) -> dict[str, Any]:
    code = proof_code(session, account_id)
    return {
        "handles": handles_of(session, account_id),
        "proofs": proofs_of(session, account_id),
        "proof_link": f"{base_url}/proof/{code}" if code else "",
        "provable": PROVABLE,
    }


def _place(
    session: Session, account_id: UUID, attendee: Attendee, event: Event, moment: datetime
) -> dict[str, Any]:
    today = local_day(moment, ZoneInfo(event.timezone))
    is_on = event.starts <= today <= event.ends
    return {
        "attendee": attendee,
        "event": event,
        "is_on": is_on,
        "is_here": is_on and has_arrived(session, account_id, event.slug, moment),
    }


async def _me_again(
    db: Database,
    settings: Settings,
    pages: Pages,
    viewer: Viewer,
    form: Form | None,
    invalid: Invalid,
    status: int = 400,
) -> Response[str]:
    """The page with what was typed of the profile, if anything, and what is wrong."""
    context = await _my_page(db, settings, viewer)
    if form is not None:
        names = [*_FIELDS, *(f"{name}_circle" for name in CIRCLED)]
        context["typed"] = {name: form.text(name)[:2000] for name in names}
    return pages.render(
        "accounts/me.html",
        viewer,
        status=status,
        headers=_IN_PLACE,
        here="me",
        saved=False,
        **{**context, "problems": invalid.fields, "problem": invalid.detail},
    )


async def _handles(
    db: Database,
    settings: Settings,
    pages: Pages,
    viewer: Viewer,
    path: str,
    *,
    pasted: str = "",
    network: str | None = None,
    refusal: Invalid | Conflict | None = None,
) -> Response[str]:
    return pages.render(
        "accounts/handles.html",
        viewer,
        status=refusal.status if refusal else 200,
        headers=_IN_PLACE if refusal else None,
        here="me",
        **await db.read(_handles_and_proofs, viewer.account_id, settings.base_url),
        networks=list(Network),
        next=path,
        pasted=pasted,
        network=network or "",
        refusal=refusal.detail if refusal else "",
    )


def _back_to_handles(form: Form) -> Response[Any]:
    """To the page that the form stood on: the one of the first steps knows where to go on."""
    path = _next_of(form)
    return see_other(f"/me/handles?next={quote(path)}" if path else "/me#handles")


def _welcome(
    pages: Pages, viewer: Viewer, path: str, typed: dict[str, str], problems: dict[str, str]
) -> Response[str]:
    return pages.render(
        "accounts/welcome.html",
        viewer,
        status=400 if problems else 200,
        next=path,
        typed={name: text[:2000] for name, text in typed.items()},
        problems=problems,
    )


def _next(request: AnyRequest) -> str:
    return local_path(request.query_params.get("next", ""), "/")


def _next_of(form: Form) -> str:
    return form.local_path("next", "") if form.text("next") else ""


routes = [
    me,
    edit_profile,
    delete_me,
    bring_back,
    take_along,
    welcome,
    introduce_oneself,
    my_handles,
    paste_handle,
    show_handle,
    take_handle_back,
]
