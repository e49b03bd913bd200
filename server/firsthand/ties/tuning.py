"""What matters to an owner, kept; a change weighs all of their ties anew."""

from uuid import UUID

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from firsthand.db import lock_owners
from firsthand.outbox import enqueue
from firsthand.problems import Invalid
from firsthand.ties.importing import WEIGH_OWNER
from firsthand.ties.models import RankingChoice
from firsthand.ties.score import AS_USUAL, LESS, MORE, Tuning


def tuning_of(session: Session, owner_id: UUID) -> Tuning:
    chosen = session.get(RankingChoice, owner_id)
    return msgspec.convert(chosen, Tuning, from_attributes=True) if chosen else AS_USUAL


def choose_tuning(session: Session, owner_id: UUID, tuning: Tuning) -> None:
    """Raises Invalid."""
    levels = msgspec.structs.asdict(tuning)
    for name, level in levels.items():
        if not LESS <= level <= MORE:
            raise Invalid("Choose less, as usual or more.", {name: "Choose one of the three."})
    lock_owners(session, [owner_id])
    if tuning == tuning_of(session, owner_id):
        return
    session.execute(delete(RankingChoice).where(RankingChoice.owner_id == owner_id))
    session.expire_all()
    if tuning != AS_USUAL:
        session.add(RankingChoice(owner_id=owner_id, **levels))
    enqueue(session, WEIGH_OWNER, owner_id)
