"""Pages of one's own account: Me, taking everything along and back, the end."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, delete, get, patch, post
from litestar.datastructures import State
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
from firsthand.forms import Form, read_form
from firsthand.handles.networks import Network
from firsthand.handles.preview import seen_by_browsers, seen_by_met
from firsthand.leaving import leave
from firsthand.pages import IN_PLACE, Pages, see_other
from firsthand.problems import Invalid, Refused
from firsthand.proofs.of_account import handles_and_proofs
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
        **handles_and_proofs(session, account_id, base_url),
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
        headers=IN_PLACE,
        here="me",
        saved=False,
        **{**context, "problems": invalid.fields, "problem": invalid.detail},
    )


routes = [
    me,
    edit_profile,
    delete_me,
    bring_back,
    take_along,
]
