"""Everything that is an account's, to take along as JSON.

One key a table, each a list of rows with the columns' own names (``firsthand.export_shape``). Left
out: hashes of secrets, which are of no use to anybody, and what others keep about this account,
which is theirs.
"""

from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, case, null, or_, select
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import blocked_by_either
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact
from firsthand.contacts.showing import card_company, card_headline, card_name, join_person
from firsthand.db import table_of
from firsthand.events.models import Event
from firsthand.export_shape import (
    FORMAT,
    SHOWN,
    VERSION,
    exported_columns,
    exported_tables,
    owner_column,
)
from firsthand.meetings.models import Meeting

Row = dict[str, Any]
_ROWS_AT_ONCE = 1000
# Where an account stands that is not the owner of the row. Whom they block is the owner's word.
_ACCOUNTS = {"contact": "account_id", "meeting_dismissal": "other_id"}


def export_everything(session: Session, owner_id: UUID) -> dict[str, Any]:
    """All of it at once; for a person with very many ties ``write_everything`` is lighter."""
    tables = {name: list(rows) for name, rows in _parts(session, owner_id)}
    return {"format": FORMAT, "version": VERSION, **tables}


def write_everything(session: Session, owner_id: UUID, out: IO[bytes]) -> None:
    """The same as one JSON document, row by row."""
    encoder = msgspec.json.Encoder()
    head = encoder.encode({"format": FORMAT, "version": VERSION})
    out.write(head.removesuffix(b"}"))
    for number, (name, rows) in enumerate(_parts(session, owner_id)):
        out.write(b"],\n" if number else b",\n")
        out.write(encoder.encode(name) + b": [")
        for index, row in enumerate(rows):
            out.write(b",\n  " if index else b"\n  ")
            out.write(encoder.encode(row))
    out.write(b"]}\n")


def _parts(session: Session, owner_id: UUID) -> Iterator[tuple[str, Iterator[Row]]]:
    for table in exported_tables():
        hidden = _hidden(table, owner_id)
        stmt: Select[Any] = select(
            *(
                case((hidden[name], null()), else_=table.c[name]).label(name)
                if name in hidden and table.c[name].nullable
                else table.c[name]
                for name in exported_columns(table)
            )
        ).where(*(~those for name, those in hidden.items() if not table.c[name].nullable))
        if table.name == "contact":
            shown = (card_name(), card_headline(), card_company())
            named = [each.label(name) for each, name in zip(shown, SHOWN, strict=True)]
            whose = bindparam("owner", owner_id, type_=Contact.owner_id.type)
            stmt = join_person(stmt.add_columns(*named), owner=whose)
        rows = _rows(session, _of(stmt, table, owner_id).order_by(*table.primary_key))
        # A name that SQL has a use for ("import") is no plain str.
        yield f"{table.name}", rows


def _hidden(table: Table, owner_id: UUID) -> dict[str, ColumnElement[bool]]:
    """By column, where it points to somebody whom the owner never sees: as if they had left."""
    owner = bindparam("owner", owner_id, type_=Contact.owner_id.type)
    never: dict[str, ColumnElement[bool]] = {
        name: and_(table.c[name] != owner, table.c[name].in_(blocked_by_either(owner)))
        for name in (_ACCOUNTS.get(table.name),)
        if name
    }
    if owner_column(table) == "owner_id" and "attendee_id" in table.c:
        others = Attendee.account_id != owner
        places = select(Attendee.id).where(
            others, Attendee.account_id.in_(blocked_by_either(owner))
        )
        never["attendee_id"] = table.c.attendee_id.in_(places)
    return never


def _of(stmt: Select[Any], table: Table, owner_id: UUID) -> Select[Any]:
    whose = owner_column(table)
    if whose is not None:
        return stmt.where(table.c[whose] == owner_id)
    attending = Attendee.account_id == owner_id
    if table is table_of(Event):
        places = select(Attendee.event_id).where(attending)
        occasions = select(Meeting.event_id).where(Meeting.owner_id == owner_id)
        return stmt.where(or_(table.c.id.in_(places), table.c.id.in_(occasions)))
    return stmt.where(table.c.attendee_id.in_(select(Attendee.id).where(attending)))


def _rows(session: Session, stmt: Select[Any]) -> Iterator[Row]:
    found = session.execute(stmt.execution_options(yield_per=_ROWS_AT_ONCE)).mappings()
    return (dict(row) for row in found)
