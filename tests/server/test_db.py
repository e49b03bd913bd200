"""The one door for writes."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.db import Database, new_id
from firsthand.outbox import Outbox, OutboxEntry, enqueue


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def add(session: Session, email: str) -> UUID:
    account = Account(id=new_id(), email=email, name=email)
    session.add(account)
    session.flush()
    return account.id


def add_all(session: Session, emails: Sequence[str]) -> list[UUID]:
    return [add(session, email) for email in emails]


def count(db: Database) -> int:
    return db.read_now(lambda s: s.scalar(select(func.count()).select_from(Account))) or 0


def test_a_write_is_answered_when_others_can_read_it(db: Database, database_url: str) -> None:
    db.write_now(add, "ana@example.org")

    other = Database(database_url)
    assert count(other) == 1
    other.close()


def test_a_verb_that_raises_changes_nothing(db: Database) -> None:
    def add_and_fail(session: Session) -> None:
        add(session, "ana@example.org")
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        db.write_now(add_and_fail)

    assert count(db) == 0


def test_one_bad_item_does_not_spoil_those_beside_it(db: Database) -> None:
    db.write_now(add, "taken@example.org")
    started, go_on = Signal(), Signal()

    def hold(session: Session) -> None:
        started.set()
        go_on.wait(10)

    with ThreadPoolExecutor(8) as pool:
        holding = pool.submit(db.write_now, hold)
        started.wait(10)
        # These queue up behind the one that holds the writer, and share a transaction.
        good = [pool.submit(db.write_now, add, f"{i}@example.org") for i in range(3)]
        bad = pool.submit(db.write_now, add, "taken@example.org")
        go_on.set()
        holding.result(10)
        for future in good:
            assert isinstance(future.result(10), UUID)
        with pytest.raises(DBAPIError):
            bad.result(10)

    assert count(db) == 4


def test_one_bad_item_of_a_set_leaves_the_others_recorded(db: Database) -> None:
    db.write_now(add, "taken@example.org")
    started, go_on = Signal(), Signal()

    def hold(session: Session, items: Sequence[str]) -> list[None]:
        started.set()
        go_on.wait(10)
        return [None for _ in items]

    with ThreadPoolExecutor(8) as pool:
        holding = pool.submit(db.write_grouped_now, hold, "")
        started.wait(10)
        emails = ["a@example.org", "taken@example.org", "b@example.org"]
        futures = [pool.submit(db.write_grouped_now, add_all, email) for email in emails]
        go_on.set()
        holding.result(10)
        outcomes = [type(future.exception(10)) for future in futures]

    assert outcomes[0] is outcomes[2] is type(None)
    assert issubclass(outcomes[1], DBAPIError)
    assert count(db) == 3


def test_readers_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError):
        db.read_now(add, "ana@example.org")

    assert count(db) == 0


def test_a_cancelled_request_does_not_undo_its_write(db: Database) -> None:
    started, go_on = Signal(), Signal()

    def slowly(session: Session) -> None:
        started.set()
        go_on.wait(10)
        add(session, "ana@example.org")

    async def cancel_it() -> None:
        task = asyncio.ensure_future(db.write(slowly))
        await asyncio.to_thread(started.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()

    asyncio.run(cancel_it())
    db.write_now(add, "after@example.org")
    db.close()

    # Closing waits for what was queued, on PostgreSQL too.
    reopened = Database(db.url.render_as_string(hide_password=False))
    assert count(reopened) == 2
    reopened.close()


_WRITE_BESIDE = """
import sys
from firsthand.db import Database
from tests.server.test_db import add
db = Database(sys.argv[1])
for i in range(100):
    db.write_now(add, f"{sys.argv[2]}{i}@example.org")
db.close()
"""


def test_two_processes_write_beside_each_other(db: Database, database_url: str) -> None:
    command = [sys.executable, "-c", _WRITE_BESIDE, database_url]
    with subprocess.Popen([*command, "child"]) as child:
        for i in range(100):
            db.write_now(add, f"parent{i}@example.org")
        assert child.wait(60) == 0

    assert count(db) == 200


def test_the_outbox_keeps_what_failed_for_the_next_time(db: Database) -> None:
    subject = new_id()
    seen: list[tuple[UUID, str]] = []

    def in_two_steps(session: Session, of: UUID, position: str) -> str | None:
        if not seen:
            seen.append((of, "failed"))
            raise RuntimeError("on purpose")
        seen.append((of, position))
        return None if position else "half"

    db.write_now(enqueue, "topic", subject)
    outbox = Outbox(db, {"topic": in_two_steps})
    outbox.settle_now()
    assert seen == [(subject, "failed")]
    outbox.settle_now()
    outbox.settle_now()

    assert seen == [(subject, "failed"), (subject, ""), (subject, "half")]
    left = db.read_now(lambda s: s.scalar(select(func.count()).select_from(OutboxEntry)))
    assert left == 0


def test_whoever_writes_waits_for_what_they_left_and_what_it_leads_to_alone(db: Database) -> None:
    handled: list[str] = []

    def pass_on(session: Session, subject: UUID, position: str) -> None:
        handled.append("first")
        enqueue(session, "second", subject)

    outbox = Outbox(
        db,
        {
            "first": pass_on,
            "second": lambda *_: handled.append("second"),
            "others": lambda *_: pytest.fail("nobody waits for it"),
        },
    )
    db.settle = outbox.settle
    db.write_now(enqueue, "others", new_id())
    asyncio.run(db.write(enqueue, "first", new_id()))
    assert handled == ["first", "second"]


def test_what_nobody_waits_for_is_worked_off_by_itself(db: Database) -> None:
    done = Signal()
    outbox = Outbox(db, {"later": lambda *_: done.set()})
    db.settle, db.wake = outbox.settle, outbox.wake

    async def write_one() -> None:
        await db.write_unsettled(enqueue, "later", new_id())
        assert not done.is_set(), "it was not waited for"
        works = asyncio.create_task(outbox.settle_when_woken())
        assert await asyncio.to_thread(done.wait, 30)
        works.cancel()

    asyncio.run(write_one())
