"""``/api/v1/imports/uploads``: an export sent in pieces, which goes on after a cut.

In the manner of tus 1.0 (resumable uploads): ask how much has come, send the next piece from there.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.datastructures import State
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat
from litestar.params import FromPath, HeaderParameter, JSONBody

from firsthand.dependencies import Db, SignedIn, TheSettings
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest
from firsthand.ties.import_queue import SEND_INSTEAD
from firsthand.ties.importing import check_room
from firsthand.ties.open_uploads import (
    AnnouncedFile,
    OpenUpload,
    append_piece,
    begin_upload,
    discard_upload,
    find_upload,
)
from firsthand.upload_folders import uploads_folder
from firsthand.uploads import (
    MOST_FILES,
    received_pieces,
    refusing_when_full,
    too_much,
)

_PIECE = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
_KIND = "application/offset+octet-stream"
_LONGEST_NAME = 1_000
_LONGEST_MARK = 200


class UploadBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is coming. With the same ``mark`` and files as before, it is that upload again."""

    files: Annotated[list[AnnouncedFile], msgspec.Meta(min_length=1, max_length=MOST_FILES)]
    mark: Annotated[str, msgspec.Meta(max_length=_LONGEST_MARK)] = ""


class UploadItem(msgspec.Struct):
    """``offset`` of ``size`` bytes have come. Whole, it is the import of the same ``id``."""

    id: UUID
    size: int
    offset: int


@dataclass
class TakesPiece(Operation):
    """The body is streamed, so that Litestar does not see its shape."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            content={_KIND: OpenAPIMediaType(schema=_PIECE)}, required=True
        )


@post("/imports/uploads", status_code=201, summary="Announce an export's files", tags=["imports"])
async def post_upload(
    db: Db, settings: TheSettings, viewer: SignedIn, data: JSONBody[UploadBody]
) -> UploadItem:
    _check(data, settings.max_upload)
    await db.read(check_room, viewer.account_id)
    with refusing_when_full():
        upload = await asyncio.to_thread(
            begin_upload, uploads_folder(), viewer.account_id, data.files, data.mark
        )
    return await _item(upload)


@get("/imports/uploads/{upload_id:uuid}", summary="How much has come", tags=["imports"])
async def get_upload(viewer: SignedIn, upload_id: FromPath[UUID]) -> UploadItem:
    return await _item(await _find(viewer.account_id, upload_id))


@patch(
    "/imports/uploads/{upload_id:uuid}",
    request_max_body_size=None,
    operation_class=TakesPiece,
    summary="The next piece; with the last one, the import starts",
    tags=["imports"],
)
async def patch_upload(
    request: AnyRequest,
    state: State,
    viewer: SignedIn,
    upload_id: FromPath[UUID],
    upload_offset: Annotated[int, HeaderParameter(name="Upload-Offset", ge=0)],
) -> UploadItem:
    upload = await _find(viewer.account_id, upload_id)
    # Before anything is read, and for a body that is empty: is it the next piece at all?
    offset = await asyncio.to_thread(append_piece, upload, upload_offset, b"")
    with refusing_when_full():
        async for piece in received_pieces(request, upload.size - offset):
            offset = await asyncio.to_thread(append_piece, upload, offset, piece)
    if offset == upload.size:
        await state.imports.bring_upload(upload)
    return UploadItem(upload.id, upload.size, offset)


@delete("/imports/uploads/{upload_id:uuid}", summary="Give an upload up", tags=["imports"])
async def delete_upload(viewer: SignedIn, upload_id: FromPath[UUID]) -> None:
    upload = await _find(viewer.account_id, upload_id)
    await asyncio.to_thread(discard_upload, upload)


async def _find(owner_id: UUID, upload_id: UUID) -> OpenUpload:
    return await asyncio.to_thread(find_upload, uploads_folder(), owner_id, upload_id)


async def _item(upload: OpenUpload) -> UploadItem:
    return UploadItem(upload.id, upload.size, await asyncio.to_thread(upload.offset))


def _check(body: UploadBody, most: int) -> None:
    """Raises Invalid, TooLarge."""
    for file in body.files:
        if not 0 < len(file.name) <= _LONGEST_NAME or "\0" in file.name or file.size < 0:
            raise Invalid("Each file needs a name and a size in bytes.")
    if sum(file.size for file in body.files) > most:
        raise too_much(most, SEND_INSTEAD)


routes: list[Any] = [post_upload, get_upload, patch_upload, delete_upload]
