"""An export that could not be brought in to its end leaves nothing behind."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, exists, select, tuple_
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact
from firsthand.db import lock_owners
from firsthand.export_shape import FORMAT
from firsthand.followups.models import FollowUp
from firsthand.meetings.models import Meeting
from firsthand.scans.circles import settle_between
from firsthand.scans.models import Scan
from firsthand.ties.models import Import, ImportPerson, ImportState, Tie, TieFact

_ROWS_A_STEP = 200


def take_back(session: Session, owner_id: UUID, position: str) -> str | None:
    """Outbox: one step of deleting what a failed import of an export has written.

    The account was empty before it began, and all that it wrote says to be from before that; what
    its owner has made meanwhile is from after, and stays with the cards that it needs.
    """
    lock_owners(session, [owner_id])
    before = session.scalar(
        select(Import.started_at)
        .where(
            Import.owner_id == owner_id,
            Import.format == FORMAT,
            Import.state == ImportState.FAILED,
        )
        .order_by(Import.started_at.desc())
        .limit(1)
    )
    if before is None:
        return None
    for find in _STEPS:
        model, stmt = find(owner_id, before)
        some = session.scalars(stmt.limit(_ROWS_A_STEP)).all()
        if some:
            told = _told(session, owner_id, some) if model is Meeting else []
            session.execute(
                delete(model)
                .where(model.owner_id == owner_id, model.id.in_(some))
                .execution_options(synchronize_session=False)
            )
            settle_between(session, owner_id, told)
            return "more"
    return None


def _told(session: Session, owner_id: UUID, meetings: Sequence[UUID]) -> list[UUID]:
    """The accounts to which these meetings were a word of the owner."""
    accounts = session.scalars(
        select(Contact.account_id)
        .join(Meeting, and_(Meeting.owner_id == Contact.owner_id, Meeting.contact_id == Contact.id))
        .where(Meeting.owner_id == owner_id, Meeting.id.in_(meetings))
    )
    return [account_id for account_id in accounts if account_id]


def _found(model: Any, *which: ColumnElement[bool]) -> tuple[Any, Select[Any]]:
    return model, select(model.id).where(*which)


def _meetings(owner_id: UUID, before: datetime) -> tuple[Any, Select[Any]]:
    scanned_since = exists().where(
        Scan.owner_id == owner_id, Scan.meeting_id == Meeting.id, Scan.received_at >= before
    )
    return _found(
        Meeting, Meeting.owner_id == owner_id, Meeting.created_at < before, ~scanned_since
    )


def _follow_ups(owner_id: UUID, before: datetime) -> tuple[Any, Select[Any]]:
    return _found(FollowUp, FollowUp.owner_id == owner_id, FollowUp.created_at < before)


def _ties(owner_id: UUID, before: datetime) -> tuple[Any, Select[Any]]:
    told_since = exists().where(
        TieFact.owner_id == owner_id,
        TieFact.tie_id == Tie.id,
        tuple_(TieFact.owner_id, TieFact.import_id).in_(
            select(Import.owner_id, Import.id).where(
                Import.owner_id == owner_id, Import.heard_at != before
            )
        ),
    )
    return _found(Tie, Tie.owner_id == owner_id, ~told_since)


def _people(owner_id: UUID, before: datetime) -> tuple[Any, Select[Any]]:
    came = select(Import.id).where(Import.owner_id == owner_id, Import.heard_at == before)
    return _found(ImportPerson, ImportPerson.owner_id == owner_id, ImportPerson.import_id.in_(came))


def _imports(owner_id: UUID, before: datetime) -> tuple[Any, Select[Any]]:
    return _found(
        Import, Import.owner_id == owner_id, Import.heard_at == before, Import.format != FORMAT
    )


def _contacts(owner_id: UUID, before: datetime) -> tuple[Any, Select[Any]]:
    needed = [
        exists().where(and_(model.owner_id == owner_id, model.contact_id == Contact.id))
        for model in (Meeting, FollowUp)
    ]
    return _found(
        Contact,
        Contact.owner_id == owner_id,
        Contact.created_at < before,
        *(~each for each in needed),
    )


_STEPS: tuple[Callable[[UUID, datetime], tuple[Any, Select[Any]]], ...] = (
    _ties,
    _people,
    _imports,
    _meetings,
    _follow_ups,
    _contacts,
)
