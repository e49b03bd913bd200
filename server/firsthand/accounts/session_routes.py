"""Signing out: here, one browser elsewhere, or everywhere."""

from typing import Any

from litestar import Response, delete
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect

from firsthand.accounts.sessions import (
    end_other_sessions,
    end_session,
    end_session_numbered,
    end_sessions,
)
from firsthand.dependencies import Anybody, Db, FreshlySignedIn, TheSettings
from firsthand.pages import see_other
from firsthand.requests import AnyRequest
from firsthand.session_cookie import session_token, signed_out


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
    db: Db, settings: TheSettings, state: State, fresh_viewer: FreshlySignedIn
) -> Redirect:
    """Asks for a fresh sign-in (ASVS 5.0, 7.5.2): who finds an open laptop shuts nobody out."""
    await db.write(end_sessions, fresh_viewer.account_id)
    state.viewers.forget(fresh_viewer.account_id)
    return signed_out(settings)


@delete("/sessions/others", status_code=200)
async def sign_out_elsewhere(db: Db, state: State, fresh_viewer: FreshlySignedIn) -> Response[Any]:
    """This browser stays signed in."""
    await db.write(end_other_sessions, fresh_viewer)
    state.viewers.forget(fresh_viewer.account_id)
    return see_other("/me#devices-title")


@delete("/sessions/{number:str}", status_code=200)
async def sign_out_one(
    db: Db,
    settings: TheSettings,
    state: State,
    fresh_viewer: FreshlySignedIn,
    number: FromPath[str],
) -> Response[Any]:
    await db.write(end_session_numbered, fresh_viewer.account_id, number)
    state.viewers.forget(fresh_viewer.account_id)
    is_this = fresh_viewer.session is not None and fresh_viewer.session.number == number
    return signed_out(settings) if is_this else see_other("/me#devices-title")


routes = [sign_out, sign_out_everywhere, sign_out_elsewhere, sign_out_one]
