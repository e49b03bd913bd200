"""Pages of bringing an archive: choosing its files, watching it being read, what it said."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from sqlalchemy.orm import Session

from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import current_event
from firsthand.db import Database
from firsthand.dependencies import Db, SignedIn, ThePages, TheSettings
from firsthand.events.models import Event
from firsthand.pages import Pages, see_other
from firsthand.problems import Refused
from firsthand.requests import AnyRequest
from firsthand.settings import Settings
from firsthand.ties.facts import count_ended_by
from firsthand.ties.import_queue import SEND_INSTEAD
from firsthand.ties.importing import (
    check_room,
    import_of,
    imports_of,
    is_weighing,
    undo_import,
)
from firsthand.ties.models import Import, ImportState
from firsthand.unmet.queries import MOST_COUNTED, count_unmet
from firsthand.upload_folders import uploads_folder
from firsthand.uploads import receive_files, size_words


@get("/import")
async def import_page(
    db: Db, pages: ThePages, settings: TheSettings, viewer: SignedIn
) -> Response[str]:
    return await _choosing(db, pages, settings, viewer)


@post("/import", status_code=200, request_max_body_size=None)
async def bring_archive(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    state: State,
    viewer: SignedIn,
) -> Response[Any]:
    try:
        await db.read(check_room, viewer.account_id)
        form = await receive_files(request, uploads_folder(), settings.max_upload, SEND_INSTEAD)
        import_id = await state.imports.bring(viewer.account_id, form.folder, form.files)
    except Refused as refusal:
        return await _choosing(db, pages, settings, viewer, refusal)
    return see_other(f"/import/{import_id}")


@get("/import/{import_id:uuid}")
async def import_report(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, import_id: FromPath[UUID]
) -> Response[str]:
    """How far it is, then what it said; asked for by htmx, only that."""
    outcome = await db.read(_outcome, viewer.account_id, import_id)
    in_place = bool(request.headers.get("hx-request"))
    return pages.render(
        "ties/_import.html" if in_place else "ties/report.html",
        viewer,
        here="me",
        event=outcome.event,
        outcome=outcome,
        most_counted=MOST_COUNTED,
    )


@delete("/import/{import_id:uuid}", status_code=200)
async def undo(db: Db, viewer: SignedIn, import_id: FromPath[UUID]) -> Response[Any]:
    """What it said counts no longer."""
    await db.write(undo_import, viewer.account_id, import_id)
    return see_other(f"/import/{import_id}")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """``known_here``: how many at the current event are known online and not met; ``ended``: how
    many an earlier export listed whom this one lacks.
    """

    brought: Import
    is_weighing: bool
    event: Event | None
    known_here: int
    ended: int

    @property
    def is_running(self) -> bool:
        waits = self.brought.state == ImportState.DONE and self.is_weighing
        return waits or self.brought.state == ImportState.RUNNING

    @property
    def people(self) -> int:
        return self.brought.added + self.brought.updated + self.brought.unchanged


def _outcome(session: Session, viewer_id: UUID, import_id: UUID) -> _Outcome:
    """Raises NotFound."""
    brought = import_of(session, viewer_id, import_id)
    event = current_event(session, viewer_id)
    weighing = is_weighing(session, viewer_id)
    is_done = brought.state == ImportState.DONE and not weighing
    known = count_unmet(session, viewer_id, event.id) if event and is_done else 0
    ended = count_ended_by(session, viewer_id, import_id) if is_done else 0
    return _Outcome(brought, weighing, event, known, ended)


async def _choosing(
    db: Database,
    pages: Pages,
    settings: Settings,
    viewer: Viewer,
    refusal: Refused | None = None,
) -> Response[str]:
    return pages.render(
        "ties/import.html",
        viewer,
        status=refusal.status if refusal else 200,
        here="me",
        event=await db.read(current_event, viewer.account_id),
        imports=await db.read(imports_of, viewer.account_id),
        most=size_words(settings.max_upload),
        most_bytes=settings.max_upload,
        problem=refusal.detail if refusal else "",
    )


routes: list[Any] = [import_page, bring_archive, import_report, undo]
