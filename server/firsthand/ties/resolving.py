"""Which of the owner's ties an export's people are: found by stable id, then by name, or made."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, Uuid, bindparam, exists, select
from sqlalchemy.orm import Session

from firsthand.db import insert_new, insert_or_change, new_id, table_of
from firsthand.handles.networks import Network
from firsthand.handles.parsing import handle_key
from firsthand.prepared import Prepared, Row
from firsthand.ties.kinds import FoundTie
from firsthand.ties.models import Tie, TieName

_COLUMNS = ("network", "key", "name", "stable_id")


@dataclass(slots=True)
class Identity:
    """Who a tie is, as far as the imports until now have told."""

    network: str
    key: str | None
    name: str | None
    stable_id: str | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """``is_new``: made just now; ``learnt``: the import tells an id or a name not known before."""

    tie_id: UUID
    is_new: bool
    learnt: bool


def resolve_ties(
    session: Session, owner_id: UUID, import_id: UUID, found: Sequence[FoundTie]
) -> list[Resolved]:
    """One for each of ``found``, in order; makes the ties that are missing.

    What the import tells of ties that were there is kept beside them (TieName) until it is done.
    """
    known = _load(session, owner_id, import_id, found)
    resolved = [known.resolve(each) for each in found]
    insert_new(
        session,
        Tie,
        [
            {
                "owner_id": owner_id,
                "id": tie_id,
                **row,
                "contact_id": None,
                "strength": 0.0,
                "kinds": 0,
            }
            for tie_id, row in known.rows(known.made)
        ],
    )
    _keep_names(session, owner_id, import_id, known)
    return resolved


@dataclass
class _Known:
    """The ties that may be meant, by all ids and names that they have until now."""

    identities: dict[UUID, Identity] = field(default_factory=dict)
    by_id: dict[tuple[str, str], UUID] = field(default_factory=dict)
    bearers: dict[tuple[str, str], set[UUID]] = field(default_factory=lambda: defaultdict(set))
    made: dict[UUID, Identity] = field(default_factory=dict)
    told: dict[UUID, Identity] = field(default_factory=dict)

    def add(self, tie_id: UUID, who: Identity) -> None:
        self.identities[tie_id] = who
        if who.stable_id:
            self.by_id[who.network, who.stable_id] = tie_id
        if who.key:
            self.bearers[who.network, who.key].add(tie_id)

    def add_all(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.add(row[0], Identity(*row[1:]))

    def resolve(self, found: FoundTie) -> Resolved:
        key = handle_key(found.network, found.name) if found.name else None
        tie_id = self._find(found, key)
        if tie_id is None:
            tie_id = new_id()
            who = Identity(str(found.network), key, found.name, found.stable_id)
            self.made[tie_id] = who
            self.add(tie_id, who)
            return Resolved(tie_id, is_new=True, learnt=True)
        return Resolved(tie_id, is_new=False, learnt=self._learn(tie_id, found, key))

    def _find(self, found: FoundTie, key: str | None) -> UUID | None:
        if found.stable_id and (tie_id := self.by_id.get((str(found.network), found.stable_id))):
            return tie_id
        if key:
            for tie_id in self._bearing(found.network, key):
                # Two ids that are known and differ are two people: the name has moved on.
                if not (found.stable_id and self.identities[tie_id].stable_id):
                    return tie_id
        if found.stable_id:
            for alias in found.aliases:
                for tie_id in self._bearing(found.network, handle_key(found.network, alias)):
                    if self.identities[tie_id].stable_id is None:
                        return tie_id
        return None

    def _bearing(self, network: Network, key: str) -> list[UUID]:
        """The newest first: whoever came later has the name now."""
        return sorted(self.bearers.get((str(network), key), ()), reverse=True)

    def _learn(self, tie_id: UUID, found: FoundTie, key: str | None) -> bool:
        was = self.identities[tie_id]
        # A name alone does not call back one that was given up since.
        named = key is not None and (found.stable_id is not None or key == was.key)
        who = Identity(
            was.network,
            key if named else was.key,
            found.name if named else was.name,
            found.stable_id or was.stable_id,
        )
        if who == was:
            return False
        self.told[tie_id] = who
        self.add(tie_id, who)
        return (who.key, who.stable_id) != (was.key, was.stable_id)

    @staticmethod
    def rows(identities: dict[UUID, Identity]) -> Iterator[tuple[UUID, dict[str, Any]]]:
        for tie_id, who in identities.items():
            yield tie_id, {column: getattr(who, column) for column in _COLUMNS}


def _load(session: Session, owner_id: UUID, import_id: UUID, found: Sequence[FoundTie]) -> _Known:
    known = _Known()
    ids = {(str(each.network), each.stable_id) for each in found if each.stable_id}
    keys = {
        (str(each.network), handle_key(each.network, name))
        for each in found
        for name in (each.name, *(each.aliases if each.stable_id else ()))
        if name
    }
    named = {"stable_id": ids, "key": keys}
    for by, names in named.items():
        known.add_all(_TIES[by].rows(session, [(owner_id, *name) for name in names]))
    if session.scalar(_told_anything(), {"owner": owner_id, "import": import_id}):
        for by, names in named.items():
            whose = [(owner_id, import_id, *name) for name in names]
            known.add_all(_TOLD_TIES[by].rows(session, whose))
        ties = [(owner_id, import_id, tie_id) for tie_id in known.identities]
        known.add_all(_TOLD_NAMES.rows(session, ties))
    return known


def _keep_names(session: Session, owner_id: UUID, import_id: UUID, known: _Known) -> None:
    whose = {"owner_id": owner_id, "import_id": import_id}
    rows = [{"tie_id": tie_id, **row, **whose} for tie_id, row in known.rows(known.told)]
    insert_or_change(session, TieName, rows, _as_told_last)


def _as_told_last(_: Any, new: Any, __: bool) -> dict[str, Any]:
    return {column: new[column] for column in _COLUMNS}


_TIE = table_of(Tie).c
_TOLD = table_of(TieName).c


def _ties_by(column: str) -> Prepared:
    """The owner's ties with such an id or key, as they stand."""
    return Prepared(
        lambda given: select(_TIE.id, *(_TIE[name] for name in _COLUMNS)).join_from(
            given,
            table_of(Tie),
            (_TIE.owner_id == given.c.owner_id)
            & (_TIE.network == given.c.network)
            & (_TIE[column] == given.c.value),
        ),
        owner_id=Uuid(),
        network=String(),
        value=String(),
    )


def _told_ties_by(column: str) -> Prepared:
    """The same of those that got this id or key from the import under way."""
    return Prepared(
        lambda given: (
            select(_TIE.id, *(_TIE[name] for name in _COLUMNS))
            .join_from(
                given,
                table_of(TieName),
                (_TOLD.owner_id == given.c.owner_id)
                & (_TOLD.network == given.c.network)
                & (_TOLD[column] == given.c.value)
                & (_TOLD.import_id == given.c.import_id),
            )
            .join(table_of(Tie), (_TIE.owner_id == _TOLD.owner_id) & (_TIE.id == _TOLD.tie_id))
        ),
        owner_id=Uuid(),
        import_id=Uuid(),
        network=String(),
        value=String(),
    )


_TIES = {column: _ties_by(column) for column in ("stable_id", "key")}
_TOLD_TIES = {column: _told_ties_by(column) for column in ("stable_id", "key")}
_TOLD_NAMES = Prepared(
    lambda given: select(_TOLD.tie_id, *(_TOLD[name] for name in _COLUMNS)).join_from(
        given,
        table_of(TieName),
        (_TOLD.owner_id == given.c.owner_id)
        & (_TOLD.tie_id == given.c.tie_id)
        & (_TOLD.import_id == given.c.import_id),
    ),
    owner_id=Uuid(),
    import_id=Uuid(),
    tie_id=Uuid(),
)


@functools.cache
def _told_anything() -> Select[tuple[bool]]:
    """Most exports tell nothing of the ties before them; then there is no more to look up."""
    owner, import_ = bindparam("owner", type_=Uuid()), bindparam("import", type_=Uuid())
    return select(exists().where(_TOLD.owner_id == owner, _TOLD.import_id == import_))
