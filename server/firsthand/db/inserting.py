"""Sets of rows in one statement, past what is there already."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from firsthand.db.schema import Base, table_of
from firsthand.prepared import ConvertColumn, arrays, column_to_driver, execute, execute_many

# What becomes of a row that is there already: the columns of the old one, of the new one, and
# whether this is SQLite; answers the columns to change.
Change: TypeAlias = Callable[[Any, Any, bool], dict[str, Any]]


def insert_new(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert a set of rows; those that are there already (by any unique key) stay as they are.

    All rows have the same keys; a column that is left out takes its default.
    """
    _insert(session, model, rows, None)


def insert_or_change(
    session: Session, model: type[Base], rows: Sequence[dict[str, Any]], change: Change
) -> None:
    """Insert a set of rows; those whose primary key is there already change as ``change`` says.

    All rows have the same keys, and no two the same primary key. ``change`` is called once for
    each database, so it is a function of a module.
    """
    _insert(session, model, rows, change)


def _insert(
    session: Session, model: type[Base], rows: Sequence[dict[str, Any]], change: Change | None
) -> None:
    if not rows:
        return
    connection = session.connection()
    plan = _insert_plan(model, connection.dialect, tuple(rows[0]), change)
    columns = plan.values(rows)
    if not plan.positional:
        execute(connection, plan.sql, columns)
    elif len(rows) == 1:
        execute(connection, plan.sql, [value for (value,) in columns.values()])
    else:
        execute_many(connection, plan.sql, list(zip(*columns.values(), strict=True)))


@dataclass(frozen=True, slots=True)
class _InsertPlan:
    """One INSERT of one table, with what turns each value into what the driver takes.

    ``positional``: for one row (SQLite); else for any number, given as an array a column.
    """

    sql: str
    columns: tuple[tuple[str, ConvertColumn, Callable[[], Any] | None], ...]
    positional: bool

    def values(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Column by column."""
        return {
            name: convert([default() for _ in rows] if default else [row[name] for row in rows])
            for name, convert, default in self.columns
        }


@functools.cache
def _insert_plan(
    model: type[Base], dialect: Dialect, keys: tuple[str, ...], change: Change | None
) -> _InsertPlan:
    table = table_of(model)
    defaults = {
        column.name: _default(column.default)
        for column in table.columns
        if column.name not in keys and column.default is not None
    }
    names = [*keys, *defaults]
    on_sqlite = dialect.name == "sqlite"
    if on_sqlite:
        insert: Any = sqlite.insert(table)
    else:
        types = {name: table.columns[name].type for name in names}
        insert = postgresql.insert(table).from_select(names, select(arrays(types)))
    if change is None:
        insert = insert.on_conflict_do_nothing()
    else:
        insert = insert.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_=change(table.c, insert.excluded, on_sqlite),
        )
    compiled = insert.compile(dialect=dialect, column_keys=names)
    order = compiled.positiontup or names
    columns = tuple(
        (
            name,
            column_to_driver(table.columns[name].type, dialect),
            defaults.get(name),
        )
        for name in order
    )
    return _InsertPlan(str(compiled), columns, compiled.positional)


def _default(default: Any) -> Callable[[], Any]:
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
