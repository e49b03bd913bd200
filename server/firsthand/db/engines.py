"""Connections: SQLite's one writer and its readers, and PostgreSQL's."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from firsthand.folding import SQLITE_FUNCTION, fold

READ_THREADS = 4
# Compiling a query costs a hundred times what the longest of ours runs.
WITHOUT_JIT = "-c jit=off"
# A set-based verb finds a few rows by their keys, for which an index is right however large a table
# has become. The planner learns of growth only minutes later, and reads a whole table until then
# (10,000 scans after the start: 15 ms a transaction instead of 4).
BY_KEYS = (
    "-c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
    "-c plan_cache_mode=force_generic_plan"
)


def sqlite_writer(file: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{file}",
        connect_args={"check_same_thread": False, "timeout": 30},
        # What people wrote must not stand in a log.
        hide_parameters=True,
        pool_size=1,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        # An acknowledged scan survives a power cut; group commit makes that cheap.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA cache_size=-65536")
        # 64 MB: each scan touches pages of its owner in a dozen indexes, and the next one the same
        # ones again. Written back a quarter as often as every 16 MB, a scan costs a third less.
        connection.execute("PRAGMA wal_autocheckpoint=16000")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def sqlite_readers(file: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///file:{file}?mode=ro&uri=true",
        connect_args={"check_same_thread": False, "timeout": 30},
        hide_parameters=True,
        pool_size=READ_THREADS,
        max_overflow=READ_THREADS,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.create_function(SQLITE_FUNCTION, 1, fold, deterministic=True)
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("PRAGMA mmap_size=268435456")
        connection.execute("PRAGMA cache_size=-32768")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def postgres(url: URL, connections: int, options: str, **execution_options: Any) -> Engine:
    return create_engine(
        url,
        pool_size=connections,
        pool_pre_ping=True,
        connect_args={"options": options},
        execution_options=execution_options,
        # What people wrote must not stand in a log.
        hide_parameters=True,
    )
