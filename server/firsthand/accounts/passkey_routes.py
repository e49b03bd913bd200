"""Passkeys: signing in with one, adding one, removing one."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath

from firsthand.accounts.browsers import browser_words
from firsthand.accounts.letters import tell_of_change
from firsthand.accounts.passkeys import (
    LONGEST_NAME,
    add_passkey,
    ask_for_passkey,
    ask_to_sign_in,
    remove_passkey,
)
from firsthand.accounts.signing_in import Asker, Viewer
from firsthand.attendees.entering import enter_with_passkey
from firsthand.dependencies import (
    Db,
    FreshlySignedIn,
    TheMailer,
    ThePages,
    TheSettings,
)
from firsthand.forms import read_form
from firsthand.mail import Mailer
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid, Refused
from firsthand.requests import AnyRequest, in_person, peer_address
from firsthand.session_cookie import (
    ceremony_of,
    challenged,
    device_of,
    new_ceremony,
    signed_in,
)
from firsthand.settings import Settings

_NOT_PROVEN = "That passkey did not sign you in. Try once more, or use a code."
_NOT_MADE = "That passkey could not be kept. Try once more."


@post("/sign-in/passkey/challenge", status_code=200)
async def challenge_to_sign_in(
    request: AnyRequest, db: Db, settings: TheSettings
) -> Response[dict[str, Any]]:
    ceremony, asker = new_ceremony(request, settings), Asker(peer_address(request))
    options = await db.write(ask_to_sign_in, ceremony, asker, settings.secret_key)
    return challenged(settings, ceremony, options)


@post("/sign-in/passkey", status_code=200)
async def sign_in_with_passkey(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages
) -> Response[Any]:
    form = await read_form(request)
    path, ceremony = form.local_path("next", "/"), ceremony_of(request, settings)
    device = device_of(request, settings)
    token = await db.write(enter_with_passkey, ceremony, form.text("credential"), device)
    if token:
        return await signed_in(db, settings, token, path)
    return pages.render(
        "accounts/sign_in.html",
        None,
        status=400,
        next=path,
        email="",
        error="",
        passkey_error=_NOT_PROVEN,
    )


@get("/me/passkeys/new")
async def new_passkey(
    request: AnyRequest, pages: ThePages, fresh_viewer: FreshlySignedIn
) -> Response[str]:
    name = browser_words(request.headers.get("user-agent", ""))
    return _new(pages, in_person(fresh_viewer), name)


@post("/me/passkeys/challenge", status_code=200)
async def challenge_to_add(
    request: AnyRequest, db: Db, settings: TheSettings, fresh_viewer: FreshlySignedIn
) -> Response[dict[str, Any]]:
    viewer, ceremony = in_person(fresh_viewer), new_ceremony(request, settings)
    options = await db.write(ask_for_passkey, viewer.account_id, ceremony)
    return challenged(settings, ceremony, options)


@post("/me/passkeys", status_code=200)
async def keep_passkey(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    mailer: TheMailer,
    fresh_viewer: FreshlySignedIn,
) -> Response[Any]:
    viewer, form = in_person(fresh_viewer), await read_form(request)
    name, ceremony = form.text("passkey_name"), ceremony_of(request, settings)
    try:
        made = await db.write(
            add_passkey, viewer.account_id, ceremony, form.text("credential"), name
        )
        if made is None:
            raise Invalid(_NOT_MADE)
    except Refused as refusal:
        return _new(pages, viewer, name[:LONGEST_NAME], refusal)
    what = f"A passkey was added to your account: {made.name}."
    return _changed(mailer, settings, viewer, what)


@delete("/me/passkeys/{passkey_id:uuid}", status_code=200)
async def take_passkey_away(
    db: Db,
    settings: TheSettings,
    mailer: TheMailer,
    fresh_viewer: FreshlySignedIn,
    passkey_id: FromPath[UUID],
) -> Response[Any]:
    viewer = in_person(fresh_viewer)
    name = await db.write(remove_passkey, viewer.account_id, passkey_id)
    what = f"A passkey was removed from your account: {name}."
    return _changed(mailer, settings, viewer, what)


def _changed(mailer: Mailer, settings: Settings, viewer: Viewer, what: str) -> Response[Any]:
    redirect = see_other("/me#passkeys")
    redirect.background = BackgroundTask(
        tell_of_change, mailer, viewer.email, what, settings.base_url
    )
    return redirect


def _new(pages: Pages, viewer: Viewer, name: str, refusal: Refused | None = None) -> Response[str]:
    return pages.render(
        "accounts/passkey_new.html",
        viewer,
        status=refusal.status if refusal else 200,
        here="me",
        name=name,
        error=refusal.detail if refusal else "",
    )


routes = [
    challenge_to_sign_in,
    sign_in_with_passkey,
    new_passkey,
    challenge_to_add,
    keep_passkey,
    take_passkey_away,
]
