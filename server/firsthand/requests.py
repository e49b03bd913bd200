"""What every request needs: who asks, the same-origin check, and methods from plain forms."""

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders, State
from litestar.enums import HttpMethod, ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from sqlalchemy import select

from firsthand.accounts.models import Account
from firsthand.accounts.signing_in import SCOPES, Viewer, hash_token
from firsthand.accounts.tokens import TOKEN_PREFIX
from firsthand.accounts.viewers import Viewers
from firsthand.asked_from import AskedFrom, asking
from firsthand.db import Database, now
from firsthand.problems import AnotherAccount, NotAllowed, NotFresh, NotSignedIn
from firsthand.settings import LOOPBACK_HOSTS

AnyRequest = Request[Any, Any, State]
AnyConnection = ASGIConnection[Any, Any, Any, State]
_SAFE = {"GET", "HEAD", "OPTIONS"}
_OVERRIDES = {"PUT", "PATCH", "DELETE"}
_LARGEST_FORM = 1_000_000
# What a request is let in by.
_JUDGED_BY = {
    name.encode(): name
    for name in ("host", "authorization", "sec-fetch-site", "origin", "content-type", "user-agent")
}


# Says whose an answer is to the browser's service worker, which cannot read the session's cookie:
# an account, or "none". It drops the private copies of anybody else.
ACCOUNT_HEADER = "Firsthand-Account"
_ACCOUNT = "firsthand_account"
_ASKER = "firsthand_asker"
_VIEWER = "firsthand_viewer"


async def viewer_or_none(connection: AnyConnection) -> Viewer | None:
    """Whoever is signed in, by bearer token or by session cookie.

    A request that carries a token is judged by it alone, and each request once.
    """
    state = connection.scope["state"]
    if _VIEWER in state:
        known: Viewer | None = state[_VIEWER]
        return known
    viewer = state[_VIEWER] = await _judged(connection)
    state[_ASKER] = viewer.account_id if viewer else None
    if "authorization" not in connection.headers:
        state[_ACCOUNT] = viewer.account_id.hex if viewer else "none"
    return viewer


def judged_already(connection: AnyConnection) -> bool:
    """Whether it is known already who asks."""
    return _VIEWER in connection.scope["state"]


async def only_signed_in(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """A guard, which is asked before anything of the body is read. Raises NotSignedIn."""
    if await viewer_or_none(connection) is None:
        raise NotSignedIn


def asker_is_gone(connection: AnyConnection) -> bool:
    """Whether the account that asks has been deleted meanwhile, here or through another replica."""
    asker = asker_of(connection.scope)
    if asker is None:
        return False
    gone = select(Account.id).where(Account.id == asker)
    db: Database = connection.app.state.db
    return db.read_now(lambda session: session.scalar(gone)) is None


def asker_of(scope: Scope) -> UUID | None:
    """The account that asks, where the route has looked."""
    asker: UUID | None = scope.get("state", {}).get(_ASKER)
    return asker


async def _judged(connection: AnyConnection) -> Viewer | None:
    viewers: Viewers = connection.app.state.viewers
    authorization = connection.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        is_token = scheme.lower() == "bearer" and token.startswith(TOKEN_PREFIX)
        viewer = await viewers.with_secret(token) if is_token else None
        # An address book's password opens nothing but that.
        return viewer if viewer and not viewer.scopes.isdisjoint(SCOPES) else None
    cookie = connection.cookies.get(connection.app.state.settings.session_cookie, "")
    return None if cookie.startswith(TOKEN_PREFIX) else await viewers.with_secret(cookie)


async def provide_viewer(request: AnyRequest) -> Viewer:
    """The signed-in account. Raises NotSignedIn, NotAllowed, AnotherAccount.

    A phone's queue names the account whose scans it sends: the session may have changed since.
    """
    viewer = await viewer_or_none(request)
    if viewer is None:
        raise NotSignedIn
    meant = request.headers.get("firsthand-account")
    if meant is not None and meant.lower() != str(viewer.account_id):
        raise AnotherAccount
    needed = "read" if request.method in _SAFE else "write"
    if needed not in viewer.scopes:
        raise NotAllowed(f"This token lacks the scope {needed}.")
    return viewer


async def provide_fresh_viewer(request: AnyRequest) -> Viewer:
    """The signed-in account, which has shown lately that it is still the same person. Raises
    NotFresh, and what ``provide_viewer`` raises.
    """
    viewer = await provide_viewer(request)
    if not viewer.is_fresh(now()):
        raise NotFresh
    return viewer


def in_person(viewer: Viewer) -> Viewer:
    """For the ways to sign in, which a token could use to become more than it is. Raises
    NotAllowed.
    """
    if viewer.session is None:
        raise NotAllowed("A token cannot change how its account signs in.")
    return viewer


async def provide_organiser(request: AnyRequest) -> Viewer:
    """The signed-in account, allowed to organise. Raises NotSignedIn, NotAllowed."""
    viewer = await viewer_or_none(request)
    if viewer is None:
        raise NotSignedIn
    if "organise" not in viewer.scopes:
        raise NotAllowed("This token lacks the scope organise.")
    return viewer


async def provide_maybe_viewer(request: AnyRequest) -> Viewer | None:
    """The signed-in account, or None for a page that is there for everybody."""
    return await viewer_or_none(request)


def peer_address(request: AnyRequest) -> str:
    """The network address that asks, as a proxy in front of us names it; empty if nobody says.

    Only who reaches us from a private network may be such a proxy.
    """
    peer = request.client.host if request.client else ""
    try:
        is_proxy = ip_address(peer).is_private
    except ValueError:
        return peer
    behind = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return behind[:64] if is_proxy and behind else peer


def is_same_origin(headers: Mapping[str, str], base_url: str) -> bool:
    """Whether a browser sent this from one of our own pages (or it is no browser at all).

    Sec-Fetch-Site says so where the browser sends it; else the Origin header must be ours. A
    request with neither comes from no page: scripts with a cookie jar send neither.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None:
        return True
    ours = urlsplit(base_url)
    return origin == f"{ours.scheme}://{ours.netloc}"


class AccountHeader:
    """Adds it where the request asked who is signed in; elsewhere nothing is known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_account(message: Message) -> None:
            if message["type"] == "http.response.start":
                account = scope.get("state", {}).get(_ACCOUNT)
                if account:
                    headers = MutableScopeHeaders.from_message(message)
                    headers.setdefault(ACCOUNT_HEADER, account)
            await send(message)

        await self.app(scope, receive, send_with_account)


class OurRequests:
    """Lets in, before anything is read, what is meant for us, and finds its real method.

    The Host header must be ours: a page elsewhere could point its own name at this address.

    A changing request must come from our own pages or carry a bearer token. Plain forms can only
    POST: ``_method`` in such a form stands for PUT, PATCH or DELETE.
    """

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app = app
        self._base_url = base_url
        host = urlsplit(base_url).hostname or "localhost"
        self._hosts = LOOPBACK_HOSTS if host in LOOPBACK_HOSTS else {host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._let_in(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _let_in(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        # Servers lower-case the names (ASGI's specification).
        headers = {
            _JUDGED_BY[name]: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _JUDGED_BY
        }
        if not scope["path"].startswith("/health/") and not self._is_ours(headers.get("host", "")):
            await _refuse(send, 400, "This server does not answer to that name.")
            return
        if scope["method"] in _SAFE:
            if scope["method"] == "HEAD":
                scope["method"], send = HttpMethod.GET, _without_body(send)
            with asking(_where(headers)):
                await self._app(scope, receive, send)
            return
        if "authorization" not in headers and not is_same_origin(headers, self._base_url):
            await _refuse(send, 403, "This request came from another site.")
            return
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] == "POST" and kind == "application/x-www-form-urlencoded":
            receive = await self._with_method(scope, receive)
        with asking(_where(headers)):
            await self._app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            name = None
        return name in self._hosts

    async def _with_method(self, scope: HTTPScope, receive: Receive) -> Receive:
        messages: list[Any] = []
        body = b""
        more = True
        while more and len(body) <= _LARGEST_FORM:
            message: Any = await receive()
            messages.append(message)
            # A message that the client is gone has neither.
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if b"_method=" in body and len(body) <= _LARGEST_FORM:
            wanted = parse_qs(body.decode("latin-1")).get("_method", [""])[0].upper()
            if wanted in _OVERRIDES:
                scope["method"] = cast(HttpMethod, wanted)
        return _replay(messages, receive)


def _without_body(send: Send) -> Send:
    """HEAD is answered as GET is, but for the body (RFC 9110, 9.3.2)."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return send_head


def _where(headers: Mapping[str, str]) -> AskedFrom:
    token = headers.get("authorization", "").partition(" ")[2]
    return AskedFrom(headers.get("user-agent", ""), hash_token(token) if token else "")


async def _refuse(send: Send, status: int, detail: str) -> None:
    body = json.dumps(
        {"type": "about:blank", "title": "Not allowed", "status": status, "detail": detail}
    ).encode()
    headers = [(b"content-type", b"application/problem+json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _replay(messages: list[Any], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replayed() -> Any:
        for message in waiting:
            return message
        return await receive()

    return replayed
