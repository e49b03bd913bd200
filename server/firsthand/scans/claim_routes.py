"""What a person says to another's "we met": yes, not me, or never again."""

from typing import Any
from uuid import UUID

from litestar import Response, put
from litestar.params import FromPath

from firsthand.dependencies import Db, SignedIn
from firsthand.forms import read_form
from firsthand.pages import see_other
from firsthand.requests import AnyRequest
from firsthand.scans.keeping import block_claimant, confirm_claim, dismiss_claim


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/confirmation")
async def put_confirmation(
    request: AnyRequest,
    db: Db,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    """ "Yes, we met": then the meeting is the viewer's too."""
    form = await read_form(request)
    await db.write(confirm_claim, viewer.account_id, other_id, meeting_id)
    return see_other(form.local_path("next", "/people"))


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/dismissal")
async def put_claim_dismissal(
    request: AnyRequest,
    db: Db,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    await db.write(dismiss_claim, viewer.account_id, other_id, meeting_id)
    return see_other(form.local_path("next", "/"))


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/block")
async def put_block(
    request: AnyRequest,
    db: Db,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    await db.write(block_claimant, viewer.account_id, other_id, meeting_id)
    return see_other(form.local_path("next", "/"))


routes: list[Any] = [put_confirmation, put_claim_dismissal, put_block]
