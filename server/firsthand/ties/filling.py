"""What an import brings, written in small batches; it counts once the whole import is done."""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import bindparam, text, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from firsthand.db import insert_new, lock_owners, now, table_of
from firsthand.handles.parsing import handle_key
from firsthand.ties.facts import Fact, both, facts_that_count, write_facts
from firsthand.ties.importing import ImportEnded, update_running
from firsthand.ties.kinds import (
    FoundBlock,
    FoundInterest,
    FoundPerson,
    FoundTie,
)
from firsthand.ties.models import (
    Import,
    ImportState,
    Interest,
    Tie,
    TieBlock,
    TieFact,
    TieName,
)
from firsthand.ties.people_known import write_people
from firsthand.ties.resolving import resolve_ties

# What an import fills, to be told to PostgreSQL one by one, so that none of it takes long.
GROWING = tuple(model.__tablename__ for model in (Tie, TieName, TieFact))

_COUNTED = ("added", "updated", "unchanged")


def write_ties(
    session: Session, owner_id: UUID, import_id: UUID, found: Sequence[FoundTie]
) -> None:
    """Find or make the ties of these people, and note what the import says of each.

    A stable id is who somebody is; a name alone is the tie with that name. Counts added, updated
    and unchanged in the import's row. Raises ImportEnded.
    """
    lock_owners(session, [owner_id])
    resolved = resolve_ties(session, owner_id, import_id, found)
    before = facts_that_count(
        session, owner_id, {each.tie_id for each in resolved if not each.is_new}
    )
    facts: dict[tuple[UUID, str], Fact] = {}
    counts: Counter[str] = Counter()
    for tie, each in zip(resolved, found, strict=True):
        known = before.get(tie.tie_id)
        grown = tie.learnt
        for kind in each.kinds:
            fact = (kind.count, kind.first_at, kind.last_at, None)
            key = (tie.tie_id, str(kind.kind))
            facts[key] = both(facts.get(key), fact)
            grown |= not known or _grows(known.get(key[1]), fact)
        counts["added" if not known else "updated" if grown else "unchanged"] += 1
    write_facts(session, owner_id, import_id, facts)
    _count(session, owner_id, import_id, counts)


def _count(session: Session, owner_id: UUID, import_id: UUID, more: Mapping[str, int]) -> None:
    values = {f"more_{name}": more.get(name, 0) for name in _COUNTED}
    whose = {"owner": owner_id, "import": import_id, "moment": now()}
    if session.execute(_counting(), {**values, **whose}).one_or_none() is None:
        raise ImportEnded


# To put this together takes longer than to run it.
@functools.cache
def _counting() -> ReturningUpdate[tuple[UUID]]:
    record = table_of(Import)
    return (
        update(record)
        .where(
            record.c.owner_id == bindparam("owner"),
            record.c.id == bindparam("import"),
            record.c.state == ImportState.RUNNING,
        )
        .values({name: record.c[name] + bindparam(f"more_{name}") for name in _COUNTED})
        .values(heard_at=bindparam("moment"))
        .returning(record.c.id)
    )


def refresh_statistics(session: Session, table: str) -> None:
    """PostgreSQL takes a table that has just been filled for empty, and reads all of it each time.

    Its own housekeeping notices a minute later, when the import should be over.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ANALYZE {table}"))  # nosemgrep: fixed-sql (one of our own names)


def write_blocks(
    session: Session, owner_id: UUID, import_id: UUID, found: Sequence[FoundBlock]
) -> None:
    """Whom the owner blocked or muted there. Raises ImportEnded."""
    update_running(session, owner_id, import_id, {})
    whose = {"owner_id": owner_id, "import_id": import_id}
    rows = [
        {
            "network": block.network,
            "stable_id": block.stable_id or "",
            # Who has the name now may be somebody else than whom the id means.
            "key": "" if block.stable_id else handle_key(block.network, block.name or ""),
            **whose,
        }
        for block in found
    ]
    insert_new(session, TieBlock, rows)


def write_people_found(
    session: Session, owner_id: UUID, import_id: UUID, found: Sequence[FoundPerson]
) -> None:
    """What the export says of people beyond their ties. Raises ImportEnded."""
    update_running(session, owner_id, import_id, {})
    write_people(session, owner_id, import_id, found)


def write_interests(
    session: Session, owner_id: UUID, import_id: UUID, found: Sequence[FoundInterest]
) -> None:
    """What the owner writes about. Raises ImportEnded."""
    update_running(session, owner_id, import_id, {})
    whose = {"owner_id": owner_id, "import_id": import_id}
    insert_new(session, Interest, [{"tag": one.tag, "count": one.count, **whose} for one in found])


def _grows(before: Fact | None, fact: Fact) -> bool:
    return before is None or both(before, fact) != before
