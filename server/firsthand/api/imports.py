"""``/api/v1/imports``."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat
from litestar.params import FromPath

from firsthand.dependencies import Db, SignedIn, TheSettings
from firsthand.requests import AnyRequest
from firsthand.ties.import_queue import SEND_INSTEAD
from firsthand.ties.importing import check_room, import_of
from firsthand.ties.models import Import, ImportState
from firsthand.upload_folders import uploads_folder
from firsthand.uploads import receive_files

_FILE = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
_FORM = Schema(
    type=OpenAPIType.OBJECT,
    properties={"file": Schema(type=OpenAPIType.ARRAY, items=_FILE)},
    required=["file"],
)


class TieCounts(msgspec.Struct):
    """People of the export: not known before, with news, and as known before."""

    added: int
    updated: int
    unchanged: int


class ProblemItem(msgspec.Struct):
    """What was left out or is wrong, and where."""

    where: str
    what: str


class ImportItem(msgspec.Struct):
    """An export that was brought; ``format`` is empty until it is done.

    ``unresolved`` people were kept without a handle, ``skipped`` records could not be used.
    """

    id: UUID
    state: Literal["running", "done", "failed"]
    format: str
    ties: TieCounts
    unresolved: int
    skipped: int
    problems: list[ProblemItem]


def import_item(brought: Import) -> ImportItem:
    """One that its owner took back is failed, and says so."""
    state: Literal["running", "done", "failed"] = "failed"
    if brought.state == ImportState.RUNNING:
        state = "running"
    elif brought.state == ImportState.DONE:
        state = "done"
    return ImportItem(
        brought.id,
        state,
        brought.format,
        TieCounts(brought.added, brought.updated, brought.unchanged),
        brought.unresolved,
        brought.skipped,
        [ProblemItem(each["where"], each["what"]) for each in brought.problems],
    )


@dataclass
class TakesFiles(Operation):
    """The body is streamed, so that Litestar does not see its shape."""

    def __post_init__(self) -> None:
        form = {"multipart/form-data": OpenAPIMediaType(schema=_FORM)}
        self.request_body = RequestBody(content=form, required=True)


@post(
    "/imports",
    status_code=202,
    request_max_body_size=None,
    operation_class=TakesFiles,
    summary="Bring an export: its zip, or files of it",
    tags=["imports"],
)
async def post_import(
    request: AnyRequest, db: Db, settings: TheSettings, state: State, viewer: SignedIn
) -> ImportItem:
    await db.read(check_room, viewer.account_id)
    form = await receive_files(request, uploads_folder(), settings.max_upload, SEND_INSTEAD)
    import_id = await state.imports.bring(viewer.account_id, form.folder, form.files)
    return import_item(await db.read(import_of, viewer.account_id, import_id))


@get("/imports/{import_id:uuid}", summary="How an import goes, and what it said", tags=["imports"])
async def get_import(db: Db, viewer: SignedIn, import_id: FromPath[UUID]) -> ImportItem:
    return import_item(await db.read(import_of, viewer.account_id, import_id))


routes = [post_import, get_import]
