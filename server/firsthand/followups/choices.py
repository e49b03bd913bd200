"""Which intents an owner has, and within how many days each is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, delete, select
from sqlalchemy.orm import Session

from firsthand.db import insert_or_change, lock_owners, table_of
from firsthand.followups.intents import DAYS_UNTIL_DUE, clean_intents, days_until_due
from firsthand.followups.models import IntentChoice
from firsthand.prepared import Prepared
from firsthand.problems import Invalid

MOST_OWN = 12
LONGEST_WAIT = 730
_CHOICE = table_of(IntentChoice).c
_CHOICES = Prepared(
    lambda given: select(_CHOICE.owner_id, _CHOICE.intent, _CHOICE.days).join_from(
        given, table_of(IntentChoice), _CHOICE.owner_id == given.c.owner_id
    ),
    owner_id=Uuid(),
)


@dataclass(frozen=True, slots=True)
class OwnersIntent:
    """``is_own``: the owner made it. ``usual`` is what the days are where nothing was chosen."""

    intent: str
    days: int
    usual: int
    is_own: bool


def chosen_days(session: Session, owner_ids: Iterable[UUID]) -> Mapping[tuple[UUID, str], int]:
    """By owner and intent, where it differs from the usual."""
    owners = [(owner_id,) for owner_id in set(owner_ids)]
    return {(owner, intent): days for owner, intent, days in _CHOICES.rows(session, owners)}


def intents_of(session: Session, owner_id: UUID) -> list[OwnersIntent]:
    """The usual ones in their order, then the owner's own by name."""
    chosen = {intent: days for _, intent, days in _CHOICES.rows(session, [(owner_id,)])}
    own = sorted(intent for intent in chosen if intent not in DAYS_UNTIL_DUE)
    return [
        OwnersIntent(
            intent,
            chosen.get(intent, days_until_due(intent)),
            days_until_due(intent),
            intent not in DAYS_UNTIL_DUE,
        )
        for intent in [*DAYS_UNTIL_DUE, *own]
    ]


def own_intents(session: Session, owner_id: UUID, *more: Iterable[str]) -> list[str]:
    """The owner's own, and those of ``more`` that are not among the usual ones."""
    own = [each.intent for each in intents_of(session, owner_id) if each.is_own]
    others = (each for some in more for each in some if each not in DAYS_UNTIL_DUE)
    return list(dict.fromkeys([*own, *others]))


def choose_intent(session: Session, owner_id: UUID, intent: str, days: int) -> None:
    """An own intent, or other days for a usual one. Raises Invalid."""
    if not 0 <= days <= LONGEST_WAIT:
        message = f"Choose a number of days from 0 to {LONGEST_WAIT}."
        raise Invalid(message, {"days": message})
    try:
        cleaned = clean_intents([intent])
    except ValueError as problem:
        raise Invalid(str(problem), {"intent": str(problem)}) from None
    if not cleaned:
        raise Invalid("Say what should come next.", {"intent": "Say what should come next."})
    lock_owners(session, [owner_id])
    known = intents_of(session, owner_id)
    is_new = cleaned[0] not in {each.intent for each in known}
    if is_new and sum(each.is_own for each in known) >= MOST_OWN:
        message = f"At most {MOST_OWN} of your own. Take one away first."
        raise Invalid(message, {"intent": message})
    row = {"owner_id": owner_id, "intent": cleaned[0], "days": days}
    insert_or_change(session, IntentChoice, [row], _other_days)


def forget_choice(session: Session, owner_id: UUID, intent: str) -> None:
    """An own intent is offered no more, a usual one has its usual days; nothing made changes."""
    session.execute(
        delete(IntentChoice).where(IntentChoice.owner_id == owner_id, IntentChoice.intent == intent)
    )


def _other_days(_old: object, new: IntentChoice, _on_sqlite: bool) -> dict[str, object]:
    return {"days": new.days}
