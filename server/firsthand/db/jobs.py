"""What waits to be written, how it is run in a transaction, and how its answer gets back."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeAlias, cast
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

_DEADLOCK_OR_SERIALIZATION = {"40P01", "40001"}


class DatabaseUnavailable(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The database cannot take the write now; nothing of it was kept."""


# Awaited by a handler, or waited for by a thread.
Answer: TypeAlias = "asyncio.Future[Any] | Future[Any]"


@dataclass(slots=True)
class Job:
    """One queued write: a verb of a session, or one item for a set-based verb."""

    done: Answer
    run: Callable[[Session], Any] | None = None
    grouped: Callable[[Session, Sequence[Any]], Sequence[Any]] | None = None
    item: Any = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: ``result`` with what was left in the outbox, or ``failure``."""

    job: Job
    result: tuple[Any, Sequence[UUID]] | None = None
    failure: Exception | None = None


def adjacent(jobs: list[Job]) -> Iterator[list[Job]]:
    """Runs of jobs for the same set-based verb; every other job by itself."""
    batch: list[Job] = []
    for job in jobs:
        if batch and (job.grouped is None or job.grouped is not batch[0].grouped):
            yield batch
            batch = []
        batch.append(job)
    if batch:
        yield batch


def run_all(connection: Connection, batch: list[Job]) -> list[Outcome]:
    """All of it, or raises what one of them raised."""
    verb = batch[0].grouped
    with _session(connection) as session:
        if verb is None:
            results: Sequence[Any] = [cast(Callable[[Session], Any], batch[0].run)(session)]
        else:
            results = verb(session, [job.item for job in batch])
        session.flush()
        left = session.info.get("outbox", ())
    return [Outcome(job, (result, left)) for job, result in zip(batch, results, strict=True)]


def run_guarded(connection: Connection, batch: list[Job]) -> list[Outcome]:
    """In a savepoint; where that fails, each job in one of its own.

    Raises what was raised where SQLite has ended the whole transaction.
    """
    try:
        with connection.begin_nested():
            return run_all(connection, batch)
    except Exception as problem:
        if _has_ended(connection):
            raise
        if len(batch) == 1:
            return [failed(batch[0], problem)]
    return [outcome for job in batch for outcome in run_guarded(connection, [job])]


def _has_ended(connection: Connection) -> bool:
    """SQLite ends a transaction by itself when the disk is full or fails."""
    raw = connection.connection.dbapi_connection
    return isinstance(raw, sqlite3.Connection) and not raw.in_transaction


def failed(job: Job, problem: Exception) -> Outcome:
    """Told as what the verb raised, or as the database's own failure."""
    is_database = isinstance(problem, OperationalError)
    return Outcome(job, failure=unavailable(problem) if is_database else problem)


def unavailable(problem: Exception) -> DatabaseUnavailable:
    """With its cause."""
    told = DatabaseUnavailable(str(problem))
    told.__cause__ = problem
    return told


def is_passing(problem: Exception) -> bool:
    """Whether the same again may well succeed: a deadlock, or others who came first."""
    orig = problem.orig if isinstance(problem, OperationalError) else None
    return getattr(orig, "sqlstate", None) in _DEADLOCK_OR_SERIALIZATION


def _session(connection: Connection) -> Session:
    # The connection's owner commits; the session only flushes into it.
    return Session(
        connection, expire_on_commit=False, join_transaction_mode="rollback_only", autoflush=True
    )


def tell(outcomes: Sequence[Outcome]) -> None:
    """Answer everybody who waits; each event loop is woken once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        if isinstance(outcome.job.done, asyncio.Future):
            by_loop.setdefault(outcome.job.done.get_loop(), []).append(outcome)
        else:
            _answer([outcome])
    for loop, answers in by_loop.items():
        # A loop that has closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_answer, answers)


def _answer(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        done = outcome.job.done
        if done.cancelled():
            continue
        if outcome.failure is None:
            done.set_result(outcome.result)
        else:
            done.set_exception(outcome.failure)
