"""Pages of signing in and out: a code by e-mail, or a one-time link from the command line."""

from typing import Any
from urllib.parse import quote

from litestar import Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect

from firsthand.accounts.signing_in import (
    CODE_LASTS,
    AskedCode,
    Asker,
    ask_for_code,
    asked_address,
    end_session,
    end_sessions,
)
from firsthand.attendees.entering import Device, enter_with_code, enter_with_link
from firsthand.dependencies import Anybody, Db, SignedIn, TheMailer, ThePages, TheSettings
from firsthand.forms import local_path, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Refused
from firsthand.requests import AnyRequest, peer_address
from firsthand.session_cookie import LONGEST_COOKIE, cookie, session_token, signed_in, signed_out
from firsthand.settings import Settings

_WRONG_CODE = "That is not the code we sent, or it is too old. Check it, or ask for a new one."
_USED_LINK = "This link has been used, or is too old. Ask for a new one, or sign in by e-mail."


@get("/sign-in")
async def sign_in(request: AnyRequest, pages: ThePages, maybe_viewer: Anybody) -> Response[Any]:
    path = _next(request)
    if maybe_viewer:
        return see_other(path)
    return pages.render("accounts/sign_in.html", None, next=path, email="", error="")


@post("/sign-in", status_code=200)
async def send_code(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, mailer: TheMailer
) -> Response[Any]:
    """The same answer whether or not the address has an account."""
    form = await read_form(request)
    path, email = form.local_path("next", "/"), form.text("email")[:LONGEST_COOKIE]
    try:
        asker = Asker(peer_address(request), _asked_browser(request, settings))
        asked = await db.write(ask_for_code, form.text("email"), settings.secret_key, asker)
        if asked.mailed:
            subject = f"{_readable(asked.code)} is your code"
            await mailer.send(asked.email, subject, _mail(asked, settings))
    except Refused as refusal:
        return pages.render(
            "accounts/sign_in.html",
            None,
            status=refusal.status,
            next=path,
            email=email,
            error=refusal.detail,
        )
    browser = cookie(settings, _code_cookie(settings), asked.browser, CODE_LASTS.seconds)
    if settings.demo and asked.mailed:
        page = _code_page(pages, asked.email, path, shown=_readable(asked.code))
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
    email = await db.read(asked_address, _asked_browser(request, settings))
    if email is None:
        return see_other(f"/sign-in?next={quote(path)}")
    return _code_page(pages, email, path)


@post("/sign-in/code", status_code=200)
async def sign_in_with_code(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages
) -> Response[Any]:
    form = await read_form(request)
    path, browser = form.local_path("next", "/"), _asked_browser(request, settings)
    token = await db.write(
        enter_with_code,
        browser,
        form.text("code")[:LONGEST_COOKIE],
        settings.secret_key,
        _device(request, settings),
    )
    if token:
        return _without_code(await signed_in(db, settings, token, path), settings)
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
    secret = await db.write(enter_with_link, token[:LONGEST_COOKIE], _device(request, settings))
    if secret:
        return await signed_in(db, settings, secret, "/")
    return pages.render("accounts/sign_in_link.html", None, status=400, token="", error=_USED_LINK)


@delete("/session", status_code=200)
async def sign_out(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    state: State,
    maybe_viewer: Anybody,
) -> Redirect:
    """Ends this browser's session; whoever has none is signed out already."""
    if token := session_token(request, settings):
        await db.write(end_session, token)
    if maybe_viewer:
        state.viewers.forget(maybe_viewer.account_id)
    return signed_out(settings)


@delete("/sessions", status_code=200)
async def sign_out_everywhere(
    db: Db, settings: TheSettings, state: State, viewer: SignedIn
) -> Redirect:
    await db.write(end_sessions, viewer.account_id)
    state.viewers.forget(viewer.account_id)
    return signed_out(settings)


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


def _mail(asked: AskedCode, settings: Settings) -> str:
    minutes = CODE_LASTS.seconds // 60
    return (
        f"Hello,\n\n{_readable(asked.code)} is your code to sign in to Firsthand.\n"
        f"Type it into the page where you asked for it. It works once, for {minutes} minutes.\n\n"
        "You did not ask for it? Then do nothing: without this code nobody gets in.\n\n"
        f"{settings.base_url}\n"
    )


def _readable(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


def _next(request: AnyRequest) -> str:
    return local_path(request.query_params.get("next", ""), "/")


def _device(request: AnyRequest, settings: Settings) -> Device:
    return Device(
        user_agent=request.headers.get("user-agent", "")[:LONGEST_COOKIE],
        old_session=session_token(request, settings),
    )


def _asked_browser(request: AnyRequest, settings: Settings) -> str:
    return request.cookies.get(_code_cookie(settings), "")[:LONGEST_COOKIE]


def _without_code(redirect: Redirect, settings: Settings) -> Redirect:
    redirect.set_cookie(cookie(settings, _code_cookie(settings), "", 0))
    return redirect


def _code_cookie(settings: Settings) -> str:
    return f"{settings.session_cookie}-code"


routes = [
    sign_in,
    send_code,
    code_page,
    sign_in_with_code,
    link_page,
    sign_in_with_link,
    sign_out,
    sign_out_everywhere,
]
