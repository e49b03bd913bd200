"""Taking everything along: how long it takes, and how much the server's memory grows meanwhile.

    PYTHONPATH=. python tests/bench/take_out.py

An owner with 20,000 contacts, 50,000 meetings and scans, 20,000 follow-ups and 20,000 ties. The
bar: 100 MB.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import httpx
import psutil
from sqlalchemy import insert
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact
from firsthand.db import Base, new_id
from firsthand.followups.models import FollowUp
from firsthand.meetings.models import Meeting
from firsthand.migrations import upgrade
from firsthand.scans.models import Scan
from firsthand.ties.models import Import, ImportState, Tie, TieFact
from tests.live import free_port, running_server
from tests.postgres import running_postgres
from tests.server.house import House

CONTACTS, MEETINGS, FOLLOW_UPS, TIES = 20_000, 50_000, 20_000, 20_000
MEGABYTE = 1_000_000
MOST_MEGABYTES = 100
_ROWS_AT_ONCE = 5_000
_START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def busy_owner(house: House) -> tuple[UUID, str]:
    """An account with very much of everything; its id and a token."""
    ana = house.person("Ana Oliveira")
    for model, rows in _rows(ana.id):
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            house.db.write_now(_insert, model, rows[first : first + _ROWS_AT_ONCE])
    return ana.id, ana.token


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    session.execute(insert(model), rows)


def _rows(owner_id: UUID) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    own = {"owner_id": owner_id}
    contacts = [new_id() for _ in range(CONTACTS)]
    yield (
        Contact,
        [
            {
                **own,
                "id": each,
                "root_id": each,
                "name": f"Person {n}",
                "typed": True,
                "stage": "met",
            }
            for n, each in enumerate(contacts)
        ],
    )
    meetings = [new_id() for _ in range(MEETINGS)]
    yield (
        Meeting,
        [
            {
                **own,
                "id": each,
                "contact_id": contacts[n % CONTACTS],
                "day": date(2026, 1, 5) + timedelta(days=n // CONTACTS),
                "met_at": _START + timedelta(days=n // CONTACTS),
                "note": "We spoke about hiring in Porto, and about oat milk.",
                "intents": ["coffee"],
            }
            for n, each in enumerate(meetings)
        ],
    )
    yield (
        Scan,
        [
            {
                **own,
                "id": uuid4(),
                "meeting_id": each,
                "contact_id": contacts[n % CONTACTS],
                "device": "phone",
                "scanned_at": _START,
                "received_at": _START,
                "at": _START,
            }
            for n, each in enumerate(meetings)
        ],
    )
    yield (
        FollowUp,
        [
            {
                **own,
                "id": new_id(),
                "contact_id": contacts[n],
                "meeting_id": meetings[n],
                "intent": "coffee",
                "text": "The place by the harbour",
                "due": date(2026, 2, 1),
            }
            for n in range(FOLLOW_UPS)
        ],
    )
    brought = new_id()
    yield Import, [{**own, "id": brought, "state": ImportState.DONE, "format": "x"}]
    ties = [new_id() for _ in range(TIES)]
    yield (
        Tie,
        [
            {**own, "id": each, "network": "x", "key": f"user{n}", "name": f"user{n}"}
            for n, each in enumerate(ties)
        ],
    )
    yield (
        TieFact,
        [
            {**own, "tie_id": each, "kind": "follows", "import_id": brought, "count": 1}
            for each in ties
        ],
    )


@dataclass
class Memory:
    """Resident bytes of a process and its children: before, and at most since."""

    before: int
    peak: int

    @property
    def grown(self) -> float:
        """Megabytes."""
        return (self.peak - self.before) / MEGABYTE


@contextmanager
def watched_memory(pid: int) -> Iterator[Memory]:
    root = psutil.Process(pid)

    def resident() -> int:
        total = 0
        for process in [root, *root.children(recursive=True)]:
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    first = resident()
    memory = Memory(first, first)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            memory.peak = max(memory.peak, resident())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield memory
    finally:
        done.set()
        thread.join()


def take_out(kind: str, url: str) -> None:
    upgrade(url)
    house = House(url)
    _, token = busy_owner(house)
    house.close()
    port = free_port()
    with running_server(url, port) as server:
        headers = {"Authorization": f"Bearer {token}"}
        address = f"http://127.0.0.1:{port}/api/v1/me"
        httpx.get(address, headers=headers).raise_for_status()
        size, started = 0, time.perf_counter()
        with (
            watched_memory(server.pid) as memory,
            httpx.stream("GET", f"{address}/export", headers=headers, timeout=120) as answer,
        ):
            answer.raise_for_status()
            for part in answer.iter_bytes():
                size += len(part)
        seconds = time.perf_counter() - started
    missed = "" if memory.grown <= MOST_MEGABYTES else "  MISSED"
    print(
        f"{kind:<12} {size / MEGABYTE:6.1f} MB in {seconds:5.1f} s, "
        f"memory grew by {memory.grown:5.1f} MB (bar {MOST_MEGABYTES}){missed}"
    )


def main() -> None:
    with TemporaryDirectory() as folder:
        take_out("SQLite", f"sqlite:///{Path(folder) / 'firsthand.db'}")
    with running_postgres() as postgres:
        take_out("PostgreSQL", postgres.create_database())


if __name__ == "__main__":
    main()
