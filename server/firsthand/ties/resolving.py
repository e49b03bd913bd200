"""Which of the owner's ties an export's people are: found by stable id, then by name, or made."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.db import insert_new, new_id
from firsthand.handles.networks import Network
from firsthand.handles.parsing import handle_key
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
    wanted: dict[Network, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for each in found:
        ids, keys = wanted[each.network]
        if each.stable_id:
            ids.add(each.stable_id)
        names = [each.name, *(each.aliases if each.stable_id else ())]
        keys.update(handle_key(each.network, name) for name in names if name)
    told: set[UUID] = set()
    for network, (ids, keys) in wanted.items():
        for by, values in (("stable_id", ids), ("key", keys)):
            if values:
                _load_ties(session, owner_id, known, network, by, values)
                told.update(
                    session.scalars(
                        select(TieName.tie_id).where(
                            TieName.owner_id == owner_id,
                            TieName.network == network,
                            getattr(TieName, by).in_(values),
                            TieName.import_id == import_id,
                        )
                    )
                )
    if missing := told - known.identities.keys():
        _load_ties(session, owner_id, known, None, "id", missing)
    if known.identities:
        for row in session.execute(
            select(TieName.tie_id, *(getattr(TieName, column) for column in _COLUMNS)).where(
                TieName.owner_id == owner_id,
                TieName.tie_id.in_(list(known.identities)),
                TieName.import_id == import_id,
            )
        ):
            known.add(row[0], Identity(*row[1:]))
    return known


def _load_ties(
    session: Session,
    owner_id: UUID,
    known: _Known,
    network: Network | None,
    by: str,
    values: Collection[Any],
) -> None:
    stmt = select(Tie.id, *(getattr(Tie, column) for column in _COLUMNS)).where(
        Tie.owner_id == owner_id, getattr(Tie, by).in_(list(values))
    )
    if network:
        stmt = stmt.where(Tie.network == network)
    for row in session.execute(stmt):
        known.add(row[0], Identity(*row[1:]))


def _keep_names(session: Session, owner_id: UUID, import_id: UUID, known: _Known) -> None:
    if not known.told:
        return
    whose = {"owner_id": owner_id, "import_id": import_id}
    session.connection().execute(
        TieName.__table__.delete().where(  # type: ignore[attr-defined]  # a Table, typed as FromClause
            TieName.owner_id == owner_id,
            TieName.tie_id.in_(list(known.told)),
            TieName.import_id == import_id,
        )
    )
    rows = [{"tie_id": tie_id, **row, **whose} for tie_id, row in known.rows(known.told)]
    insert_new(session, TieName, rows)
