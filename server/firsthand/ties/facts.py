"""What imports say of a tie, each for itself; and what all done ones say together."""

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Insert, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from firsthand.db import AnySelect
from firsthand.ties.kinds import KindCount, TieKind
from firsthand.ties.models import Import, ImportList, ImportState, Tie, TieFact

# How often, when first and last, and by when it had ended.
Fact = tuple[int, datetime | None, datetime | None, datetime | None]
# The moments of a network's whole lists of a kind, in order.
_Lists = Mapping[tuple[str, str], Sequence[datetime]]


def facts_of_ties(
    session: Session, owner_id: UUID, tie_ids: Collection[UUID]
) -> dict[UUID, list[KindCount]]:
    facts = facts_that_count(session, owner_id, tie_ids)
    return {tie_id: kind_counts(kinds) for tie_id, kinds in facts.items()}


def facts_that_count(
    session: Session, owner_id: UUID, tie_ids: Collection[UUID]
) -> Mapping[UUID, dict[str, Fact]]:
    """Per tie and kind over the done imports: the highest count, the first and the last date.

    Archives of one network contain each other, so counts are not added up. A kind has ended when a
    whole list is later than all that tell of it.
    """
    if not tie_ids:
        return {}
    values = {"owner": owner_id, "ties": list(tie_ids)}
    lists = _whole_lists(session, owner_id)
    return _united(session.execute(_facts(among=True), values), lists)


def facts_of_range(
    session: Session, owner_id: UUID, after: UUID, last: UUID
) -> Mapping[UUID, dict[str, Fact]]:
    """The same, of the ties from one id to another, both included."""
    values = {"owner": owner_id, "after": after, "last": last}
    lists = _whole_lists(session, owner_id)
    return _united(session.execute(_facts(among=False), values), lists)


def _whole_lists(session: Session, owner_id: UUID) -> _Lists:
    lists: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for network, kind, as_of in session.execute(_lists(), {"owner": owner_id}):
        lists[network, kind].append(as_of)
    return lists


# To put these statements together takes longer than to run them, so each is made once.
@functools.cache
def _facts(*, among: bool) -> AnySelect:
    some = (
        TieFact.tie_id.in_(bindparam("ties", expanding=True))
        if among
        else TieFact.tie_id.between(bindparam("after"), bindparam("last"))
    )
    return (
        select(
            TieFact.tie_id,
            TieFact.kind,
            TieFact.count,
            TieFact.first_at,
            TieFact.last_at,
            Tie.network,
            Import.as_of(),
        )
        .join(Import, (Import.owner_id == TieFact.owner_id) & (Import.id == TieFact.import_id))
        .join(Tie, (Tie.owner_id == TieFact.owner_id) & (Tie.id == TieFact.tie_id))
        .where(TieFact.owner_id == bindparam("owner"), some, Import.state == ImportState.DONE)
    )


@functools.cache
def _lists() -> AnySelect:
    return (
        select(ImportList.network, ImportList.kind, Import.as_of())
        .join(
            Import, (Import.owner_id == ImportList.owner_id) & (Import.id == ImportList.import_id)
        )
        .where(ImportList.owner_id == bindparam("owner"), Import.state == ImportState.DONE)
        .order_by(Import.as_of())
    )


def _united(rows: Iterable[Any], lists: _Lists) -> Mapping[UUID, dict[str, Fact]]:
    facts: dict[UUID, dict[str, Fact]] = defaultdict(dict)
    told: dict[tuple[UUID, str], tuple[str, datetime]] = {}
    for tie_id, kind, count, first_at, last_at, network, as_of in rows:
        kinds = facts[tie_id]
        kinds[kind] = both(kinds.get(kind), (count, first_at, last_at, None))
        if (network, kind) in lists:
            known = told.get((tie_id, kind))
            told[tie_id, kind] = (network, max(known[1], as_of) if known else as_of)
    for (tie_id, kind), (network, last_told) in told.items():
        ended_at = next((as_of for as_of in lists[network, kind] if as_of > last_told), None)
        if ended_at:
            facts[tie_id][kind] = (*facts[tie_id][kind][:3], ended_at)
    return facts


def both(one: Fact | None, other: Fact) -> Fact:
    """Two imports' words on one kind of a tie."""
    if one is None:
        return other
    firsts = [moment for moment in (one[1], other[1]) if moment]
    lasts = [moment for moment in (one[2], other[2]) if moment]
    return max(one[0], other[0]), min(firsts, default=None), max(lasts, default=None), None


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
        for (tie_id, kind), (count, first_at, last_at, _) in facts.items()
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
