"""Everything that is an account's, to take along as JSON.

One key a table, each a list of rows with the columns' own names. Left out: hashes of secrets, which
are of no use to anybody, and what others keep about this account, which is theirs.
"""

from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Table, select
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.badges.models import Badge
from firsthand.contacts.models import Contact
from firsthand.contacts.showing import card_name, join_person
from firsthand.events.models import Event
from firsthand.tables import metadata

Row = dict[str, Any]
_ROWS_AT_ONCE = 1000
# An event's join code is its organiser's to give away; a browser's keys are of no use elsewhere.
_LEFT_OUT = {"join_code", "p256dh", "auth"}


def export_everything(session: Session, owner_id: UUID) -> dict[str, list[Row]]:
    """All of it at once; for a person with very many ties ``write_everything`` is lighter."""
    return {name: list(rows) for name, rows in _parts(session, owner_id)}


def write_everything(session: Session, owner_id: UUID, out: IO[bytes]) -> None:
    """The same as one JSON document, row by row."""
    encoder = msgspec.json.Encoder()
    for number, (name, rows) in enumerate(_parts(session, owner_id)):
        out.write(b"{" if number == 0 else b"],\n")
        out.write(encoder.encode(name) + b": [")
        for index, row in enumerate(rows):
            out.write(b",\n  " if index else b"\n  ")
            out.write(encoder.encode(row))
    out.write(b"]}\n")


def _parts(session: Session, owner_id: UUID) -> Iterator[tuple[str, Iterator[Row]]]:
    for table in metadata.sorted_tables:
        whose = _whose(table)
        if whose is not None:
            stmt = select(*_columns(table)).where(whose == owner_id)
            if table is Contact.__table__:
                stmt = join_person(stmt.add_columns(card_name().label("shown_name")))
            yield f"{table.name}", _rows(session, stmt.order_by(*table.primary_key))
    attending = Attendee.account_id == owner_id
    places = select(Attendee.event_id).where(attending)
    yield "event", _rows(session, select(*_columns(_table(Event))).where(Event.id.in_(places)))
    mine = select(Attendee.id).where(attending)
    yield "badge", _rows(session, select(_table(Badge)).where(Badge.attendee_id.in_(mine)))


def _whose(table: Table) -> ColumnElement[UUID] | None:
    """The column that says whose a row is; None where a row is nobody's own."""
    if table.name == "account":
        return table.c.id
    column: ColumnElement[UUID] | None = table.c.get("owner_id", table.c.get("account_id"))
    return column


def _columns(table: Table) -> list[ColumnElement[Any]]:
    return [c for c in table.c if not c.name.endswith("_hash") and c.name not in _LEFT_OUT]


def _rows(session: Session, stmt: Select[Any]) -> Iterator[Row]:
    found = session.execute(stmt.execution_options(yield_per=_ROWS_AT_ONCE)).mappings()
    return (dict(row) for row in found)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
