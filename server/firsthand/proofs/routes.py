"""The page that profiles link to, and looking for that link."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Response, delete, get, put
from litestar.datastructures import State
from litestar.params import FromPath

from firsthand.dependencies import Anybody, Db, SignedIn, ThePages, TheSettings
from firsthand.forms import Form, read_form
from firsthand.pages import see_other
from firsthand.problems import NotFound
from firsthand.proofs.codes import is_code
from firsthand.proofs.proving import own_profiles, prove, withdraw
from firsthand.requests import AnyRequest


@get("/proof/{code:str}")
async def proof_page(
    db: Db, pages: ThePages, maybe_viewer: Anybody, code: FromPath[str]
) -> Response[str]:
    """Public: it links with rel="me" to the profiles that link to it."""
    if not is_code(code):
        raise NotFound
    found = await db.read(own_profiles, code)
    return pages.render("proofs/page.html", maybe_viewer, here="", found=found, code=code)


@put("/me/handles/{handle_id:uuid}/proof", status_code=200)
async def look_for_proof(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    state: State,
    viewer: SignedIn,
    handle_id: FromPath[UUID],
) -> Response[Any]:
    """Looks at the profile, for ten seconds at most, and comes back with what was found."""
    form = await read_form(request)
    await asyncio.to_thread(
        prove, db, state.looker, viewer.account_id, handle_id, settings.base_url
    )
    return _back(form, handle_id)


@delete("/me/handles/{handle_id:uuid}/proof", status_code=200)
async def withdraw_proof(
    request: AnyRequest, db: Db, viewer: SignedIn, handle_id: FromPath[UUID]
) -> Response[Any]:
    form = await read_form(request)
    await db.write(withdraw, viewer.account_id, handle_id)
    return _back(form, handle_id)


def _back(form: Form, handle_id: UUID) -> Response[Any]:
    return see_other(form.local_path("next", f"/me#handle-{handle_id}"))


routes: list[Any] = [proof_page, look_for_proof, withdraw_proof]
