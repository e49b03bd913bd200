"""Is every row sound, and does every one that it points to stand in the document? Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from firsthand.export_shape import FORMAT, SHOWN
from firsthand.tables import metadata
from firsthand.taking_in.document import Document
from firsthand.taking_in.kinds import Flaw, Remark, Wanted, WantedEvent
from firsthand.taking_in.shapes import Shape, event_row, shapes
from firsthand.taking_in.wording import flaw_words

# Moved to another zone, the edge years would overflow.
_FIRST_DAY, _LAST_DAY = date(1, 1, 2), date(9998, 12, 30)
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9998, 12, 30, tzinfo=UTC)
# What points to a row without the database knowing: (column, table).
_LOOSE = {
    "scan": ("contact_id", "contact"),
    "tie": ("contact_id", "contact"),
    "follow_up": ("meeting_id", "meeting"),
}
# What no two rows of an owner share beside their keys.
_UNIQUE: dict[str, tuple[str, ...]] = {
    "contact": ("account_id",),
    "meeting": ("contact_id", "day", "event_id"),
    "follow_up": ("meeting_id", "intent"),
}
# Where one of these is null, the row shares nothing.
_NOT_NULL = {"account_id", "meeting_id"}
_MOST_REMARKS = 40


@dataclass
class Checked:
    """What was learnt on the way. ``parents``: of every card that was merged into another."""

    ids: dict[str, set[bytes]] = field(default_factory=dict)
    roots: dict[int, UUID] = field(default_factory=dict)
    parents: dict[UUID, UUID] = field(default_factory=dict)
    events: set[UUID] = field(default_factory=set)
    attendees: set[UUID] = field(default_factory=set)
    unknown: dict[str, set[str]] = field(default_factory=dict)


def rows_of(document: Document, shape: Shape) -> Iterator[tuple[int, Any]]:
    """Each row with its number, from 1. Raises Flaw."""
    decoder = msgspec.json.Decoder(shape.row)
    for number, raw in enumerate(document.rows(shape.table), 1):
        try:
            yield number, decoder.decode(raw)
        except msgspec.ValidationError as problem:
            raise Flaw(f"{shape.table} {number}: {flaw_words(str(problem))}.") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Flaw(f"{shape.table} {number}: it cannot be read.") from None


def check(document: Document) -> Checked:
    """Raises Flaw at the first row that contradicts itself, its table or another row."""
    checked = Checked()
    for shape in shapes().values():
        _check_table(document, shape, checked)
    _check_merges(checked)
    return checked


def wanted(document: Document, checked: Checked) -> Wanted:
    """What may be here too. Raises Flaw."""
    shape = Shape("event", event_row(), (), (), (), ())
    events = [
        WantedEvent(row.id, row.slug, row.name, row.starts, row.ends)
        for _, row in rows_of(document, shape)
        if row.id in checked.events
    ]
    return Wanted(events, sorted(checked.attendees))


def remarks(document: Document, checked: Checked) -> list[Remark]:
    """What this version does not know and leaves out."""
    known = set(metadata.tables)
    left = [
        Remark(name[:100], "This part is not known here and was left out.")
        for name in document.tables
        if name not in known
    ]
    for table, columns in checked.unknown.items():
        names = ", ".join(sorted(columns))[:200]
        left.append(Remark(table, f"Not known here and left out: {names}."))
    return left[:_MOST_REMARKS]


def _check_table(document: Document, shape: Shape, checked: Checked) -> None:
    table, keys, shared = shape.table, set[bytes](), set[bytes]()
    checked.ids[table] = ids = set()
    columns = {column.name for column in metadata.tables[table].c} | {*SHOWN}
    unknown: set[str] = set()
    raws = document.rows(table)
    for number, row in rows_of(document, shape):
        where = f"{table} {number}"
        unknown |= (
            msgspec.json.decode(raws[number - 1], type=dict[str, msgspec.Raw]).keys() - columns
        )
        for name in shape.dated:
            _check_date(where, name, getattr(row, name))
        key = _digest(row, shape.key)
        if key in keys:
            raise Flaw(f"{where}: the same {_said(shape.key)} stands there already.")
        keys.add(key)
        _check_shared(where, row, _UNIQUE.get(table, ()), shared)
        _check_references(where, row, shape, checked)
        if shape.key == ("id",) and not _is_own_import(table, row):
            ids.add(row.id.bytes)
        _learn(table, number, row, where, checked)
    if unknown:
        checked.unknown[table] = unknown


def _check_shared(where: str, row: Any, columns: tuple[str, ...], seen: set[bytes]) -> None:
    if not columns or any(getattr(row, name) is None for name in columns if name in _NOT_NULL):
        return
    digest = _digest(row, columns)
    if digest in seen:
        raise Flaw(f"{where}: the same {_said(columns)} stands there already.")
    seen.add(digest)


def _check_references(where: str, row: Any, shape: Shape, checked: Checked) -> None:
    loose = [_LOOSE[shape.table]] if shape.table in _LOOSE else []
    for column, table in (*shape.references, *loose):
        value = getattr(row, column)
        if value is not None and value.bytes not in checked.ids[table]:
            raise Flaw(f"{where}: {column} points to no {table} of this file.")


def _learn(table: str, number: int, row: Any, where: str, checked: Checked) -> None:
    match table:
        case "contact":
            checked.roots[number] = row.root_id
            if row.attendee_id:
                checked.attendees.add(row.attendee_id)
        case "contact_attendee":
            checked.attendees.add(row.attendee_id)
        case "contact_merge":
            checked.parents[row.child_id] = row.parent_id
        case "contact_apart":
            if row.one_id == row.other_id:
                raise Flaw(f"{where}: nobody is somebody else than themselves.")
        case "meeting":
            if row.event_id:
                checked.events.add(row.event_id)
        case "tie":
            if not (row.key and row.name) and not row.stable_id:
                raise Flaw(f"{where}: it has neither a name nor a stable id.")


def _check_merges(checked: Checked) -> None:
    for number, root_id in checked.roots.items():
        if root_id.bytes not in checked.ids["contact"]:
            raise Flaw(f"contact {number}: root_id points to no contact of this file.")
    safe: set[UUID] = set()
    for number, child in enumerate(checked.parents, 1):
        path: set[UUID] = set()
        card = child
        while card in checked.parents and card not in safe:
            if card in path:
                raise Flaw(f"contact_merge {number}: it goes round in a circle.")
            path.add(card)
            card = checked.parents[card]
        safe |= path


def _is_own_import(table: str, row: Any) -> bool:
    """An export brought in before is no import of ties, and nothing belongs to it."""
    return table == "import" and row.format == FORMAT


def _check_date(where: str, name: str, value: date | None) -> None:
    if value is None:
        return
    first, last = (_FIRST, _LAST) if isinstance(value, datetime) else (_FIRST_DAY, _LAST_DAY)
    if not first <= value <= last:
        raise Flaw(f"{where}: {name} is beyond what a calendar here can hold.")


def _digest(row: Any, columns: tuple[str, ...]) -> bytes:
    text = "\0".join(str(getattr(row, name)) for name in columns)
    return blake2b(text.encode(), digest_size=16).digest()


def _said(columns: tuple[str, ...]) -> str:
    return " and ".join(columns) or "row"
