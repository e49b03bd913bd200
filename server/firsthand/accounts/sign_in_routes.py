"""Pages of signing in: a code by e-mail, or a one-time link from the command line."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from firsthand.accounts.letters import code_letter, readable_code
from firsthand.accounts.signing_in import (
    Asker,
    ask_for_code,
    asked_address,
)
from firsthand.attendees.entering import enter_with_code, enter_with_link
from firsthand.dependencies import Anybody, Db, TheMailer, ThePages, TheSettings
from firsthand.forms import local_path, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Refused
from firsthand.requests import AnyRequest, peer_address
from firsthand.session_cookie import (
    LONGEST_COOKIE,
    asked_browser,
    code_cookie,
    device_of,
    no_code_cookie,
    signed_in,
)

_WRONG_CODE = "That is not the code we sent, or it is too old. Check it, or ask for a new one."
_USED_LINK = "This link has been used, or is too old. Ask for a new one, or sign in by e-mail."


@get("/sign-in")
async def sign_in(request: AnyRequest, pages: ThePages, maybe_viewer: Anybody) -> Response[Any]:
    path = _next(request)
    if maybe_viewer:
        return see_other(path)
    return pages.render(
        "accounts/sign_in.html", None, next=path, email="", error="", passkey_error=""
    )


@post("/sign-in", status_code=200)
async def send_code(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, mailer: TheMailer
) -> Response[Any]:
    """The same answer whether or not the address has an account."""
    form = await read_form(request)
    path, email = form.local_path("next", "/"), form.text("email")[:LONGEST_COOKIE]
    try:
        asker = Asker(peer_address(request), asked_browser(request, settings))
        asked = await db.write(ask_for_code, form.text("email"), settings.secret_key, asker)
        if asked.mailed:
            await mailer.send(asked.email, *code_letter(asked.code, settings.base_url))
    except Refused as refusal:
        return pages.render(
            "accounts/sign_in.html",
            None,
            status=refusal.status,
            next=path,
            email=email,
            error=refusal.detail,
            passkey_error="",
        )
    browser = code_cookie(settings, asked.browser)
    if settings.demo and asked.mailed:
        page = _code_page(pages, asked.email, path, shown=readable_code(asked.code))
        page.set_cookie(browser)
        return page
    redirect = see_other(f"/sign-in/code?next={quote(path)}")
    redirect.set_cookie(browser)
    return redirect


@get("/sign-in/code")
async def code_page(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages
) -> Response[Any]:
    path = _next(request)
    email = await db.read(asked_address, asked_browser(request, settings))
    if email is None:
        return see_other(f"/sign-in?next={quote(path)}")
    return _code_page(pages, email, path)


@post("/sign-in/code", status_code=200)
async def sign_in_with_code(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages
) -> Response[Any]:
    form = await read_form(request)
    path, browser = form.local_path("next", "/"), asked_browser(request, settings)
    token = await db.write(
        enter_with_code,
        browser,
        form.text("code")[:LONGEST_COOKIE],
        settings.secret_keys,
        device_of(request, settings),
    )
    if token:
        redirect = await signed_in(db, settings, token, path)
        redirect.set_cookie(no_code_cookie(settings))
        return redirect
    email = await db.read(asked_address, browser)
    return _code_page(pages, email or "your address", path, error=_WRONG_CODE, status=400)


@get("/sign-in/link/{token:str}")
async def link_page(pages: ThePages, token: FromPath[str]) -> Response[str]:
    """Only shows a button: programs that look at mail open every link in it."""
    return pages.render("accounts/sign_in_link.html", None, token=token[:LONGEST_COOKIE], error="")


@post("/sign-in/link/{token:str}", status_code=200)
async def sign_in_with_link(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, token: FromPath[str]
) -> Response[Any]:
    secret = await db.write(enter_with_link, token[:LONGEST_COOKIE], device_of(request, settings))
    if secret:
        return await signed_in(db, settings, secret, "/")
    return pages.render("accounts/sign_in_link.html", None, status=400, token="", error=_USED_LINK)


def _code_page(
    pages: Pages, email: str, path: str, *, shown: str = "", error: str = "", status: int = 200
) -> Response[str]:
    return pages.render(
        "accounts/code.html",
        None,
        status=status,
        email=email,
        next=path,
        shown=shown,
        error=error,
    )


def _next(request: AnyRequest) -> str:
    return local_path(request.query_params.get("next", ""), "/")


routes = [
    sign_in,
    send_code,
    code_page,
    sign_in_with_code,
    link_page,
    sign_in_with_link,
]
