"""The schema through time: what the models say, and nothing lost on the way there."""

import datetime as dt
import signal
import subprocess
import sys
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
                found = _row_like(connection, tables[name], row)
                assert {column: found[column] for column in row} == row, f"{name} at {revision}"
            kept = {
                name: _row_like(connection, tables[name], kept[name])
                if name in kept
                else _fill(connection, tables[name])
                for name in tables
            }
    assert kept.keys() >= {"account", "meeting", "scan", "tie"}
    engine.dispose()


def _row_like(connection: sa.Connection, table: sa.Table, row: Row) -> Row:
    """By its key: a step may add rows of its own."""
    key = [column for column in table.primary_key if column.name in row]
    same = [column == row[column.name] for column in key]
    return dict(connection.execute(sa.select(table).where(*same)).mappings().one())


def test_a_migration_that_breaks_off_leaves_what_was_there_and_goes_through_later(
    empty_url: str,
) -> None:
    def break_off(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith(("UPDATE alembic_version", "INSERT INTO alembic_version")):
            raise KeyboardInterrupt

    for revision in REVISIONS:
        schema = _schema(empty_url)
        sa.event.listen(sa.Engine, "before_cursor_execute", break_off)
        try:
            with pytest.raises(KeyboardInterrupt):
                command.upgrade(_config(empty_url), revision)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", break_off)
        assert _schema(empty_url) == schema, revision
        command.upgrade(_config(empty_url), revision)


# Dies as by a power cut, at the end of a revision that copies a table.
_KILLED = """
import os, signal, sys
import sqlalchemy as sa
from firsthand.migrations import upgrade

def kill(_, __, statement, *___):
    if "SET seen_name" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

sa.event.listen(sa.Engine, "before_cursor_execute", kill)
upgrade(sys.argv[1])
"""


def test_a_migration_that_is_killed_leaves_what_was_there_and_goes_through_later(
    empty_url: str,
) -> None:
    command.upgrade(_config(empty_url), "0018")
    schema = _schema(empty_url)
    killed = subprocess.run([sys.executable, "-c", _KILLED, empty_url], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _schema(empty_url) == schema
    upgrade(empty_url)


# The first that has a way back goes back to this one.
EARLIEST = "0016"


def test_what_has_a_way_back_goes_back_and_forth(empty_url: str) -> None:
    schemas = {}
    for revision in REVISIONS:
        command.upgrade(_config(empty_url), revision)
        schemas[revision] = _schema(empty_url)
    for revision in reversed(REVISIONS[REVISIONS.index(EARLIEST) : -1]):
        command.downgrade(_config(empty_url), revision)
        assert _schema(empty_url) == schemas[revision]
    upgrade(empty_url)
    assert _schema(empty_url) == schemas[REVISIONS[-1]]


def test_a_scan_that_was_never_edited_says_so_on_either_side_of_the_revision(
    empty_url: str,
) -> None:
    engine = sa.create_engine(empty_url)
    command.upgrade(_config(empty_url), "0017")
    with engine.begin() as connection:
        for table in _tables(engine).values():
            _fill(connection, table)
        connection.execute(sa.text("UPDATE scan SET edited_sequence = 0"))

    def says() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(sa.text("SELECT edited_sequence FROM scan")) or 0)

    command.upgrade(_config(empty_url), "0018")
    assert says() == -1
    command.downgrade(_config(empty_url), "0017")
    assert says() == 0
    engine.dispose()


def test_whose_badge_a_scan_was_of_is_not_looked_for_among_all_of_an_event(tmp_path: Path) -> None:
    """SQLite has no figures of these tables, and took the wrong index: for hours."""
    url = f"sqlite:///{tmp_path}/firsthand.db"
    command.upgrade(_config(url), "0019")
    module = ScriptDirectory.from_config(_config(url)).get_revision("0019").module
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {module._WHOSE_BADGE}").all()
    engine.dispose()
    steps = [row.detail for row in plan]
    assert any("SEARCH attendee" in step and "(id=?)" in step for step in steps)
    assert not any("attendee_event_id" in step for step in steps)


def _schema(url: str) -> Any:
    """All tables with their columns, keys and indexes, and the revision that the database says."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        look = sa.inspect(connection)
        revision = MigrationContext.configure(connection).get_current_revision()
        return revision, {
            name: (
                {(each["name"], str(each["type"]), each["nullable"]) for each in columns},
                {(each["name"], each["referred_table"]) for each in look.get_foreign_keys(name)},
                {(each["name"], *each["column_names"]) for each in look.get_indexes(name)},
            )
            for (_, name), columns in look.get_multi_columns().items()
            if name != "alembic_version"
        }


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
