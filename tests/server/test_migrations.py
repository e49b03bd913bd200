"""The schema through time: what the models say, and nothing lost on the way there."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from firsthand.migrations import _config, upgrade
from firsthand.tables import metadata
from tests.postgres import PostgresServer

# SQLAlchemy reads no index of an expression (here: of a meeting's occasion) on SQLite.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based"),
]
REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory.from_config(_config("")).walk_revisions()))
]
Row = dict[str, Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/firsthand.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url.replace("postgresql://", "postgresql+psycopg://")
    server.drop_database(url)


def test_the_migrations_make_what_the_models_say(empty_url: str) -> None:
    upgrade(empty_url)
    engine = sa.create_engine(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_each_step_keeps_every_row_that_was_there(empty_url: str) -> None:
    engine = sa.create_engine(empty_url)
    kept: dict[str, Row] = {}
    for revision in REVISIONS:
        command.upgrade(_config(empty_url), revision)
        tables = _tables(engine)
        with engine.begin() as connection:
            for name, row in kept.items():
                found = connection.execute(sa.select(tables[name])).mappings().one()
                assert {column: found[column] for column in row} == row, f"{name} at {revision}"
            kept = {
                name: dict(connection.execute(sa.select(tables[name])).mappings().one())
                if name in kept
                else _fill(connection, tables[name])
                for name in tables
            }
    assert kept.keys() >= {"account", "meeting", "scan", "tie"}
    engine.dispose()


def _tables(engine: sa.Engine) -> dict[str, sa.Table]:
    """As they stand in the database, those that others refer to first."""
    reflected = sa.MetaData()
    reflected.reflect(engine)
    return {
        table.name: table for table in reflected.sorted_tables if table.name != "alembic_version"
    }


def _fill(connection: sa.Connection, table: sa.Table) -> Row:
    """One row in it; every column has a value, and every reference leads somewhere."""
    row = {column.name: _value(column) for column in table.columns}
    connection.execute(table.insert(), row)
    return dict(connection.execute(sa.select(table)).mappings().one())


def _value(column: sa.Column[Any]) -> Any:
    # Every key of every table is this one, so that all references lead to the one row.
    kind = column.type
    if isinstance(kind, sa.Uuid):
        return UUID(int=1)
    if isinstance(kind, sa.CHAR) and kind.length == 32:
        return UUID(int=1).hex  # a UUID on SQLite
    values: list[tuple[type[Any], Any]] = [
        (sa.JSON, ["coffee"]),
        (sa.Boolean, True),
        (sa.DateTime, dt.datetime(2026, 11, 23, tzinfo=dt.UTC)),
        (sa.Date, dt.date(2026, 11, 23)),
        (sa.Float, 0.5),
        (sa.Integer, 7),
        (sa.LargeBinary, b"bytes"),
        (sa.String, "text"),
    ]
    return next(value for type_, value in values if isinstance(kind, type_))
