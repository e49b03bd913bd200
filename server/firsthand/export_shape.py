"""What stands in the document that somebody takes along: which tables, and the shape of each row.

All of it comes from the models, so that neither the document, nor its published schema, nor what is
read back in can drift from them.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, get_args, get_type_hints

import msgspec
from sqlalchemy import Table

from firsthand.db import Base
from firsthand.tables import metadata
from firsthand.ties.importing import OWN_FORMAT

FORMAT = OWN_FORMAT
VERSION = 1
SCHEMA_PATH = "/api/export-schema.json"
# What a card shows beyond what its owner typed, as ``firsthand.contacts.showing`` says.
SHOWN = ("shown_name", "shown_headline", "shown_company")
# What others share with many is exported only as far as the account has to do with it.
_SHARED = ("event", "badge")
# An event's join code is its organiser's to give away; the keys of a browser or of a passkey are
# of no use elsewhere; whose badge was scanned, and what follows from it, is believed of no file.
_NEVER = {
    *("join_code", "p256dh", "auth", "credential_id", "public_key", "user_handle", "peer"),
    *("wearer_account_id", "wearer_attendee_id", "in_circle", "seen_name"),
}
# Whom a tie would match if everybody showed everything: it is judged for whoever reads it, and is
# made anew from ties and handles wherever these come to.
_NOT_TAKEN_ALONG = {"match"}

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
# What a column's type becomes in a row's shape: (table, column, annotated type).
Refine = Callable[[str, str, Any], Any]


def owner_column(table: Table) -> str | None:
    """The column that says whose a row is; None where a row is nobody's own."""
    if table.name == "account":
        return "id"
    return next((name for name in ("owner_id", "account_id") if name in table.c), None)


@functools.cache
def exported_tables() -> tuple[Table, ...]:
    """In the order of the document: what others refer to first."""
    owned = [
        table
        for table in metadata.sorted_tables
        if owner_column(table) is not None and table.name not in _NOT_TAKEN_ALONG
    ]
    return (*owned, *(metadata.tables[name] for name in _SHARED))


def exported_columns(table: Table) -> list[str]:
    """Hashes of secrets are of no use to anybody and stay here."""
    return [c.name for c in table.c if not c.name.endswith("_hash") and c.name not in _NEVER]


def row_shape(
    table: Table, columns: Sequence[str], refine: Refine, optional: Mapping[str, Any]
) -> type[msgspec.Struct]:
    """A struct of these columns; ``optional`` maps a column that may be left out to its value."""
    model = _models()[table.name]
    types = column_types(table)
    extra = dict.fromkeys(SHOWN, str) if table.name == "contact" else {}
    fields: list[Any] = []
    for name, type_ in [*((name, types[name]) for name in columns), *extra.items()]:
        refined = refine(table.name, name, type_)
        fields.append((name, refined, optional[name]) if name in optional else (name, refined))
    words = " ".join((model.__doc__ or "").replace("``", "").split())
    return msgspec.defstruct(
        model.__name__, fields, kw_only=True, namespace={"__doc__": words}, module=__name__
    )


def column_types(table: Table) -> dict[str, Any]:
    """Each column's Python type, as its model says it."""
    hints = get_type_hints(_models()[table.name])
    return {column.name: get_args(hints[column.name])[0] for column in table.c}


def export_schema() -> dict[str, Any]:
    """The document's JSON Schema (draft 2020-12)."""
    shapes = [
        row_shape(table, exported_columns(table), _published, {}) for table in exported_tables()
    ]
    references, components = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    for component in components.values():
        component["additionalProperties"] = False
    tables = {
        table.name: {"type": "array", "items": reference}
        for table, reference in zip(exported_tables(), references, strict=True)
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Everything of one account on Firsthand",
        "description": "One key a table, each a list of rows with the columns' own names.",
        "type": "object",
        "properties": {"format": {"const": FORMAT}, "version": {"const": VERSION}, **tables},
        "required": ["format", "version", *tables],
        "additionalProperties": False,
        "$defs": components,
    }


def moments_refined(type_: Any) -> Any:
    """A moment always has its time zone."""
    if type_ is datetime:
        return Moment
    return Moment | None if type_ == datetime | None else type_


def _published(_table: str, _column: str, type_: Any) -> Any:
    return moments_refined(type_)


@functools.cache
def _models() -> dict[str, type[Base]]:
    return {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]  # it is a table, never a join
