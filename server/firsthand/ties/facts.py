"""What imports say of a tie, each for itself; and what all done ones say together."""

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Insert, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from firsthand.db import AnySelect
from firsthand.ties.kinds import KindCount, TieKind
from firsthand.ties.models import Import, ImportState, TieFact

# How often, and when first and last.
Fact = tuple[int, datetime | None, datetime | None]


def facts_of_ties(
    session: Session, owner_id: UUID, tie_ids: Collection[UUID]
) -> dict[UUID, list[KindCount]]:
    facts = facts_that_count(session, owner_id, tie_ids)
    return {tie_id: kind_counts(kinds) for tie_id, kinds in facts.items()}


def facts_that_count(
    session: Session, owner_id: UUID, tie_ids: Collection[UUID]
) -> Mapping[UUID, dict[str, Fact]]:
    """Per tie and kind over the done imports: the highest count, the first and the last date.

    Archives of one network contain each other, so counts are not added up.
    """
    if not tie_ids:
        return {}
    values = {"owner": owner_id, "ties": list(tie_ids)}
    return _united(session.execute(_facts(among=True), values))


def facts_of_range(
    session: Session, owner_id: UUID, after: UUID, last: UUID
) -> Mapping[UUID, dict[str, Fact]]:
    """The same, of the ties from one id to another, both included."""
    values = {"owner": owner_id, "after": after, "last": last}
    return _united(session.execute(_facts(among=False), values))


# To put these statements together takes longer than to run them, so each is made once.
@functools.cache
def _facts(*, among: bool) -> AnySelect:
    some = (
        TieFact.tie_id.in_(bindparam("ties", expanding=True))
        if among
        else TieFact.tie_id.between(bindparam("after"), bindparam("last"))
    )
    return (
        select(TieFact.tie_id, TieFact.kind, TieFact.count, TieFact.first_at, TieFact.last_at)
        .join(Import, (Import.owner_id == TieFact.owner_id) & (Import.id == TieFact.import_id))
        .where(TieFact.owner_id == bindparam("owner"), some, Import.state == ImportState.DONE)
    )


def _united(rows: Iterable[Any]) -> Mapping[UUID, dict[str, Fact]]:
    facts: dict[UUID, dict[str, Fact]] = defaultdict(dict)
    for tie_id, kind, count, first_at, last_at in rows:
        kinds = facts[tie_id]
        kinds[kind] = both(kinds.get(kind), (count, first_at, last_at))
    return facts


def both(one: Fact | None, other: Fact) -> Fact:
    """Two imports' words on one kind of a tie."""
    if one is None:
        return other
    firsts = [moment for moment in (one[1], other[1]) if moment]
    lasts = [moment for moment in (one[2], other[2]) if moment]
    return max(one[0], other[0]), min(firsts, default=None), max(lasts, default=None)


def kind_counts(facts: Mapping[str, Fact]) -> list[KindCount]:
    return [KindCount(TieKind(kind), *fact) for kind, fact in facts.items()]


def write_facts(
    session: Session, owner_id: UUID, import_id: UUID, facts: Mapping[tuple[UUID, str], Fact]
) -> None:
    """Per tie and kind; what this import has said before is united with it."""
    if not facts:
        return
    rows = [
        {
            "owner_id": owner_id,
            "tie_id": tie_id,
            "kind": kind,
            "import_id": import_id,
            "count": count,
            "first_at": first_at,
            "last_at": last_at,
        }
        for (tie_id, kind), (count, first_at, last_at) in facts.items()
    ]
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    session.connection().execute(_insert_or_unite(on_sqlite), rows)


@functools.cache
def _insert_or_unite(on_sqlite: bool) -> Insert:
    """An export that names somebody twice says the same as one that says it at once."""
    table = cast(Table, TieFact.__table__)
    insert = sqlite.insert(table) if on_sqlite else postgresql.insert(table)
    more, less = (func.max, func.min) if on_sqlite else (func.greatest, func.least)
    old, new = table.c, insert.excluded
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={
            "count": more(old.count, new.count),
            "first_at": func.coalesce(less(old.first_at, new.first_at), old.first_at, new.first_at),
            "last_at": func.coalesce(more(old.last_at, new.last_at), old.last_at, new.last_at),
        },
    )
