"""Scans a second through HTTP: authenticated, deduplicated, with meeting, contact and follow-up.

Beside it in the same run: raw ``sqlite3`` single-row transactions (synchronous=FULL), and the same
upload parsed and answered without any database. One server process with one worker, the load from
another process on the same machine.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.accounts.tokens import make_api_token
from firsthand.attendees.models import Attendee
from firsthand.badges.codes import badge_address
from firsthand.badges.issuing import issue_badges
from firsthand.badges.models import Badge
from firsthand.db import Database, insert_new, new_id, now
from firsthand.events.models import Event
from firsthand.migrations import upgrade
from tests.bench.load import Body, Outcome, at_rate, saturate
from tests.live import free_port, running_server
from tests.postgres import running_postgres

PEOPLE, BADGES = 40, 3_000
SECONDS = 5.0
PATH = b"/api/v1/scans"


def raw_transactions(folder: Path) -> float:
    """Single-row transactions a second of the sqlite3 module."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE scan (id TEXT PRIMARY KEY, code TEXT, at TEXT)")
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS / 2:
        connection.execute("BEGIN IMMEDIATE")
        row = (str(uuid4()), "x" * 60, "2026-11-23T10:42:07+01:00")
        connection.execute("INSERT INTO scan VALUES (?, ?, ?)", row)
        connection.execute("COMMIT")
        count += 1
    elapsed = time.perf_counter() - start
    connection.close()
    return count / elapsed


def seed(session: Session, base_url: str) -> tuple[list[str], list[str]]:
    """Tokens of people, and what their scanners read off the badges of one event."""
    today = datetime.now(UTC).date()
    event = Event(
        slug="bench", name="Bench", starts=today, ends=today, timezone="UTC", join_code="bench"
    )
    session.add(event)
    people = [Account(id=new_id(), email=f"p{i}@example.org", name=f"P {i}") for i in range(PEOPLE)]
    session.add_all(people)
    session.flush()
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "event_id": event.id, "name": f"N {i}", "listed": True, "headline": "",
         "company": "", "created_at": now()}
        for i in range(BADGES)
    ]  # fmt: skip
    insert_new(session, Attendee, rows)
    issue_badges(session, event.id, [row["id"] for row in rows])
    tokens = [make_api_token(session, person.email, []) for person in people]
    badges = session.query(Badge.token).all()
    return tokens, [badge_address(base_url, badge.token) for badge in badges]


def uploads(tokens: list[str], codes: list[str], batch: int) -> Body:
    """Each person scans one badge after the other, with an intent."""

    def body(number: int) -> tuple[bytes, bytes]:
        token = tokens[number % PEOPLE]
        first = number // PEOPLE * batch
        scans = [
            {
                "id": str(uuid4()),
                "code": codes[(first + i) % BADGES],
                "scanned_at": datetime.now(UTC).isoformat(),
                "sequence": first + i,
                "intents": ["coffee"],
            }
            for i in range(batch)
        ]
        headers = f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        return headers.encode(), json.dumps({"device": "bench", "scans": scans}).encode()

    return body


@contextmanager
def bare_server() -> Iterator[int]:
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--port", str(port),
        "--log-level", "warning", "tests.bench.bare:app",
    ]  # fmt: skip
    with subprocess.Popen(command) as server:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield port
        server.terminate()


def measure(port: int, tokens: list[str], codes: list[str]) -> tuple[Outcome, Outcome, Outcome]:
    one = uploads(tokens, codes, 1)
    quick = asyncio.run(saturate(port, b"POST", PATH, one, 64, SECONDS))
    fresh = uploads(tokens, codes[::-1], 20)
    batches = asyncio.run(saturate(port, b"POST", PATH, fresh, 16, SECONDS))
    steady = asyncio.run(at_rate(port, b"POST", PATH, one, 300, SECONDS))
    return quick, batches, steady


def report(name: str, raw: float, outcomes: tuple[Outcome, Outcome, Outcome]) -> None:
    quick, batches, steady = outcomes
    print(
        f"{name}: {quick.a_second:,.0f} scans/s one by one ({quick.a_second / raw:.2f} of raw), "
        f"{batches.a_second * 20:,.0f}/s in batches of 20 ({batches.a_second * 20 / raw:.2f}); "
        f"at 300/s p50 {steady.milliseconds(0.5):.1f} ms, p99 {steady.milliseconds(0.99):.1f} ms"
    )


def run_on(name: str, url: str, raw: float) -> None:
    port = free_port()
    upgrade(url)
    db = Database(url)
    tokens, codes = db.write_now(seed, f"http://127.0.0.1:{port}")
    db.close()
    with running_server(url, port):
        report(name, raw, measure(port, tokens, codes))


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        raw = raw_transactions(folder)
        print(f"raw sqlite3: {raw:,.0f} single-row transactions/s")
        with bare_server() as port:
            one = uploads(["x"] * PEOPLE, ["x"] * BADGES, 1)
            quick = asyncio.run(saturate(port, b"POST", PATH, one, 64, SECONDS / 2))
            steady = asyncio.run(at_rate(port, b"POST", PATH, one, 300, SECONDS / 2))
            print(
                f"bare answer: {quick.a_second:,.0f}/s; at 300/s "
                f"p99 {steady.milliseconds(0.99):.1f} ms"
            )
        run_on("SQLite", f"sqlite:///{folder}/firsthand.db", raw)
        with running_postgres(durable=True) as postgres:
            run_on("PostgreSQL", postgres.create_database(), raw)


if __name__ == "__main__":
    main()
