"""The first steps, who one is and where else; and one's handles."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import FromPath

from firsthand.accounts.profile import ProfileChange, account, change_profile
from firsthand.accounts.signing_in import Viewer
from firsthand.db import Database
from firsthand.dependencies import Db, SignedIn, ThePages, TheSettings
from firsthand.forms import Form, local_path, read_form
from firsthand.handles.keeping import add_handle, remove_handle, show_handle_to
from firsthand.handles.networks import Network
from firsthand.pages import IN_PLACE, Pages, see_other
from firsthand.problems import Conflict, Invalid
from firsthand.proofs.of_account import handles_and_proofs
from firsthand.requests import AnyRequest
from firsthand.settings import Settings

_FIELDS = ("name", "headline", "company")


@get("/welcome")
async def welcome(request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    mine = await db.read(account, viewer.account_id)
    typed = {name: getattr(mine, name) for name in _FIELDS}
    return _welcome(pages, viewer, _next(request), typed, {})


@post("/welcome", status_code=200)
async def introduce_oneself(
    request: AnyRequest, db: Db, pages: ThePages, state: State, viewer: SignedIn
) -> Response[Any]:
    form = await read_form(request)
    typed = {name: form.text(name) for name in _FIELDS}
    path = form.local_path("next", "/")
    try:
        await db.write(
            change_profile,
            viewer.account_id,
            ProfileChange(typed["name"], typed["headline"], typed["company"]),
        )
    except Invalid as invalid:
        return _welcome(pages, viewer, path, typed, invalid.fields)
    state.viewers.forget(viewer.account_id)
    return see_other(f"/me/handles?next={quote(path)}")


@get("/me/handles")
async def my_handles(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, viewer: SignedIn
) -> Response[str]:
    return await _handles(db, settings, pages, viewer, _next(request))


@post("/me/handles", status_code=200)
async def paste_handle(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    form = await read_form(request)
    pasted, network = form.text("handle")[:2000], form.text("network") or None
    try:
        await db.write(add_handle, viewer.account_id, pasted, network)
    except (Invalid, Conflict) as refusal:
        return await _handles(
            db,
            settings,
            pages,
            viewer,
            _next_of(form),
            pasted=pasted,
            network=network,
            refusal=refusal,
        )
    return _back_to_handles(form)


@patch("/me/handles/{handle_id:uuid}", status_code=200)
async def show_handle(
    request: AnyRequest, db: Db, viewer: SignedIn, handle_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    await db.write(show_handle_to, viewer.account_id, handle_id, form.text("circle"))
    return _back_to_handles(form)


@delete("/me/handles/{handle_id:uuid}", status_code=200)
async def take_handle_back(
    request: AnyRequest, db: Db, viewer: SignedIn, handle_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    await db.write(remove_handle, viewer.account_id, handle_id)
    return _back_to_handles(form)


async def _handles(
    db: Database,
    settings: Settings,
    pages: Pages,
    viewer: Viewer,
    path: str,
    *,
    pasted: str = "",
    network: str | None = None,
    refusal: Invalid | Conflict | None = None,
) -> Response[str]:
    return pages.render(
        "accounts/handles.html",
        viewer,
        status=refusal.status if refusal else 200,
        headers=IN_PLACE if refusal else None,
        here="me",
        **await db.read(handles_and_proofs, viewer.account_id, settings.base_url),
        networks=list(Network),
        next=path,
        pasted=pasted,
        network=network or "",
        refusal=refusal.detail if refusal else "",
    )


def _back_to_handles(form: Form) -> Response[Any]:
    """To the page that the form stood on: the one of the first steps knows where to go on."""
    path = _next_of(form)
    return see_other(f"/me/handles?next={quote(path)}" if path else "/me#handles")


def _welcome(
    pages: Pages, viewer: Viewer, path: str, typed: dict[str, str], problems: dict[str, str]
) -> Response[str]:
    return pages.render(
        "accounts/welcome.html",
        viewer,
        status=400 if problems else 200,
        next=path,
        typed={name: text[:2000] for name, text in typed.items()},
        problems=problems,
    )


def _next(request: AnyRequest) -> str:
    return local_path(request.query_params.get("next", ""), "/")


def _next_of(form: Form) -> str:
    return form.local_path("next", "") if form.text("next") else ""


routes: list[Any] = [
    welcome,
    introduce_oneself,
    my_handles,
    paste_handle,
    show_handle,
    take_handle_back,
]
