"""The cookies of signing in: who carries one is that account, so scripts never see them."""

import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from litestar import MediaType, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from firsthand.accounts.authenticators import site_of
from firsthand.accounts.passkeys import CHALLENGE_LASTS, Ceremony
from firsthand.accounts.sessions import SESSION_LASTS, viewer_of_session
from firsthand.accounts.signing_in import CODE_LASTS
from firsthand.attendees.entering import Device
from firsthand.db import Database
from firsthand.pages import see_other
from firsthand.problems import NotSignedIn
from firsthand.requests import ACCOUNT_HEADER, AnyRequest
from firsthand.settings import Settings

LONGEST_COOKIE = 200
_BROWSER_BYTES = 32


async def signed_in(db: Database, settings: Settings, token: str, path: str) -> Redirect:
    """On to ``path`` with the session's cookie; who has no name yet is asked for it first."""
    viewer = await db.read(viewer_of_session, token)
    if viewer is None:
        raise NotSignedIn
    redirect = see_other(path if viewer.name else f"/welcome?next={quote(path)}")
    lasts = int(SESSION_LASTS.total_seconds())
    redirect.set_cookie(cookie(settings, settings.session_cookie, token, lasts))
    return redirect


def signed_out(settings: Settings, path: str = "/") -> Redirect:
    redirect = see_other(path)
    redirect.set_cookie(cookie(settings, settings.session_cookie, "", 0))
    redirect.headers[ACCOUNT_HEADER] = "none"
    return redirect


def session_token(request: AnyRequest, settings: Settings) -> str | None:
    """What the browser's session cookie holds, cut where none of ours is as long."""
    return request.cookies.get(settings.session_cookie, "")[:LONGEST_COOKIE] or None


def device_of(request: AnyRequest, settings: Settings) -> Device:
    """What the browser says it is, and the session that it has until now."""
    return Device(
        user_agent=request.headers.get("user-agent", "")[:LONGEST_COOKIE],
        old_session=session_token(request, settings),
    )


def asked_browser(request: AnyRequest, settings: Settings) -> str:
    """What tells the browser that asked for a code from others; empty if it asked for none."""
    return request.cookies.get(_code_cookie(settings), "")[:LONGEST_COOKIE]


def code_cookie(settings: Settings, browser: str) -> Cookie:
    return cookie(settings, _code_cookie(settings), browser, CODE_LASTS.seconds)


def no_code_cookie(settings: Settings) -> Cookie:
    """The code has done its work."""
    return cookie(settings, _code_cookie(settings), "", 0)


def ceremony_of(request: AnyRequest, settings: Settings) -> Ceremony:
    """Which browser a passkey's challenge is for; without a secret where it has asked for none."""
    browser = request.cookies.get(_passkey_cookie(settings), "")[:LONGEST_COOKIE]
    return Ceremony(site_of(settings.base_url), browser)


def new_ceremony(request: AnyRequest, settings: Settings) -> Ceremony:
    """The same, with a secret. Tabs of one browser share theirs."""
    ceremony = ceremony_of(request, settings)
    if ceremony.browser:
        return ceremony
    return replace(ceremony, browser=secrets.token_urlsafe(_BROWSER_BYTES))


def challenged(
    settings: Settings, ceremony: Ceremony, options: dict[str, Any]
) -> Response[dict[str, Any]]:
    """What a page's script asks the authenticator, with the cookie that binds it to the browser."""
    answer = Response(options, media_type=MediaType.JSON, headers={"Cache-Control": "no-store"})
    name, lasts = _passkey_cookie(settings), CHALLENGE_LASTS.seconds
    answer.set_cookie(cookie(settings, name, ceremony.browser, lasts))
    return answer


def _code_cookie(settings: Settings) -> str:
    return f"{settings.session_cookie}-code"


def _passkey_cookie(settings: Settings) -> str:
    return f"{settings.session_cookie}-passkey"


def cookie(settings: Settings, name: str, value: str, seconds: int) -> Cookie:
    """``__Host-`` demands Secure, the path / and no domain."""
    return Cookie(
        key=name,
        value=value,
        max_age=seconds,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )
