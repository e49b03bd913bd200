"""One's own picture, and everybody's as far as the viewer may see it."""

import asyncio
from typing import Any

from litestar import Response, delete, get, post
from litestar.params import FromPath

from firsthand.accounts.face_drawing import LARGEST_FILE
from firsthand.accounts.faces import (
    DRAWING,
    TOO_LARGE,
    count_face,
    draw_face,
    keep_face,
    remove_face,
)
from firsthand.accounts.profile import account
from firsthand.contacts.faces import face_seen
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.pages import see_other
from firsthand.problems import Invalid, Refused
from firsthand.requests import AnyRequest
from firsthand.upload_folders import uploads_folder
from firsthand.uploads import receive_files


@get("/me/face")
async def my_face(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    return await _page(db, pages, viewer)


@post("/me/face", status_code=200, request_max_body_size=None)
async def post_face(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    try:
        sent = await _received(request)
        await db.write(count_face, viewer.account_id)
        picture = await asyncio.get_running_loop().run_in_executor(DRAWING, draw_face, sent)
    except Refused as refusal:
        return await _page(db, pages, viewer, refusal)
    await db.write(keep_face, viewer.account_id, picture)
    return see_other("/me/face")


@delete("/me/face", status_code=200)
async def delete_face(db: Db, viewer: SignedIn) -> Response[Any]:
    await db.write(remove_face, viewer.account_id)
    return see_other("/me/face")


@get("/faces/{mark:str}")
async def face(request: AnyRequest, db: Db, viewer: SignedIn, mark: FromPath[str]) -> Response[Any]:
    """Asked for anew each time, since it may be taken back: only its bytes are remembered."""
    picture = await db.read(face_seen, viewer.account_id, mark)
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{mark}"', "Vary": "Cookie"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(None, status_code=304, headers=headers)
    return Response(picture, media_type="image/jpeg", headers=headers)


async def _received(request: AnyRequest) -> bytes:
    """Raises Invalid, TooLarge."""
    form = await receive_files(request, uploads_folder(), LARGEST_FILE, TOO_LARGE)
    try:
        if not form.files:
            message = "Choose a picture."
            raise Invalid(message, {"face": message})
        return await asyncio.to_thread(form.files[0][1].read_bytes)
    finally:
        await asyncio.to_thread(form.discard)


async def _page(
    db: Db, pages: ThePages, viewer: SignedIn, refusal: Refused | None = None
) -> Response[str]:
    return pages.render(
        "accounts/face.html",
        viewer,
        status=refusal.status if refusal else 200,
        here="me",
        account=await db.read(account, viewer.account_id),
        problem=refusal.detail if refusal else "",
    )


routes: list[Any] = [my_face, post_face, delete_face, face]
