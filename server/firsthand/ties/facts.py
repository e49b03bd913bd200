"""What imports say of a tie, each for itself; and what all done ones say together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, Uuid, func, select
from sqlalchemy.orm import Session

from firsthand.db import AnySelect, insert_or_change, table_of
from firsthand.prepared import Prepared
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
    wanted = [(owner_id, tie_id) for tie_id in tie_ids]
    return _united(_FACTS_OF_TIES.rows(session, wanted), _whole_lists(session, owner_id))


def facts_of_range(
    session: Session, owner_id: UUID, after: UUID, last: UUID
) -> Mapping[UUID, dict[str, Fact]]:
    """The same, of the ties from one id to another, both included."""
    wanted = [(owner_id, after, last)]
    return _united(_FACTS_OF_RANGE.rows(session, wanted), _whole_lists(session, owner_id))


def _whole_lists(session: Session, owner_id: UUID) -> _Lists:
    lists: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for network, kind, as_of in sorted(_LISTS.rows(session, [(owner_id,)])):
        lists[network, kind].append(as_of)
    return lists


def _select_facts(given: Subquery, which: ColumnElement[bool]) -> AnySelect:
    return (
        select(
            _FACT.tie_id,
            _FACT.kind,
            _FACT.count,
            _FACT.first_at,
            _FACT.last_at,
            _TIE.network,
            Import.as_of(),
        )
        .join_from(given, table_of(TieFact), (_FACT.owner_id == given.c.owner_id) & which)
        .join(Import, (Import.owner_id == _FACT.owner_id) & (Import.id == _FACT.import_id))
        .join(table_of(Tie), (_TIE.owner_id == _FACT.owner_id) & (_TIE.id == _FACT.tie_id))
        .where(Import.state == ImportState.DONE)
    )


_FACT = table_of(TieFact).c
_TIE = table_of(Tie).c
_FACTS_OF_TIES = Prepared(
    lambda given: _select_facts(given, _FACT.tie_id == given.c.tie_id),
    owner_id=Uuid(),
    tie_id=Uuid(),
)
_FACTS_OF_RANGE = Prepared(
    lambda given: _select_facts(given, _FACT.tie_id.between(given.c.after, given.c.last)),
    owner_id=Uuid(),
    after=Uuid(),
    last=Uuid(),
)
_LISTS = Prepared(
    lambda given: (
        select(ImportList.network, ImportList.kind, Import.as_of())
        .join_from(given, ImportList, ImportList.owner_id == given.c.owner_id)
        .join(
            Import, (Import.owner_id == ImportList.owner_id) & (Import.id == ImportList.import_id)
        )
        .where(Import.state == ImportState.DONE)
    ),
    owner_id=Uuid(),
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


def count_ended_by(session: Session, owner_id: UUID, import_id: UUID) -> int:
    """How many people an earlier export of the owner had on a list that this one has whole, without
    them.
    """
    lists = session.execute(
        select(ImportList.import_id, ImportList.network, ImportList.kind, Import.as_of())
        .join(
            Import, (Import.owner_id == ImportList.owner_id) & (Import.id == ImportList.import_id)
        )
        .where(ImportList.owner_id == owner_id, Import.state == ImportState.DONE)
    ).all()
    ended: set[UUID] = set()
    for _, network, kind, as_of in (each for each in lists if each[0] == import_id):
        # Whoever an earlier whole list lacked already, that one has ended.
        earlier = [each[3] for each in lists if each[1:3] == (network, kind) and each[3] < as_of]
        last_told = func.max(Import.as_of())
        stmt = (
            select(_FACT.tie_id)
            .join_from(
                table_of(Tie),
                table_of(TieFact),
                (_FACT.owner_id == _TIE.owner_id) & (_FACT.tie_id == _TIE.id),
            )
            .join(Import, (Import.owner_id == _FACT.owner_id) & (Import.id == _FACT.import_id))
            .where(
                _TIE.owner_id == owner_id,
                _TIE.network == network,
                _FACT.kind == kind,
                Import.state == ImportState.DONE,
            )
            .group_by(_FACT.tie_id)
            .having(last_told < as_of)
        )
        if earlier:
            stmt = stmt.having(last_told >= max(earlier))
        ended.update(session.scalars(stmt))
    return len(ended)


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
    insert_or_change(session, TieFact, rows, _united_facts)


def _united_facts(old: Any, new: Any, on_sqlite: bool) -> dict[str, Any]:
    """An export that names somebody twice says the same as one that says it at once."""
    more, less = (func.max, func.min) if on_sqlite else (func.greatest, func.least)
    return {
        "count": more(old.count, new.count),
        "first_at": func.coalesce(less(old.first_at, new.first_at), old.first_at, new.first_at),
        "last_at": func.coalesce(more(old.last_at, new.last_at), old.last_at, new.last_at),
    }
