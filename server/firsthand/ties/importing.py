"""An import from its start to its end; what it brings is written in ``filling``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.db import insert_new, new_id, now
from firsthand.handles.keeping import MATCH_ACCOUNT, own_stable_id
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, parse_handle
from firsthand.outbox import OutboxEntry, enqueue
from firsthand.problems import Conflict, NotFound
from firsthand.ties.kinds import (
    FoundList,
    FoundOwner,
    Problem,
    Summary,
)
from firsthand.ties.models import (
    Import,
    ImportList,
    ImportState,
)

# Takes back what failed, then gives every tie of the owner its strength and its matches.
WEIGH_OWNER = "weigh-owner"
# An export of Firsthand's own brings more than ties: all of that is taken back first.
TAKE_BACK = "take-back"
# The format of an import that brings an export of Firsthand's own.
OWN_FORMAT = "firsthand"
MOST_WAITING = 5
_MOST_PROBLEMS = 50
_SILENT_FOR = timedelta(minutes=2)
_ADDRESS_BOOKS = {"google-contacts": "Google Contacts", "vcard": "vCard"}
RESTARTED = "The import was interrupted. Nothing of it was kept: please import the file again."


class ImportEnded(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The import is not running any more: its account is gone, or it was given up elsewhere."""


def check_room(session: Session, owner_id: UUID) -> None:
    """Raises Conflict if this owner has too many imports under way."""
    running = session.scalar(
        select(func.count())
        .select_from(Import)
        .where(Import.owner_id == owner_id, Import.state == ImportState.RUNNING)
    )
    if (running or 0) >= MOST_WAITING:
        raise Conflict("Several imports are under way already. Wait until they are done.")


def start_import(
    session: Session, owner_id: UUID, file_name: str, import_id: UUID | None = None
) -> UUID:
    """A running import, named for the person by the file that they brought.

    With an id that the owner has an import of already, it is that one, as it is.
    """
    import_id = import_id or new_id()
    session.flush()
    row = {"owner_id": owner_id, "id": import_id, "file_name": file_name[:200]}
    insert_new(session, Import, [row])
    return import_id


def note_progress(session: Session, owner_id: UUID, import_id: UUID, done: int, total: int) -> None:
    """Raises ImportEnded."""
    update_running(session, owner_id, import_id, {"done_bytes": done, "total_bytes": total})


def note_alive(session: Session, imports: Sequence[tuple[UUID, UUID]]) -> None:
    """These (owner, import) still wait or run here."""
    for owner_id, import_id in imports:
        session.execute(
            update(Import)
            .where(
                Import.owner_id == owner_id,
                Import.id == import_id,
                Import.state == ImportState.RUNNING,
            )
            .values(heard_at=now())
        )


def finish_import(
    session: Session,
    owner_id: UUID,
    import_id: UUID,
    summary: Summary,
    problems: Sequence[Problem],
    owner: FoundOwner | None,
    lists: Sequence[FoundList] = (),
) -> None:
    """From now on the rows count; weighing and matching follow from the outbox.

    Raises ImportEnded.
    """
    whose = {"owner_id": owner_id, "import_id": import_id}
    rows = [{"network": each.network, "kind": each.kind, **whose} for each in lists]
    insert_new(session, ImportList, rows)
    update_running(
        session,
        owner_id,
        import_id,
        {
            "state": ImportState.DONE,
            "format": summary.format,
            "unresolved": summary.unresolved,
            "skipped": summary.skipped,
            "problems": [{"where": p.where, "what": p.what} for p in problems[:_MOST_PROBLEMS]],
            "done_bytes": Import.total_bytes,
            "finished_at": now(),
            "made_at": summary.made_at,
        },
    )
    note(session, owner_id, Act.DATA_BROUGHT_IN, _format_words(summary.format))
    if owner:
        _link_owner(session, owner_id, owner)
    enqueue(session, WEIGH_OWNER, owner_id)


def fail_import(session: Session, owner_id: UUID, import_id: UUID, what: str) -> None:
    """None of its rows will ever count; the import's own row stays and says why.

    One that has ended already stays as it is.
    """
    record = session.get(Import, (owner_id, import_id))
    if record is not None and record.state == ImportState.RUNNING:
        _give_up(session, record, ImportState.FAILED, what)


def undo_import(session: Session, owner_id: UUID, import_id: UUID) -> None:
    """What this import said counts no longer. Raises NotFound, Conflict."""
    record = import_of(session, owner_id, import_id)
    if record.state == ImportState.RUNNING:
        raise Conflict("This import is still under way. Undo it when it is done.")
    if record.format == OWN_FORMAT:
        raise Conflict("What came with your own data stays. Delete the account to begin anew.")
    if record.state == ImportState.DONE:
        _give_up(session, record, ImportState.UNDONE, "You took this import back.")


def fail_silent_imports(session: Session) -> None:
    """Those whose parser has died with its server."""
    for owner_id, import_id in session.execute(
        select(Import.owner_id, Import.id).where(
            Import.state == ImportState.RUNNING, Import.heard_at < now() - _SILENT_FOR
        )
    ).all():
        fail_import(session, owner_id, import_id, RESTARTED)


def import_of(session: Session, owner_id: UUID, import_id: UUID) -> Import:
    """Raises NotFound."""
    record = session.get(Import, (owner_id, import_id))
    if record is None:
        raise NotFound
    return record


def imports_of(session: Session, owner_id: UUID) -> list[Import]:
    """The newest first."""
    return list(
        session.scalars(
            select(Import).where(Import.owner_id == owner_id).order_by(Import.id.desc()).limit(20)
        )
    )


def is_weighing(session: Session, owner_id: UUID) -> bool:
    """Whether what was brought or taken back is not matched to the end yet."""
    waiting = select(OutboxEntry.id).where(
        OutboxEntry.topic == WEIGH_OWNER, OutboxEntry.subject == owner_id
    )
    return session.scalar(waiting.limit(1)) is not None


def _format_words(name: str) -> str:
    """A summary's format, as it spells itself."""
    return _ADDRESS_BOOKS.get(name) or Network(name).label


def _give_up(session: Session, record: Import, state: ImportState, what: str) -> None:
    record.state = state
    record.added = record.updated = record.unchanged = record.unresolved = record.skipped = 0
    record.problems = [{"where": record.file_name, "what": what}]
    record.finished_at = now()
    if record.format == OWN_FORMAT:
        enqueue(session, TAKE_BACK, record.owner_id)
        session.flush()
    enqueue(session, WEIGH_OWNER, record.owner_id)


def update_running(
    session: Session, owner_id: UUID, import_id: UUID, values: dict[str, Any]
) -> None:
    """Change the import's row, which also says that it is alive. Raises ImportEnded."""
    running = session.scalar(
        update(Import)
        .where(
            Import.owner_id == owner_id, Import.id == import_id, Import.state == ImportState.RUNNING
        )
        .values(heard_at=now(), **values)
        .returning(Import.id)
        .execution_options(synchronize_session=False)
    )
    if running is None:
        raise ImportEnded


def _link_owner(session: Session, owner_id: UUID, owner: FoundOwner) -> None:
    """The archive tells the id behind the owner's own handle: ties by that id match from now on."""
    if not owner.stable_id:
        return
    for name in filter(None, (owner.name, *owner.aliases)):
        try:
            parsed = parse_handle(name, owner.network)
        except HandleProblem:
            continue
        own_stable_id(session, owner_id, parsed, owner.stable_id)
    enqueue(session, MATCH_ACCOUNT, owner_id)
