"""What the owner's exports say of people beyond their ties: names, addresses, where they work.

It names and suggests; it never ties anybody. An import's people count while it is done.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from firsthand.db import AnySelect, insert_new, new_id
from firsthand.folding import fold
from firsthand.handles.parsing import handle_key
from firsthand.ties.kinds import FoundPerson
from firsthand.ties.models import Import, ImportPerson, ImportPersonMark, ImportState

EMAIL = "email"
# A handle's network with its key, or EMAIL with an address.
Mark = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the newest export says that tells of this human. ``source`` is the export's format."""

    source: str
    name: str
    headline: str
    company: str
    emails: Sequence[str]
    phones: Sequence[str]
    at: datetime | None
    handles: Sequence[Mark]


def write_people(
    session: Session, owner_id: UUID, import_id: UUID, found: Sequence[FoundPerson]
) -> None:
    people, marks = [], []
    for person in found:
        person_id = new_id()
        people.append(
            {
                "owner_id": owner_id,
                "id": person_id,
                "import_id": import_id,
                "name": person.name,
                "folded": fold(person.name),
                "headline": person.headline,
                "company": person.company,
                "phones": person.phones,
                "at": person.at,
            }
        )
        for kind, key in dict.fromkeys(_marks(person)):
            marks.append({"owner_id": owner_id, "kind": kind, "key": key, "person_id": person_id})
    insert_new(session, ImportPerson, people)
    insert_new(session, ImportPersonMark, marks)


def forget_some_people(
    session: Session, owner_id: UUID, import_ids: Collection[UUID], most: int
) -> bool:
    """Delete up to so many of these imports; False when none was left."""
    some = session.scalars(
        select(ImportPerson.id)
        .where(ImportPerson.owner_id == owner_id, ImportPerson.import_id.in_(import_ids))
        .limit(most)
    ).all()
    if some:
        session.execute(
            delete(ImportPerson).where(ImportPerson.owner_id == owner_id, ImportPerson.id.in_(some))
        )
    return bool(some)


def people_with_marks(
    session: Session, owner_id: UUID, marks: Collection[Mark]
) -> list[KnownPerson]:
    """Whom the owner's exports know by one of these handles or addresses, the newest first."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in marks:
        by_kind.setdefault(kind, []).append(key)
    found: dict[UUID, None] = {}
    for kind, keys in sorted(by_kind.items()):
        values = {"owner": owner_id, "kind": kind, "keys": keys}
        found |= dict.fromkeys(session.scalars(_with_marks(), values))
    return _people(session, owner_id, found)


def people_named(session: Session, owner_id: UUID, name: str) -> list[KnownPerson]:
    """Whom the owner's exports know by this name, the newest first. A name is no proof."""
    if not name.strip():
        return []
    values = {"owner": owner_id, "folded": fold(name)}
    return _people(session, owner_id, session.scalars(_named(), values).all())


def named_only(session: Session, owner_id: UUID, folded: Collection[str]) -> dict[str, KnownPerson]:
    """By folded name: whom the owner's newest export names without any handle."""
    found: dict[str, KnownPerson] = {}
    ids = session.scalars(_with_names(), {"owner": owner_id, "names": list(folded)})
    for person in _people(session, owner_id, ids):
        if not person.handles:
            found.setdefault(fold(person.name), person)
    return found


def _people(session: Session, owner_id: UUID, ids: Iterable[UUID]) -> list[KnownPerson]:
    values = {"owner": owner_id, "ids": list(ids)}
    if not values["ids"]:
        return []
    marks: dict[UUID, list[Mark]] = {}
    for person_id, kind, key in session.execute(_marks_of(), values):
        marks.setdefault(person_id, []).append((kind, key))
    return [
        KnownPerson(
            source,
            name,
            headline,
            company,
            [key for kind, key in marks.get(person_id, ()) if kind == EMAIL],
            phones,
            at,
            [mark for mark in marks.get(person_id, ()) if mark[0] != EMAIL],
        )
        for person_id, source, name, headline, company, phones, at in session.execute(
            _people_by_id(), values
        )
    ]


def _marks(person: FoundPerson) -> Iterable[Mark]:
    for handle in person.handles:
        if handle.name:
            yield str(handle.network), handle_key(handle.network, handle.name)
    for email in person.emails:
        yield EMAIL, email


@cache
def _with_marks() -> AnySelect:
    return select(ImportPersonMark.person_id).where(
        ImportPersonMark.owner_id == bindparam("owner"),
        ImportPersonMark.kind == bindparam("kind"),
        ImportPersonMark.key.in_(bindparam("keys", expanding=True)),
    )


@cache
def _named() -> AnySelect:
    # A name that very many bear tells nothing.
    return (
        select(ImportPerson.id)
        .where(
            ImportPerson.owner_id == bindparam("owner"), ImportPerson.folded == bindparam("folded")
        )
        .limit(20)
    )


@cache
def _with_names() -> AnySelect:
    return select(ImportPerson.id).where(
        ImportPerson.owner_id == bindparam("owner"),
        ImportPerson.folded.in_(bindparam("names", expanding=True)),
    )


@cache
def _marks_of() -> AnySelect:
    return (
        select(ImportPersonMark.person_id, ImportPersonMark.kind, ImportPersonMark.key)
        .where(
            ImportPersonMark.owner_id == bindparam("owner"),
            ImportPersonMark.person_id.in_(bindparam("ids", expanding=True)),
        )
        .order_by(ImportPersonMark.kind, ImportPersonMark.key)
    )


@cache
def _people_by_id() -> AnySelect:
    return (
        select(
            ImportPerson.id,
            Import.format,
            ImportPerson.name,
            ImportPerson.headline,
            ImportPerson.company,
            ImportPerson.phones,
            ImportPerson.at,
        )
        .join(
            Import,
            (Import.owner_id == ImportPerson.owner_id) & (Import.id == ImportPerson.import_id),
        )
        .where(
            ImportPerson.owner_id == bindparam("owner"),
            ImportPerson.id.in_(bindparam("ids", expanding=True)),
            Import.state == ImportState.DONE,
        )
        .order_by(Import.as_of().desc(), ImportPerson.id)
    )
