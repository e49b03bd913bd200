"""After an import is done, failed or undone: every tie's name, strength and matches anew.

In steps of some hundred ties, each a transaction of its own, so that nobody's scan waits long.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    String,
    Subquery,
    Update,
    Uuid,
    delete,
    exists,
    select,
    update,
)
from sqlalchemy.orm import Session

from firsthand.db import find_by_keys, lock_owners, table_of
from firsthand.outbox import enqueue
from firsthand.prepared import Prepared
from firsthand.ties.facts import facts_of_range, kind_counts
from firsthand.ties.kind_bits import kind_bits
from firsthand.ties.matching import match_ties
from firsthand.ties.models import (
    Import,
    ImportList,
    ImportState,
    Interest,
    Tie,
    TieBlock,
    TieFact,
    TieName,
)
from firsthand.ties.people_known import forget_some_people
from firsthand.ties.score import strength
from firsthand.ties.tuning import tuning_of

# What stands on the owner's cards may be another since.
TIES_WEIGHED = "ties-weighed"
_TIES_A_STEP = 300
_GIVEN_UP = (ImportState.FAILED, ImportState.UNDONE)


def weigh_owner(session: Session, owner_id: UUID, position: str) -> str | None:
    """Outbox: one step; ``position`` is the last tie weighed, empty while there is to take back."""
    lock_owners(session, [owner_id])
    find_by_keys(session)
    if not position and _take_back_some(session, owner_id):
        return ""
    after = UUID(position) if position else UUID(int=0)
    ties = session.execute(
        select(Tie.id, Tie.strength, Tie.kinds)
        .where(Tie.owner_id == owner_id, Tie.id > after)
        .order_by(Tie.id)
        .limit(_TIES_A_STEP)
    ).all()
    if not ties:
        enqueue(session, TIES_WEIGHED, owner_id)
        return None
    last: UUID = ties[-1][0]
    _take_over_names(session, owner_id, after, last)
    facts = facts_of_range(session, owner_id, after, last)
    tuning = tuning_of(session, owner_id)
    weights = []
    for tie_id, *before in ties:
        kinds = [each for each in kind_counts(facts.get(tie_id, {})) if each.ended_at is None]
        weight, bits = strength(kinds, tuning), kind_bits(each.kind for each in kinds)
        if [weight, bits] != before:
            weights.append((owner_id, tie_id, weight, bits))
    _WEIGH.run(session, weights)
    match_ties(session, owner_id, after, last)
    return str(last)


def _take_back_some(session: Session, owner_id: UUID) -> bool:
    """Delete rows of imports that were given up; False when nothing is left of them."""
    given_up = select(Import.id).where(Import.owner_id == owner_id, Import.state.in_(_GIVEN_UP))
    import_id = session.scalar(
        given_up.where(
            exists().where(TieFact.owner_id == owner_id, TieFact.import_id == Import.id)
        ).limit(1)
    )
    if import_id is None:
        if forget_some_people(session, owner_id, session.scalars(given_up).all(), _TIES_A_STEP):
            return True
        for model in (ImportList, Interest, TieBlock, TieName):
            session.execute(
                delete(model).where(model.owner_id == owner_id, model.import_id.in_(given_up))
            )
        return False
    # With a column that no index has: SQLite would read all facts of the owner in the primary key.
    some = select(TieFact.tie_id, TieFact.count).where(
        TieFact.owner_id == owner_id, TieFact.import_id == import_id
    )
    tie_ids = sorted({tie_id for tie_id, _ in session.execute(some.limit(_TIES_A_STEP))})
    for rows in (table_of(TieFact), table_of(TieName)):
        session.execute(
            delete(rows).where(
                rows.c.owner_id == owner_id,
                rows.c.tie_id.in_(tie_ids),
                rows.c.import_id == import_id,
            )
        )
    _forget_empty(session, owner_id, tie_ids)
    return True


def _forget_empty(session: Session, owner_id: UUID, tie_ids: Sequence[UUID]) -> None:
    """Ties of which no import says anything, unless the owner has put them on a person's card."""
    session.execute(
        delete(_TIE).where(
            _TIE.c.owner_id == owner_id,
            _TIE.c.id.in_(tie_ids),
            # Not as SQLite would look it up in an index: nearly all ties of the owner are on none.
            _TIE.c.contact_id.is_(None).is_(True),
            ~exists().where(TieFact.owner_id == _TIE.c.owner_id, TieFact.tie_id == _TIE.c.id),
        )
    )


def _take_over_names(session: Session, owner_id: UUID, after: UUID, last: UUID) -> None:
    """What done imports told of ids and names; the later import has the last word."""
    done = select(Import.id).where(Import.owner_id == owner_id, Import.state == ImportState.DONE)
    told: list[ColumnElement[bool]] = [
        TieName.owner_id == owner_id,
        TieName.tie_id.between(after, last),
        TieName.import_id.in_(done),
    ]
    rows = session.execute(
        select(TieName.tie_id, TieName.key, TieName.name, TieName.stable_id)
        .where(*told)
        .order_by(TieName.import_id)
    ).all()
    if not rows:
        return
    newest = {
        tie_id: (owner_id, tie_id, key, name, stable_id) for tie_id, key, name, stable_id in rows
    }
    _RENAME.run(session, list(newest.values()))
    session.execute(delete(TieName).where(*told))


_TIE = table_of(Tie)


def _update_ties(given: Subquery, *columns: str) -> Update:
    return (
        update(_TIE)
        .where(_TIE.c.owner_id == given.c.owner_id, _TIE.c.id == given.c.tie_id)
        .values({name: given.c[name] for name in columns})
    )


_WEIGH = Prepared(
    lambda given: _update_ties(given, "strength", "kinds"),
    owner_id=Uuid(),
    tie_id=Uuid(),
    strength=Float(),
    kinds=Integer(),
)
_RENAME = Prepared(
    lambda given: _update_ties(given, "key", "name", "stable_id"),
    owner_id=Uuid(),
    tie_id=Uuid(),
    key=String(),
    name=String(),
    stable_id=String(),
)
