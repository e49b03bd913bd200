"""The database: one door for writes, many for reads, the same on SQLite and PostgreSQL.

Verbs and queries are plain synchronous functions of a session. On SQLite one writer thread works
off what has queued up in one transaction and answers after its commit (group commit); readers have
read-only connections. On PostgreSQL a write is a thread with a connection of its own, except the
set-based verbs, which are grouped there too.
"""

import asyncio
import contextlib
import contextvars
import fcntl
import functools
import logging
import os
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    JSON,
    URL,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Select,
    Table,
    Uuid,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

from firsthand.folding import SQLITE_FUNCTION, fold
from firsthand.prepared import ConvertColumn, arrays, column_to_driver, execute, execute_many

log = logging.getLogger("firsthand.db")

P = ParamSpec("P")
T = TypeVar("T")
# A select of whatever columns.
AnySelect: TypeAlias = Select[*tuple[Any, ...]]
Item = TypeVar("Item")

# More items a transaction would make the first of them wait for the last.
_MOST_ITEMS_A_TRANSACTION = 50
_READ_THREADS = 4
_POSTGRES_THREADS = 8
# Compiling a query costs a hundred times what the longest of ours runs.
_WITHOUT_JIT = "-c jit=off"
# A set-based verb finds a few rows by their keys, for which an index is right however large a table
# has become. The planner learns of growth only minutes later, and reads a whole table until then
# (10,000 scans after the start: 15 ms a transaction instead of 4).
_BY_KEYS = (
    "-c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
    "-c plan_cache_mode=force_generic_plan"
)
_FIND_BY_KEYS = text("SET LOCAL enable_seqscan = off")
_DEADLOCK_OR_SERIALIZATION = {"40P01", "40001"}
_TRIES = 3


def new_id() -> UUID:
    """A fresh key: UUIDv7, so that rows made together lie together."""
    return uuid7()


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, always UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _sqlite_moment if dialect.name == "sqlite" else _utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return value.astimezone(UTC)


def _sqlite_moment(value: datetime | None) -> str | None:
    # As SQLAlchemy's own type writes it; a scan has eight, and formatting them in C is 5 times
    # as quick. Without the "+00:00" at its end.
    moment = _utc(value)
    return None if moment is None else moment.isoformat(" ", "microseconds")[:-6]


class Base(DeclarativeBase):
    """All tables. Constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (the shape that SQLAlchemy documents)
        UUID: Uuid(),
        datetime: UtcDateTime(),
        list[str]: JSON(),
        dict[str, Any]: JSON(),
    }


# Awaited by a handler, or waited for by a thread.
_Answer: TypeAlias = "asyncio.Future[Any] | Future[Any]"


@dataclass(slots=True)
class _Job:
    """One queued write: a verb of a session, or one item for a set-based verb."""

    done: _Answer
    run: Callable[[Session], Any] | None = None
    grouped: Callable[[Session, Sequence[Any]], Sequence[Any]] | None = None
    item: Any = None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a job: ``result`` with what was left in the outbox, or ``failure``."""

    job: _Job
    result: tuple[Any, Sequence[UUID]] | None = None
    failure: Exception | None = None


class DatabaseUnavailable(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The database cannot take the write now; nothing of it was kept."""


class Database:
    """Reads and writes of one database.

    ``settle`` is awaited after a write that left entries in the outbox (``session.info["outbox"]``)
    with these, so that whoever wrote sees the outcome in the next page and waits for nobody else's;
    with None it settles whatever there is. ``wake`` is called after a write whose entries are to be
    worked off soon.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.settle: Callable[[Sequence[UUID] | None], Awaitable[None]] | None = None
        self.wake: Callable[[], None] | None = None
        if self.is_sqlite:
            self.file = Path(cast(str, self.url.database))
            self._write_engine = self._grouped_engine = _sqlite_writer(self.file)
            self._read_engine = _sqlite_readers(self.file)
            threads = _READ_THREADS
        else:
            self._write_engine = _postgres(self.url, _POSTGRES_THREADS, _WITHOUT_JIT)
            self._grouped_engine = _postgres(self.url, 1, _BY_KEYS)
            self._read_engine = _postgres(
                self.url, _POSTGRES_THREADS, _WITHOUT_JIT, postgresql_readonly=True
            )
            threads = _POSTGRES_THREADS
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="read")
        self._writers = ThreadPoolExecutor(_POSTGRES_THREADS, thread_name_prefix="write")
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False
        self._lock: int | None = None
        self._written = 0
        self._transactions = 0

    @property
    def is_closed(self) -> bool:
        return self._closed

    def figures(self) -> dict[str, int]:
        """Counters since the start, for the metrics page."""
        return {"writes_total": self._written, "write_transactions_total": self._transactions}

    # -- reading

    async def read(
        self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query in a thread, on a read-only connection, in one snapshot."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._readers, lambda: self.read_now(query, *args, **kwargs)
        )

    def read_now(
        self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with Session(self._read_engine, expire_on_commit=False, autoflush=False) as session:
            return query(session, *args, **kwargs)

    # -- writing

    async def write(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a verb in a transaction; returns after its commit. What the verb raises is raised."""
        return cast(T, await self._settled(self._asked(verb, args, kwargs)))

    async def write_unsettled(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same; nobody waits for what it leaves in the outbox, nor learns how much that is."""
        result, left = await self._asked(verb, args, kwargs)
        if left and self.wake:
            self.wake()
        return cast(T, result)

    def _asked(
        self, verb: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> "asyncio.Future[Any]":
        # A cancelled request cancels this future, never the write, which others share.
        done = asyncio.get_running_loop().create_future()
        self._queue(_Job(done, run=_in_its_context(verb, args, kwargs)))
        return done

    async def write_grouped(
        self, verb: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item
    ) -> T:
        """Run a set-based verb on this item together with whatever items wait beside it."""
        done = asyncio.get_running_loop().create_future()
        self._put(_Job(done, grouped=verb, item=item))
        return cast(T, await self._settled(done))

    async def _settled(self, done: "asyncio.Future[Any]") -> Any:
        result, left = await done
        if left and self.settle:
            await self.settle(left)
        return result

    def write_now(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for the command line and for threads; what it leaves in the outbox waits."""
        done: Future[Any] = Future()
        self._queue(_Job(done, run=_in_its_context(verb, args, kwargs)))
        return cast(T, done.result()[0])

    def write_grouped_now(
        self, verb: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item
    ) -> T:
        done: Future[Any] = Future()
        self._put(_Job(done, grouped=verb, item=item))
        return cast(T, done.result()[0])

    def _queue(self, job: _Job) -> None:
        if self.is_sqlite:
            self._put(job)
        else:
            self._writers.submit(self._run_together, [job])

    def _put(self, job: _Job) -> None:
        if self._closed:
            raise DatabaseUnavailable("the server is stopping")
        if self._writer is None:
            with self._starting:
                if self._writer is None:
                    self._writer = threading.Thread(target=self._work, name="writer", daemon=True)
                    self._writer.start()
        self._jobs.put(job)

    def close(self) -> None:
        """Finish what is queued, then let go of every connection."""
        self._closed = True
        if self._writer is not None:
            self._jobs.put(None)
            self._writer.join()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self._readers.shutdown()
        self._writers.shutdown()
        self._read_engine.dispose()
        self._write_engine.dispose()
        self._grouped_engine.dispose()

    # -- the writer thread

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs = [job]
            stop = False
            while len(jobs) < _MOST_ITEMS_A_TRANSACTION:
                try:
                    another = self._jobs.get_nowait()
                except Empty:
                    break
                if another is None:
                    stop = True
                    break
                jobs.append(another)
            self._run_together(jobs)
            if stop:
                return

    def _run_together(self, jobs: list[_Job]) -> None:
        batches = list(_adjacent(jobs))
        try:
            outcomes = self._run_only(batches[0]) if len(batches) == 1 else None
            outcomes = outcomes or self._run_guarded(batches)
        except Exception as problem:
            # The transaction itself failed (disk full, lock, lost server): nothing was kept.
            log.exception("a write transaction failed")
            outcomes = [_Outcome(job, failure=_unavailable(problem)) for job in jobs]
        self._transactions += 1
        self._written += len(outcomes)
        _tell(outcomes)

    def _run_only(self, batch: list[_Job], tries: int = _TRIES) -> list[_Outcome] | None:
        """One batch alone needs no savepoint; None if one of its items spoils it for the others."""
        spoilt: Exception | None = None
        try:
            with self._transaction(is_grouped=batch[0].grouped is not None) as connection:
                try:
                    return _run_batch(connection, batch)
                except Exception as problem:
                    spoilt = problem
                    raise
        except Exception:
            if spoilt is None:
                raise
        if tries > 1 and _is_passing(spoilt):
            return self._run_only(batch, tries - 1)
        return [_failed(batch[0], spoilt)] if len(batch) == 1 else None

    def _run_guarded(self, batches: list[list[_Job]]) -> list[_Outcome]:
        """One bad item must not spoil those beside it: each has a savepoint of its own."""
        outcomes: list[_Outcome] = []
        is_grouped = all(batch[0].grouped for batch in batches)
        with self._transaction(is_grouped=is_grouped) as connection:
            for batch in batches:
                outcomes += _run_batch_guarded(connection, batch)
        return outcomes

    @contextlib.contextmanager
    def _transaction(self, *, is_grouped: bool) -> Iterator[Connection]:
        engine = self._grouped_engine if is_grouped else self._write_engine
        with self._file_lock(), engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _file_lock(self) -> Iterator[None]:
        """Keeps the command line and the server from writing or checkpointing at the same time."""
        if not self.is_sqlite:
            yield
            return
        if self._lock is None:
            self._lock = os.open(f"{self.file}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)


def _in_its_context(
    verb: Callable[..., T], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Callable[[Session], T]:
    """Whichever thread runs it, the verb sees the context variables of whoever asked for it."""
    context = contextvars.copy_context()
    return lambda session: context.run(verb, session, *args, **kwargs)


def _tell(outcomes: Sequence[_Outcome]) -> None:
    """Answer everybody who waits; each event loop is woken once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        if isinstance(outcome.job.done, asyncio.Future):
            by_loop.setdefault(outcome.job.done.get_loop(), []).append(outcome)
        else:
            _answer([outcome])
    for loop, answers in by_loop.items():
        # A loop that has closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_answer, answers)


def _answer(outcomes: Sequence[_Outcome]) -> None:
    for outcome in outcomes:
        done = outcome.job.done
        if done.cancelled():
            continue
        if outcome.failure is None:
            done.set_result(outcome.result)
        else:
            done.set_exception(outcome.failure)


def _adjacent(jobs: list[_Job]) -> Iterator[list[_Job]]:
    """Runs of jobs for the same set-based verb; every other job by itself."""
    batch: list[_Job] = []
    for job in jobs:
        if batch and (job.grouped is None or job.grouped is not batch[0].grouped):
            yield batch
            batch = []
        batch.append(job)
    if batch:
        yield batch


def _run_batch(connection: Connection, batch: list[_Job]) -> list[_Outcome]:
    """All of it, or raises what one of them raised."""
    verb = batch[0].grouped
    with _session(connection) as session:
        if verb is None:
            results: Sequence[Any] = [cast(Callable[[Session], Any], batch[0].run)(session)]
        else:
            results = verb(session, [job.item for job in batch])
        session.flush()
        left = session.info.get("outbox", ())
    return [_Outcome(job, (result, left)) for job, result in zip(batch, results, strict=True)]


def _run_batch_guarded(connection: Connection, batch: list[_Job]) -> list[_Outcome]:
    try:
        with connection.begin_nested():
            return _run_batch(connection, batch)
    except Exception as problem:
        if _has_ended(connection):
            raise
        if len(batch) == 1:
            return [_failed(batch[0], problem)]
    return [outcome for job in batch for outcome in _run_batch_guarded(connection, [job])]


def _has_ended(connection: Connection) -> bool:
    """SQLite ends a transaction by itself when the disk is full or fails."""
    raw = connection.connection.dbapi_connection
    return isinstance(raw, sqlite3.Connection) and not raw.in_transaction


def _failed(job: _Job, problem: Exception) -> _Outcome:
    is_database = isinstance(problem, OperationalError)
    return _Outcome(job, failure=_unavailable(problem) if is_database else problem)


def _unavailable(problem: Exception) -> DatabaseUnavailable:
    unavailable = DatabaseUnavailable(str(problem))
    unavailable.__cause__ = problem
    return unavailable


def _is_passing(problem: Exception) -> bool:
    """Whether the same again may well succeed: a deadlock, or others who came first."""
    orig = problem.orig if isinstance(problem, OperationalError) else None
    return getattr(orig, "sqlstate", None) in _DEADLOCK_OR_SERIALIZATION


def _session(connection: Connection) -> Session:
    # The connection's owner commits; the session only flushes into it.
    return Session(
        connection, expire_on_commit=False, join_transaction_mode="rollback_only", autoflush=True
    )


def _sqlite_writer(file: Path) -> Engine:
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


def _postgres(url: URL, connections: int, options: str, **execution_options: Any) -> Engine:
    return create_engine(
        url,
        pool_size=connections,
        pool_pre_ping=True,
        connect_args={"options": options},
        execution_options=execution_options,
        # What people wrote must not stand in a log.
        hide_parameters=True,
    )


def _sqlite_readers(file: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///file:{file}?mode=ro&uri=true",
        connect_args={"check_same_thread": False, "timeout": 30},
        hide_parameters=True,
        pool_size=_READ_THREADS,
        max_overflow=_READ_THREADS,
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


def lock_owners(session: Session, owner_ids: Sequence[UUID]) -> None:
    """Hold other writers of these owners' private rows off until the transaction ends.

    Reading and then writing is safe after this. SQLite has one writer anyway; on PostgreSQL the
    locks are taken in order, so that replicas do not deadlock.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    keys = [owner_id.int & 0x7FFF_FFFF_FFFF_FFFF for owner_id in sorted(set(owner_ids))]
    # In the array's order, in one round trip.
    lock = "SELECT pg_advisory_xact_lock(key) FROM unnest(%(keys)s::bigint[]) AS key"
    execute(session.connection(), lock, {"keys": keys})


def find_by_keys(session: Session) -> None:
    """Until the transaction ends, PostgreSQL takes indexes, however it judges a table's size.

    For what finds a few rows by their keys in tables that may have been filled just now. SQLite
    always does.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_FIND_BY_KEYS)


def ping(session: Session) -> None:
    """Raises when the database does not answer."""
    session.execute(text("SELECT 1"))


def table_of(model: type[Base]) -> Table:
    """The table behind a model, for statements that the ORM should not look at."""
    return cast(Table, model.__table__)


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
