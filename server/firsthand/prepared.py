"""Statements of the hot path: compiled once for each database, run past SQLAlchemy's execution.

Executing a Core statement costs SQLAlchemy some hundred microseconds, ten times what SQLite needs
for it. What is written here is still Core; only its execution goes straight to the driver.
"""

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import (
    ARRAY,
    Boolean,
    Connection,
    DateTime,
    Float,
    Integer,
    Select,
    String,
    Subquery,
    Update,
    Uuid,
    bindparam,
    func,
    select,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

Row: TypeAlias = tuple[Any, ...]
_Convert: TypeAlias = Callable[[Any], Any] | None
ConvertColumn: TypeAlias = Callable[[Sequence[Any]], Any]


class Prepared:
    """A select or update about a set of rows, which are given when it is run.

    ``build`` gets them as a table with the named columns, to join with::

        Prepared(lambda wanted: select(...).join_from(wanted, ...), owner_id=Uuid(), id=Uuid())
    """

    def __init__(
        self,
        build: Callable[[Subquery], Select[*tuple[Any, ...]] | Update],
        **columns: TypeEngine[Any],
    ) -> None:
        self._build = build
        self._columns = columns
        self._plans: dict[str, _Plan] = {}

    def rows(self, session: Session, wanted: Sequence[Row]) -> list[Row]:
        """What the select finds for these rows, in no order."""
        if not wanted:
            return []
        connection = session.connection()
        plan = self._plan(connection.dialect)
        found = execute(connection, plan.sql, plan.parameters(wanted)).fetchall()
        return plan.converted(found)

    def run(self, session: Session, wanted: Sequence[Row]) -> None:
        """Make the change for these rows."""
        if wanted:
            connection = session.connection()
            plan = self._plan(connection.dialect)
            execute(connection, plan.sql, plan.parameters(wanted))

    def _plan(self, dialect: Dialect) -> "_Plan":
        plan = self._plans.get(dialect.name)
        if plan is None:
            # Two threads may both make it; they make the same.
            plan = self._plans[dialect.name] = self._make_plan(dialect)
        return plan

    def _make_plan(self, dialect: Dialect) -> "_Plan":
        is_sqlite = dialect.name == "sqlite"
        given = _json_rows(self._columns) if is_sqlite else arrays(self._columns)
        compiled = self._build(given).compile(dialect=dialect)
        fixed = {
            name: _converted(to_driver(bind.type, dialect), bind.value)
            for name, bind in compiled.binds.items()
            if name not in {_ROWS, *self._columns}
        }
        results = [entry.type for entry in compiled._result_columns]
        return _Plan(
            sql=str(compiled),
            order=tuple(compiled.positiontup or ()),
            fixed=fixed,
            columns=tuple(
                (name, column_to_driver(type_, dialect)) for name, type_ in self._columns.items()
            ),
            results=tuple(_from_driver(type_, dialect) for type_ in results),
        )


_ROWS = "given_rows"


def _json_rows(columns: dict[str, TypeEngine[Any]]) -> Subquery:
    """SQLite: one parameter, a JSON array of arrays."""
    rows = func.json_each(bindparam(_ROWS, type_=String())).table_valued("value")
    return select(
        *(
            func.json_extract(rows.c.value, f"$[{place}]", type_=type_).label(name)
            for place, (name, type_) in enumerate(columns.items())
        )
    ).subquery("given")


def arrays(columns: Mapping[str, TypeEngine[Any]]) -> Subquery:
    """PostgreSQL: one array a column, unnested side by side."""
    return select(
        *(
            func.unnest(bindparam(name, type_=ARRAY(type_)), type_=type_).label(name)
            for name, type_ in columns.items()
        )
    ).subquery("given")


@dataclass(frozen=True, slots=True)
class _Plan:
    sql: str
    order: tuple[str, ...]
    fixed: dict[str, Any]
    columns: tuple[tuple[str, ConvertColumn], ...]
    results: tuple[_Convert, ...]

    def parameters(self, wanted: Sequence[Row]) -> Any:
        # Column by column: a set of some hundred rows is converted in a third of the time.
        given = zip(*wanted, strict=True)
        columns = {
            name: convert(values)
            for (name, convert), values in zip(self.columns, given, strict=True)
        }
        if self.order:
            rows = list(zip(*columns.values(), strict=True))
            values = {**self.fixed, _ROWS: msgspec.json.encode(rows).decode()}
            return [values[name] for name in self.order]
        return self.fixed | columns

    def converted(self, found: list[Row]) -> list[Row]:
        if not found or not any(self.results):
            return found
        columns = zip(*found, strict=True)
        converted = map(_all_converted, self.results, columns)
        return list(zip(*converted, strict=True))


def column_to_driver(type_: TypeEngine[Any], dialect: Dialect) -> ConvertColumn:
    """What turns the values of one column into what the driver takes.

    A list; on PostgreSQL, an array of plain values is its text: the driver writes a list element by
    element with a search in each, which takes longer than the statement.
    """
    convert = to_driver(type_, dialect)
    write = None if dialect.name == "sqlite" else _array_element(type_)
    if write is None:
        return functools.partial(_all_converted, convert)
    return functools.partial(_array_text, convert, write)


def _array_element(type_: TypeEngine[Any]) -> Callable[[Any], str] | None:
    """How a value stands in an array's text (PostgreSQL's manual, 8.15.6), if it is plain."""
    if isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    match type_:
        case Uuid():
            return _HEX
        case String():
            return _quoted
        case Boolean() | Integer() | Float():
            return str
        case DateTime():
            return _quoted_moment
    return None


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted_moment(value: datetime) -> str:
    return f'"{value.isoformat()}"'


_HEX = operator.attrgetter("hex")


def _array_text(convert: _Convert, write: Callable[[Any], str], values: Sequence[Any]) -> str:
    if convert is not None:
        values = _all_converted(convert, values)
    return "{" + ",".join(["NULL" if value is None else write(value) for value in values]) + "}"


def _all_converted(convert: _Convert, values: Sequence[Any]) -> list[Any]:
    if convert is None:
        return list(values)
    return [None if value is None else convert(value) for value in values]


def _converted(convert: _Convert, value: Any) -> Any:
    return value if convert is None or value is None else convert(value)


def to_driver(type_: TypeEngine[Any], dialect: Dialect) -> _Convert:
    """What turns a value of this type into what the driver takes; None if nothing has to."""
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _from_driver(type_: TypeEngine[Any], dialect: Dialect) -> _Convert:
    # No type of the hot path asks for the column's type on the wire.
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def execute(connection: Connection, sql: str, parameters: Any) -> Any:
    """Run it once; the driver's cursor. Raises DBAPIError, as SQLAlchemy would."""
    return _run(connection, "execute", sql, parameters)


def execute_many(connection: Connection, sql: str, parameters: Sequence[Any]) -> None:
    """Run it for each of the parameters. Raises DBAPIError."""
    _run(connection, "executemany", sql, parameters)


def _run(connection: Connection, method: str, sql: str, parameters: Any) -> Any:
    cursor: Any = connection.connection.cursor()
    dialect = connection.dialect
    errors = dialect.loaded_dbapi.Error
    try:
        getattr(cursor, method)(sql, parameters)
    except errors as problem:
        raise DBAPIError.instance(
            sql, None, problem, errors, hide_parameters=True, dialect=dialect
        ) from problem
    return cursor
