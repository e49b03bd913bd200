"""The door itself: reads in threads, writes in a queue."""

import asyncio
import contextlib
import contextvars
import fcntl
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from firsthand.db.engines import (
    BY_KEYS,
    READ_THREADS,
    WITHOUT_JIT,
    postgres,
    sqlite_readers,
    sqlite_writer,
)
from firsthand.db.jobs import (
    DatabaseUnavailable,
    Job,
    Outcome,
    adjacent,
    failed,
    is_passing,
    run_all,
    run_guarded,
    tell,
    unavailable,
)

log = logging.getLogger("firsthand.db")

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")

# More items a transaction would make the first of them wait for the last.
_MOST_ITEMS_A_TRANSACTION = 50
_POSTGRES_THREADS = 8
_TRIES = 3


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
            self._write_engine = self._grouped_engine = sqlite_writer(self.file)
            self._read_engine = sqlite_readers(self.file)
            threads = READ_THREADS
        else:
            self._write_engine = postgres(self.url, _POSTGRES_THREADS, WITHOUT_JIT)
            self._grouped_engine = postgres(self.url, 1, BY_KEYS)
            self._read_engine = postgres(
                self.url, _POSTGRES_THREADS, WITHOUT_JIT, postgresql_readonly=True
            )
            threads = _POSTGRES_THREADS
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="read")
        self._writers = ThreadPoolExecutor(_POSTGRES_THREADS, thread_name_prefix="write")
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
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
        self._queue(Job(done, run=_in_its_context(verb, args, kwargs)))
        return done

    async def write_grouped(
        self, verb: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item
    ) -> T:
        """Run a set-based verb on this item together with whatever items wait beside it."""
        done = asyncio.get_running_loop().create_future()
        self._put(Job(done, grouped=verb, item=item))
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
        self._queue(Job(done, run=_in_its_context(verb, args, kwargs)))
        return cast(T, done.result()[0])

    def write_grouped_now(
        self, verb: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item
    ) -> T:
        done: Future[Any] = Future()
        self._put(Job(done, grouped=verb, item=item))
        return cast(T, done.result()[0])

    def _queue(self, job: Job) -> None:
        if self.is_sqlite:
            self._put(job)
        else:
            self._writers.submit(self._run_together, [job])

    def _put(self, job: Job) -> None:
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

    def _run_together(self, jobs: list[Job]) -> None:
        batches = list(adjacent(jobs))
        try:
            outcomes = self._run_only(batches[0]) if len(batches) == 1 else None
            outcomes = outcomes or self._run_guarded(batches)
        except Exception as problem:
            # The transaction itself failed (disk full, lock, lost server): nothing was kept.
            log.exception("a write transaction failed")
            outcomes = [Outcome(job, failure=unavailable(problem)) for job in jobs]
        self._transactions += 1
        self._written += len(outcomes)
        tell(outcomes)

    def _run_only(self, batch: list[Job], tries: int = _TRIES) -> list[Outcome] | None:
        """One batch alone needs no savepoint; None if one of its items spoils it for the others."""
        spoilt: Exception | None = None
        try:
            with self._transaction(is_grouped=batch[0].grouped is not None) as connection:
                try:
                    return run_all(connection, batch)
                except Exception as problem:
                    spoilt = problem
                    raise
        except Exception:
            if spoilt is None:
                raise
        if tries > 1 and is_passing(spoilt):
            return self._run_only(batch, tries - 1)
        return [failed(batch[0], spoilt)] if len(batch) == 1 else None

    def _run_guarded(self, batches: list[list[Job]]) -> list[Outcome]:
        """One bad item must not spoil those beside it: each has a savepoint of its own."""
        outcomes: list[Outcome] = []
        is_grouped = all(batch[0].grouped for batch in batches)
        with self._transaction(is_grouped=is_grouped) as connection:
            for batch in batches:
                outcomes += run_guarded(connection, batch)
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
