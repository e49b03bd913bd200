"""Signing in with an account elsewhere, and linking one: there, back, and what became of it."""

import secrets
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath

from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.entering import Device
from firsthand.db import Database
from firsthand.dependencies import (
    Anybody,
    Db,
    FreshlySignedIn,
    TheMailer,
    ThePages,
    TheSettings,
)
from firsthand.forms import read_form
from firsthand.pages import Pages
from firsthand.problems import Refused
from firsthand.requests import AnyRequest, in_person, peer_address
from firsthand.session_cookie import LONGEST_COOKIE, cookie, session_token, signed_in
from firsthand.settings import Client, Settings
from firsthand.sign_in_elsewhere import link_routes, linking, mastodon, ways
from firsthand.sign_in_elsewhere.apps import app_at, keep_app
from firsthand.sign_in_elsewhere.asking import NotSignedInThere
from firsthand.sign_in_elsewhere.elsewhere import Elsewhere, Return
from firsthand.sign_in_elsewhere.identity import Identity
from firsthand.sign_in_elsewhere.link_routes import (
    MINE,
    OFFERED,
    browser_cookie,
    browser_of,
    linked_now,
)
from firsthand.sign_in_elsewhere.providers import Kind, Provider

_LONGEST_PARAMETER = 4000
_STRAY = "This sign-in was not begun in this browser, has been used, or is too old. Start again."


@post("/sign-in/with/{provider:str}", status_code=200)
async def sign_in_elsewhere(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    state: State,
    provider: FromPath[str],
) -> Response[Any]:
    form = await read_form(request)
    there = _elsewhere(state).provider(provider)
    goal = ways.Goal(there.key, there.issuer, form.local_path("next", "/"))
    return await _leave(request, db, settings, pages, state, goal, form.text("server"))


@post("/me/identities", status_code=200)
async def link_elsewhere(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    state: State,
    fresh_viewer: FreshlySignedIn,
) -> Response[Any]:
    """One more way in: whoever has found a browser open must not add theirs."""
    viewer = in_person(fresh_viewer)
    form = await read_form(request)
    there = _elsewhere(state).provider(form.text("provider"))
    goal = ways.Goal(there.key, there.issuer, MINE, viewer.account_id)
    return await _leave(request, db, settings, pages, state, goal, form.text("server"), viewer)


@get("/sign-in/with/{provider:str}/back")
async def back_from_elsewhere(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    mailer: TheMailer,
    state: State,
    maybe_viewer: Anybody,
    provider: FromPath[str],
) -> Response[Any]:
    """``provider``: its key, or the name of a Mastodon server."""
    elsewhere, browser = _elsewhere(state), browser_of(request, settings)
    there = elsewhere.provider("mastodon" if "." in provider else provider)
    came = _came(request)
    goal = await db.write(ways.take, came.state, browser) if came.state and browser else None
    try:
        if goal is None or goal.provider != there.key or not _is_from(provider, there, goal):
            raise NotSignedInThere(_STRAY)
        linker = _linker(goal, maybe_viewer)
        client = await _client(db, elsewhere, there, goal.issuer)
        way = elsewhere.way(there, goal.issuer, client, came.state)
        identity = await elsewhere.run(there, elsewhere.identity, way, goal.issuer, came)
        if linker:
            linked = await db.write(linking.link, linker.account_id, identity)
            return linked_now(mailer, settings, linker, linked)
        answer = await _enter(request, db, settings, pages, there, goal, identity)
        if maybe_viewer:
            state.viewers.forget(maybe_viewer.account_id)
        return answer
    except Refused as refusal:
        return _problem(pages, refusal, goal, maybe_viewer)


def _linker(goal: ways.Goal, viewer: Viewer | None) -> Viewer | None:
    """Whoever began this to link it, None for signing in. Raises NotSignedInThere."""
    if goal.account_id is None:
        return None
    if viewer is None or viewer.account_id != goal.account_id:
        raise NotSignedInThere("Somebody else is signed in here now. Nothing was linked.")
    return viewer


async def _leave(
    request: AnyRequest,
    db: Database,
    settings: Settings,
    pages: Pages,
    state: State,
    goal: ways.Goal,
    server: str,
    viewer: Viewer | None = None,
) -> Response[Any]:
    """A page that goes on to the provider: the policy lets no form be sent on to another site."""
    elsewhere = _elsewhere(state)
    there = elsewhere.provider(goal.provider)
    browser = browser_of(request, settings) or secrets.token_urlsafe(32)
    try:
        if there.kind is Kind.MASTODON:
            issuer = mastodon.issuer_of(mastodon.read_server(server))
            goal = ways.Goal(goal.provider, issuer, goal.next_path, goal.account_id)
        starter = ways.Starter(browser, peer_address(request))
        value = await db.write(ways.begin, goal, starter, settings.secret_key)
        client = await _introduced(db, elsewhere, there, goal.issuer)
        way = elsewhere.way(there, goal.issuer, client, value)
        url = await elsewhere.run(there, elsewhere.page_there, way, goal.issuer)
    except Refused as refusal:
        return _problem(pages, refusal, goal, viewer)
    label = mastodon.host_of(goal.issuer) if there.kind is Kind.MASTODON else there.label
    page = pages.render("sign_in_elsewhere/leaving.html", viewer, url=url, label=label)
    page.set_cookie(cookie(settings, browser_cookie(settings), browser, ways.WAY_LASTS.seconds))
    return page


async def _introduced(db: Database, elsewhere: Elsewhere, there: Provider, issuer: str) -> Client:
    """The client for the way there; a Mastodon server that does not know this one is told."""
    if there.client is not None:
        return there.client
    host = mastodon.host_of(issuer)
    known = await db.read(app_at, host, elsewhere.secret_key)
    client = await elsewhere.run(there, elsewhere.app_there, there, host, known)
    if not (known and known.is_fresh):
        await db.write(keep_app, host, client, elsewhere.secret_key)
    return client


async def _client(db: Database, elsewhere: Elsewhere, there: Provider, issuer: str) -> Client:
    if there.client is not None:
        return there.client
    known = await db.read(app_at, mastodon.host_of(issuer), elsewhere.secret_key)
    if known is None:
        raise NotSignedInThere(_STRAY)
    return known.client


async def _enter(
    request: AnyRequest,
    db: Database,
    settings: Settings,
    pages: Pages,
    there: Provider,
    goal: ways.Goal,
    identity: Identity,
) -> Response[Any]:
    browser = browser_of(request, settings)
    device = Device(
        user_agent=request.headers.get("user-agent", "")[:LONGEST_COOKIE],
        old_session=session_token(request, settings),
    )
    outcome = await db.write(linking.sign_in_with, identity, browser, device)
    if isinstance(outcome, str):
        return await signed_in(db, settings, outcome, goal.next_path)
    page = pages.render(
        "sign_in_elsewhere/known_address.html",
        None,
        status=409,
        email=outcome.email,
        label=there.label,
        next=OFFERED,
    )
    lasts = linking.OFFER_LASTS.seconds
    page.set_cookie(cookie(settings, browser_cookie(settings), browser, lasts))
    return page


def _problem(
    pages: Pages, refusal: Refused, goal: ways.Goal | None, viewer: Viewer | None
) -> Response[Any]:
    is_linking = goal is not None and goal.account_id is not None
    return pages.render(
        "sign_in_elsewhere/problem.html",
        viewer,
        status=refusal.status,
        here="me",
        problem=refusal.detail,
        is_linking=is_linking,
        next=goal.next_path if goal and not is_linking else "/",
    )


def _is_from(provider: str, there: Provider, goal: ways.Goal) -> bool:
    """Whether this is the address that the browser was to come back to."""
    if there.kind is Kind.MASTODON:
        return goal.issuer == mastodon.issuer_of(provider)
    return goal.issuer == there.issuer


def _came(request: AnyRequest) -> Return:
    """A parameter that is there twice, or far too long, is none."""

    def one(name: str) -> str | None:
        values = request.query_params.getall(name, [])
        is_fine = len(values) == 1 and len(values[0]) <= _LONGEST_PARAMETER
        return values[0] if is_fine else ("" if values else None)

    return Return(one("code") or "", one("state") or "", one("error") or "", one("iss"))


def _elsewhere(state: State) -> Elsewhere:
    found: Elsewhere = state.elsewhere
    return found


routes: list[Any] = [
    sign_in_elsewhere,
    link_elsewhere,
    back_from_elsewhere,
    *link_routes.routes,
]
