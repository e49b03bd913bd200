"""Who a card is: what was joined to it, which other cards may be them, what exports say of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.contacts.merging import Merged, merged_into
from firsthand.contacts.queries import FullCard
from firsthand.contacts.same_person import Likeness, alike, marks_of
from firsthand.ties.people_known import KnownPerson, people_named, people_with_marks


@dataclass(frozen=True, slots=True)
class Identity:
    """``said``: what exports say of a handle or address of this card, the newest of each source.

    ``hints``: people of the same name in exports that know names only. A name is no proof.
    """

    alike: Sequence[Likeness]
    merged: Sequence[Merged]
    said: Sequence[KnownPerson]
    hints: Sequence[KnownPerson]


def identity_of(session: Session, owner_id: UUID, person: FullCard) -> Identity:
    said = people_with_marks(session, owner_id, marks_of(person))
    named = [] if said else people_named(session, owner_id, person.card.name)
    return Identity(
        alike=alike(session, owner_id, person),
        merged=merged_into(session, owner_id, person.card.id),
        said=_newest_of_each(said),
        hints=_newest_of_each([each for each in named if not each.handles]),
    )


def _newest_of_each(people: Sequence[KnownPerson]) -> list[KnownPerson]:
    newest: dict[str, KnownPerson] = {}
    for person in people:
        newest.setdefault(person.source, person)
    return list(newest.values())
