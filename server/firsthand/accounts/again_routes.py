"""Confirming, some time after signing in, that it is still the same person who sits there."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.datastructures import State
from sqlalchemy.orm import Session

from firsthand.accounts.letters import code_letter, readable_code
from firsthand.accounts.passkeys import ask_again, passkeys_of
from firsthand.accounts.signing_in import Asker, Viewer, ask_for_code, asked_address
from firsthand.attendees.entering import confirm_with_code, confirm_with_passkey
from firsthand.db import Database
from firsthand.dependencies import Db, SignedIn, TheMailer, ThePages, TheSettings
from firsthand.forms import local_path, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Refused
from firsthand.requests import AnyRequest, in_person, peer_address
from firsthand.session_cookie import (
    LONGEST_COOKIE,
    asked_browser,
    ceremony_of,
    challenged,
    code_cookie,
    device_of,
    new_ceremony,
    no_code_cookie,
    signed_in,
)

_WRONG_CODE = "That is not the code we sent, or it is too old. Check it, or ask for a new one."
_NOT_PROVEN = "That passkey did not confirm it. Try once more, or use a code."


@get("/sign-in/again")
async def again(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    path = local_path(request.query_params.get("next", ""), "/me")
    back = local_path(request.query_params.get("back", ""), "/me")
    browser = asked_browser(request, settings)
    return await _page(db, pages, in_person(viewer), browser, path, back)


@post("/sign-in/again/mail", status_code=200)
async def mail_code(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    mailer: TheMailer,
    viewer: SignedIn,
) -> Response[Any]:
    """Only ever to the account's own address."""
    form, browser = await read_form(request), asked_browser(request, settings)
    path, back = form.local_path("next", "/me"), form.local_path("back", "/me")
    asker = Asker(peer_address(request), browser)
    try:
        asked = await db.write(ask_for_code, in_person(viewer).email, settings.secret_key, asker)
        if asked.mailed:
            await mailer.send(asked.email, *code_letter(asked.code, settings.base_url))
    except Refused as refusal:
        return await _page(
            db, pages, viewer, browser, path, back, error=refusal.detail, status=refusal.status
        )
    if settings.demo and asked.mailed:
        shown = readable_code(asked.code)
        answer: Response[Any] = await _page(
            db, pages, viewer, asked.browser, path, back, shown=shown
        )
    else:
        cancel = f"&back={quote(back)}" if back != "/me" else ""
        answer = see_other(f"/sign-in/again?next={quote(path)}{cancel}")
    answer.set_cookie(code_cookie(settings, asked.browser))
    return answer


@post("/sign-in/again/challenge", status_code=200)
async def challenge_again(
    request: AnyRequest, db: Db, settings: TheSettings, viewer: SignedIn
) -> Response[dict[str, Any]]:
    ceremony = new_ceremony(request, settings)
    options = await db.write(ask_again, in_person(viewer).account_id, ceremony)
    return challenged(settings, ceremony, options)


@post("/sign-in/again", status_code=200)
async def confirm(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    state: State,
    viewer: SignedIn,
) -> Response[Any]:
    """With a code or a passkey. The session gets a new secret, as at every sign-in."""
    form, browser = await read_form(request), asked_browser(request, settings)
    path, back = form.local_path("next", "/me"), form.local_path("back", "/me")
    device = device_of(request, settings)
    answer = form.text("credential")
    if answer:
        ceremony = ceremony_of(request, settings)
        token = await db.write(confirm_with_passkey, in_person(viewer), ceremony, answer, device)
    else:
        token = await db.write(
            confirm_with_code,
            in_person(viewer),
            browser,
            form.text("code")[:LONGEST_COOKIE],
            settings.secret_keys,
            device,
        )
    if token is None:
        error = _NOT_PROVEN if answer else _WRONG_CODE
        return await _page(db, pages, viewer, browser, path, back, error=error, status=400)
    state.viewers.forget(viewer.account_id)
    redirect = await signed_in(db, settings, token, path)
    redirect.set_cookie(no_code_cookie(settings))
    return redirect


async def _page(
    db: Database,
    pages: Pages,
    viewer: Viewer,
    browser: str,
    path: str,
    back: str,
    *,
    shown: str = "",
    error: str = "",
    status: int = 200,
) -> Response[str]:
    waits, has_passkey = await db.read(_ways, viewer, browser)
    return pages.render(
        "accounts/again.html",
        viewer,
        status=status,
        here="me",
        next=path,
        back=back,
        waits=waits,
        has_passkey=has_passkey,
        shown=shown,
        error=error,
    )


def _ways(session: Session, viewer: Viewer, browser: str) -> tuple[bool, bool]:
    """Whether a code is on its way to the viewer's address, and whether they have a passkey."""
    waits = asked_address(session, browser) == viewer.email
    return waits, bool(passkeys_of(session, viewer.account_id))


routes = [again, mail_code, challenge_again, confirm]
