"""The cookies of signing in: who carries one is that account, so scripts never see them."""

from urllib.parse import quote

from litestar.datastructures import Cookie
from litestar.response import Redirect

from firsthand.accounts.signing_in import SESSION_LASTS, viewer_of_session
from firsthand.db import Database
from firsthand.pages import see_other
from firsthand.problems import NotSignedIn
from firsthand.requests import ACCOUNT_HEADER, AnyRequest
from firsthand.settings import Settings

LONGEST_COOKIE = 200


async def signed_in(db: Database, settings: Settings, token: str, path: str) -> Redirect:
    """On to ``path`` with the session's cookie; who has no name yet is asked for it first."""
    viewer = await db.read(viewer_of_session, token)
    if viewer is None:
        raise NotSignedIn
    redirect = see_other(path if viewer.name else f"/welcome?next={quote(path)}")
    lasts = int(SESSION_LASTS.total_seconds())
    redirect.set_cookie(cookie(settings, settings.session_cookie, token, lasts))
    return redirect


def signed_out(settings: Settings) -> Redirect:
    redirect = see_other("/")
    redirect.set_cookie(cookie(settings, settings.session_cookie, "", 0))
    redirect.headers[ACCOUNT_HEADER] = "none"
    return redirect


def session_token(request: AnyRequest, settings: Settings) -> str | None:
    """What the browser's session cookie holds, if it can be one of ours."""
    token = request.cookies.get(settings.session_cookie, "")
    return token if 0 < len(token) <= LONGEST_COOKIE else None


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
