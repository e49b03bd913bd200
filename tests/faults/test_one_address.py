"""A whole venue behind one address: nobody is kept waiting for what the others do.

``MINUTES`` (set by make soak) makes it all 5,000 people, else it is a share of them.
"""

import os
import re
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from firsthand.accounts.sessions import start_session
from firsthand.db import Database
from firsthand.migrations import upgrade
from tests.faults.world import World, make_world
from tests.live import free_port, running_server
from tests.mailbox import Mailbox
from tests.postgres import PostgresServer

PEOPLE = 5_000 if os.environ.get("MINUTES") else 600
# As many as ask at the same moment; all of them through one proxy's address.
AT_ONCE = 8
_VENUE = {"X-Forwarded-For": "203.0.113.7"}
# Made once: each would take longer than the request.
_TLS = ssl.create_default_context()
_PAGES = ("/", "/people", "/follow-ups", "/scan", "/me")


def sessions(session: Session, world: World) -> list[str]:
    return [start_session(session, person.id, "a phone") for person in world.people]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/venue.db"
    else:
        server: PostgresServer = request.getfixturevalue("quick_postgres")
        url = server.create_database()
    upgrade(url)
    return url


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


def test_nobody_in_a_venue_behind_one_address_is_told_to_wait(
    database_url: str, mailbox: Mailbox
) -> None:
    db = Database(database_url)
    world = make_world(db, PEOPLE)
    cookies = db.write_now(sessions, world)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    statuses: Counter[int] = Counter()
    limits = httpx.Limits(max_connections=AT_ONCE)
    server = running_server(database_url, port, FIRSTHAND_SMTP_URL=mailbox.url)
    with server, httpx.Client(base_url=address, headers=_VENUE, limits=limits, timeout=60) as venue:
        began = time.monotonic()

        def use(number: int) -> None:
            """One scans another, looks at a page, and signs in on a second phone."""
            person = world.people[number]
            other = world.people[(number + 1) % PEOPLE]
            token = {"Authorization": f"Bearer {person.token}"}
            scan = {
                "id": str(uuid4()),
                "code": other.code.replace(":8000", f":{port}"),
                "scanned_at": datetime.now(UTC).isoformat(),
            }
            sent = {"device": "phone", "scans": [scan]}
            answer = venue.post("/api/v1/scans", json=sent, headers=token)
            assert answer.json()["results"][0]["outcome"] == "recorded", answer.text
            statuses[answer.status_code] += 1
            page = venue.get(
                _PAGES[number % len(_PAGES)], headers={"Cookie": f"firsthand={cookies[number]}"}
            )
            statuses[page.status_code] += 1

        def ask(number: int) -> str:
            answer = httpx.post(
                f"{address}/sign-in",
                data={"email": _email(number)},
                headers=_VENUE,
                timeout=60,
                verify=_TLS,
            )
            statuses[answer.status_code] += 1
            return answer.cookies.get("firsthand-code") or ""

        def enter(number: int) -> None:
            said = str(mailbox.wait_for(_email(number), 60).get_content())
            code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", said)
            assert code
            answer = httpx.post(
                f"{address}/sign-in/code",
                data={"code": code[0]},
                headers={**_VENUE, "Cookie": f"firsthand-code={browsers[number]}"},
                timeout=60,
                verify=_TLS,
            )
            statuses[answer.status_code] += 1

        _all_at_once(use)
        scanned = time.monotonic() - began
        # All ask before anybody has typed; two in five never do.
        browsers = _all_at_once(ask)
        _all_at_once(enter, [number for number in range(PEOPLE) if number % 5 < 3])
        took = time.monotonic() - began
    db.close()
    print(
        f"{PEOPLE} people, {sum(statuses.values())} requests in {took:.0f} s ({scanned:.0f} s of "
        f"scans and pages), by status {dict(statuses)}"
    )
    assert set(statuses) == {200, 303}


def _email(number: int) -> str:
    return f"phone{number}@example.org"


def _all_at_once(act: Callable[[int], Any], numbers: list[int] | None = None) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, range(PEOPLE) if numbers is None else numbers))
