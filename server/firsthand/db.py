"""The database: one door for writes, many for reads, the same on SQLite and PostgreSQL.

Verbs and queries are plain synchronous functions of a session. On SQLite one writer thread works
off what has queued up in one transaction and answers after its commit (group commit); readers have
read-only connections. On PostgreSQL a write is a thread with a connection of its own, except the
set-based verbs, which are grouped there too.
"""

import asyncio
import contextlib
import fcntl
import functools
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Select,
    Table,
    Uuid,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

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
_WITHOUT_JIT = {"options": "-c jit=off"}
_DEADLOCK_OR_SERIALIZATION = {"40P01", "40001"}


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

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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


@dataclass(slots=True)
class _Job:
    """One queued write: a verb of a session, or one item for a set-based verb."""

    run: Callable[[Session], Any] | None
    grouped: Callable[[Session, Sequence[Any]], Sequence[Any]] | None = None
    item: Any = None
    done: "Future[Any]" = field(default_factory=Future)


class DatabaseUnavailable(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The database cannot take the write now; nothing of it was kept."""


class Database:
    """Reads and writes of one database.

    ``settle`` is awaited after a write that left work in the outbox (``session.info["outbox"]``),
    so that whoever wrote sees the outcome in the next page.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.settle: Callable[[], Awaitable[None]] | None = None
        if self.is_sqlite:
            self.file = Path(cast(str, self.url.database))
            self._write_engine = _sqlite_writer(self.file)
            self._read_engine = _sqlite_readers(self.file)
            threads = _READ_THREADS
        else:
            self._write_engine = create_engine(
                self.url,
                pool_size=_POSTGRES_THREADS + 1,
                pool_pre_ping=True,
                connect_args=_WITHOUT_JIT,
                hide_parameters=True,
            )
            self._read_engine = create_engine(
                self.url,
                pool_size=_POSTGRES_THREADS,
                pool_pre_ping=True,
                execution_options={"postgresql_readonly": True},
                connect_args=_WITHOUT_JIT,
                hide_parameters=True,
            )
            threads = _POSTGRES_THREADS
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="read")
        self._writers = ThreadPoolExecutor(_POSTGRES_THREADS, thread_name_prefix="write")
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False
        self._written = 0
        self._transactions = 0

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
        job = self._queue(verb, *args, **kwargs)
        result, left_work = await _outlive_cancelling(job.done)
        if left_work and self.settle:
            await self.settle()
        return cast(T, result)

    async def write_grouped(
        self, verb: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item
    ) -> T:
        """Run a set-based verb on this item together with whatever items wait beside it."""
        job = _Job(run=None, grouped=verb, item=item)
        self._put(job)
        result, left_work = await _outlive_cancelling(job.done)
        if left_work and self.settle:
            await self.settle()
        return cast(T, result)

    def write_now(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for the command line and for threads; what it leaves in the outbox waits."""
        result, _ = self._queue(verb, *args, **kwargs).done.result()
        return cast(T, result)

    def write_grouped_now(
        self, verb: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item
    ) -> T:
        job = _Job(run=None, grouped=verb, item=item)
        self._put(job)
        return cast(T, job.done.result()[0])

    def _queue(
        self, verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> _Job:
        job = _Job(run=lambda session: verb(session, *args, **kwargs))
        if self.is_sqlite:
            self._put(job)
        else:
            self._writers.submit(self._run_alone, job)
        return job

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
        self._readers.shutdown()
        self._writers.shutdown()
        self._read_engine.dispose()
        self._write_engine.dispose()

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
        outcomes: list[tuple[_Job, Any, BaseException | None]] = []
        try:
            with self._transaction() as connection:
                for batch in _adjacent(jobs):
                    outcomes += _run_batch(connection, batch)
        except Exception as problem:
            # The transaction itself failed (disk full, lock, lost server): nothing was kept.
            log.exception("a write transaction failed")
            unavailable = DatabaseUnavailable(str(problem))
            unavailable.__cause__ = problem
            outcomes = [(job, None, unavailable) for job in jobs]
        self._transactions += 1
        self._written += len(outcomes)
        for job, result, failure in outcomes:
            if failure is None:
                job.done.set_result(result)
            else:
                job.done.set_exception(failure)

    def _run_alone(self, job: _Job) -> None:
        tries = 3
        while True:
            tries -= 1
            try:
                with self._transaction() as connection:
                    outcome = _run_one(connection, job, savepoint=False)
            except OperationalError as problem:
                if tries and getattr(problem.orig, "sqlstate", "") in _DEADLOCK_OR_SERIALIZATION:
                    continue
                job.done.set_exception(DatabaseUnavailable(str(problem)))
            except BaseException as problem:
                job.done.set_exception(problem)
            else:
                job.done.set_result(outcome)
            return

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._file_lock(), self._write_engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _file_lock(self) -> Iterator[None]:
        """Keeps the command line and the server from writing or checkpointing at the same time."""
        if not self.is_sqlite:
            yield
            return
        descriptor = os.open(f"{self.file}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


async def _outlive_cancelling(done: "Future[T]") -> T:
    # A cancelled request must not cancel a write that others share a transaction with.
    return await asyncio.shield(asyncio.wrap_future(done))


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


def _run_batch(
    connection: Connection, batch: list[_Job]
) -> list[tuple[_Job, Any, BaseException | None]]:
    verb = batch[0].grouped
    if verb is not None and len(batch) > 1:
        with contextlib.suppress(Exception), connection.begin_nested():
            with _session(connection) as session:
                results = verb(session, [job.item for job in batch])
                session.flush()
                left_work = bool(session.info.get("outbox"))
            return [
                (job, (result, left_work), None) for job, result in zip(batch, results, strict=True)
            ]
    # One bad item must not spoil the others: each by itself, in a savepoint of its own.
    outcomes: list[tuple[_Job, Any, BaseException | None]] = []
    for job in batch:
        try:
            outcomes.append((job, _run_one(connection, job, savepoint=True), None))
        except Exception as problem:
            if isinstance(problem, DBAPIError) and not connection.in_transaction():
                raise
            outcomes.append((job, None, problem))
    return outcomes


def _run_one(connection: Connection, job: _Job, *, savepoint: bool) -> tuple[Any, bool]:
    guard = connection.begin_nested() if savepoint else contextlib.nullcontext()
    with guard, _session(connection) as session:
        if job.grouped is not None:
            result = job.grouped(session, [job.item])[0]
        else:
            result = cast(Callable[[Session], Any], job.run)(session)
        session.flush()
        return result, bool(session.info.get("outbox"))


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

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


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
    for owner_id in sorted(set(owner_ids)):
        session.execute(select(func.pg_advisory_xact_lock(owner_id.int & 0x7FFF_FFFF_FFFF_FFFF)))


def ping(session: Session) -> None:
    """Raises when the database does not answer."""
    session.execute(text("SELECT 1"))


def table_of(model: type[Base]) -> Table:
    """The table behind a model, for statements that the ORM should not look at."""
    return cast(Table, model.__table__)


def insert_new(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert a set of rows; those that are there already (by any unique key) stay as they are.

    All rows have the same keys; a column that is left out takes its default.
    """
    if not rows:
        return
    connection = session.connection()
    plan = _insert_plan(model, connection.dialect, tuple(rows[0]))
    made = plan.parameters(rows)
    # Compiled and with its types looked up once: half of what SQLAlchemy spends on a row otherwise.
    connection.exec_driver_sql(plan.sql, made)


@dataclass(frozen=True, slots=True)
class _InsertPlan:
    """One INSERT of one table, with what turns each value into what the driver takes."""

    sql: str
    columns: tuple[tuple[str, str, Callable[[Any], Any] | None, Callable[[], Any] | None], ...]
    positional: bool

    def parameters(self, rows: Sequence[dict[str, Any]]) -> list[Any]:
        if self.positional:
            return [tuple(value for _, value in self._values(row)) for row in rows]
        return [dict(self._values(row)) for row in rows]

    def _values(self, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for bind, key, to_driver, default in self.columns:
            value = row[key] if default is None else default()
            yield bind, value if to_driver is None or value is None else to_driver(value)


@functools.cache
def _insert_plan(model: type[Base], dialect: Dialect, keys: tuple[str, ...]) -> _InsertPlan:
    table = table_of(model)
    insert = sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)
    defaults = {
        column.name: _default(column.default)
        for column in table.columns
        if column.name not in keys and column.default is not None
    }
    names = [*keys, *defaults]
    compiled = insert.on_conflict_do_nothing().compile(dialect=dialect, column_keys=names)
    order = compiled.positiontup or names
    columns = tuple(
        (
            name,
            name,
            table.columns[name].type.dialect_impl(dialect).bind_processor(dialect),
            defaults.get(name),
        )
        for name in order
    )
    return _InsertPlan(str(compiled), columns, compiled.positional)


def _default(default: Any) -> Callable[[], Any]:
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
