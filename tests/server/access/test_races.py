"""At the same moment: real servers, asked by many at once. On PostgreSQL by two replicas."""

import random
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Uuid, func, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import EmailCode, SignInSession
from firsthand.attendees.models import Attendee
from firsthand.badges.models import Badge
from firsthand.scans.models import Scan
from firsthand.tables import metadata
from tests.live import SECRET_KEY, free_port, running_server
from tests.mailbox import Mailbox
from tests.server.house import House, Person, Wearer

T = TypeVar("T")
GUESSES = 1000
AT_ONCE = 16


@dataclass(slots=True)
class Servers:
    """``house`` looks into the database that the servers at these addresses serve."""

    house: House
    addresses: Sequence[str]
    mailbox: Mailbox

    def client(self, person: Person | None = None, replica: int = 0) -> httpx.Client:
        client = httpx.Client(base_url=self.addresses[replica % len(self.addresses)], timeout=60)
        if person is not None:
            cookie = person.client.cookies[self.house.settings.session_cookie]
            client.cookies.set(self.house.settings.session_cookie, cookie)
        return client

    def ask(self, person: Person, replica: int, method: str, path: str) -> int:
        with self.client(person, replica) as client:
            return client.request(method, path).status_code

    def count(self, model: type[object]) -> int:
        return self.house.db.read_now(
            lambda session: session.scalar(select(func.count()).select_from(model)) or 0
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Servers]:
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("races") / "firsthand.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        url, replicas = f"sqlite:///{file}", 1
    else:
        server = request.getfixturevalue("postgres")
        url = server.create_database(request.getfixturevalue("postgres_template"))
        replicas = 2
    with ExitStack() as stack:
        mailbox = stack.enter_context(Mailbox())
        ports = [free_port() for _ in range(replicas)]
        for port in ports:
            stack.enter_context(running_server(url, port, FIRSTHAND_SMTP_URL=mailbox.url))
        # One secret for all; each takes itself for the only one.
        house = House(url, base_url=f"http://127.0.0.1:{ports[0]}", secret_key=SECRET_KEY)
        stack.callback(house.close)
        yield Servers(house, [f"http://127.0.0.1:{port}" for port in ports], mailbox)


@pytest.fixture(autouse=True)
def _nobody_there(servers: Servers) -> Iterator[None]:
    yield
    servers.house.clear()


def at_once(*acts: Callable[[], T]) -> list[T]:
    """All of them, let go at the same moment."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_of_a_thousand_guesses_at_once_at_most_five_are_judged(servers: Servers) -> None:
    asker, code = _asker(servers)
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

    def guess(thread: int) -> list[int]:
        chance = random.Random(thread)
        with servers.client(replica=thread) as client:
            client.cookies.update(asker)
            return [
                client.post(
                    "/sign-in/code", data={"code": "".join(chance.choices(alphabet, k=8))}
                ).status_code
                for _ in range(GUESSES // AT_ONCE + 1)
            ]

    answers = at_once(*(partial(guess, thread) for thread in range(AT_ONCE)))
    assert {status for each in answers for status in each} == {400}
    tries = select(EmailCode.tries)
    assert servers.house.db.read_now(lambda session: list(session.scalars(tries))) == [5]
    # The right one comes too late now.
    with servers.client() as client:
        client.cookies.update(asker)
        assert client.post("/sign-in/code", data={"code": code}).status_code == 400
    assert servers.count(SignInSession) == 0


def test_a_code_typed_twice_at_once_signs_in_one_browser_once(servers: Servers) -> None:
    asker, code = _asker(servers)

    def type_it(replica: int) -> int:
        with servers.client(replica=replica) as client:
            client.cookies.update(asker)
            return client.post("/sign-in/code", data={"code": code}).status_code

    answers = at_once(*(partial(type_it, each) for each in range(8)))
    assert sorted(answers) == [303, *[400] * 7]
    assert servers.count(SignInSession) == 1


def test_signing_out_ends_what_is_asked_after_it_whatever_is_under_way(servers: Servers) -> None:
    ana = servers.house.person("Ana Oliveira")
    is_out = threading.Event()
    later: list[int] = []
    cookies_given_anew: list[str] = []

    def keep_asking() -> int:
        asked = 0
        with servers.client(ana) as client:
            while len(later) < AT_ONCE:
                began_after = is_out.is_set()
                answer = client.get("/api/v1/me")
                cookies_given_anew.extend(answer.headers.get_list("set-cookie"))
                asked += 1
                if began_after:
                    later.append(answer.status_code)
        return asked

    def sign_out() -> int:
        with servers.client(ana) as client:
            assert client.get("/api/v1/me").status_code == 200
            status = client.request("DELETE", "/session").status_code
        is_out.set()
        return status

    *asked, left = at_once(*[keep_asking] * 6, sign_out)
    assert left == 303
    assert sum(asked) >= AT_ONCE
    assert set(later) == {401}
    assert cookies_given_anew == []
    assert servers.count(SignInSession) == 0


def test_two_who_end_the_same_thing_both_hear_that_it_has_ended(servers: Servers) -> None:
    house = servers.house
    ana = house.person("Ana Oliveira")
    event = house.event(ana)
    house.attendee(event, ana)
    wearer = house.attendee(event)
    scan = house.scan(ana, wearer, id=str(uuid4()))
    for method, path, allowed in (
        ("PUT", f"/api/v1/scans/{scan['id']}/retraction", {200}),
        ("DELETE", f"/organise/seaside/attendees/{wearer.id}/badge", {200, 303, 404}),
        ("DELETE", "/sessions", {303}),
    ):
        both = at_once(*(partial(servers.ask, ana, replica, method, path) for replica in range(2)))
        assert set(both) <= allowed, (method, path, both)
    assert servers.count(SignInSession) == 0
    in_force = select(func.count()).where(
        Badge.attendee_id == wearer.id, Badge.revoked_at.is_(None)
    )
    assert house.db.read_now(lambda session: session.scalar(in_force)) == 0


def test_a_badge_replaced_twice_at_once_leaves_one_in_force(servers: Servers) -> None:
    house = servers.house
    ana = house.person("Ana Oliveira")
    wearer = house.attendee(house.event(ana))
    path = f"/organise/seaside/attendees/{wearer.id}/badge"
    answers = at_once(*(partial(servers.ask, ana, replica, "PUT", path) for replica in range(6)))
    assert set(answers) <= {200, 303}
    in_force = select(func.count()).where(
        Badge.attendee_id == wearer.id, Badge.revoked_at.is_(None)
    )
    assert house.db.read_now(lambda session: session.scalar(in_force)) == 1


def test_an_account_deleted_while_its_phone_uploads_leaves_nothing(servers: Servers) -> None:
    house = servers.house
    olga, ana = house.person("Olga"), house.person("Ana Oliveira")
    event = house.event(olga)
    house.attendee(event, ana)
    wearers = [house.attendee(event, f"Guest {number}") for number in range(12)]
    gone = threading.Event()

    def upload(replica: int) -> set[int]:
        statuses = set()
        with servers.client(replica=replica) as client:
            while not gone.is_set():
                body = {"device": "phone", "scans": [_scan(wearer) for wearer in wearers]}
                answer = client.post("/api/v1/scans", json=body, headers=ana.bearer)
                statuses.add(answer.status_code)
        return statuses

    def delete() -> set[int]:
        try:
            with servers.client() as client:
                return {client.delete("/api/v1/me", headers=ana.bearer).status_code}
        finally:
            gone.set()

    *uploads, deleted = at_once(*(partial(upload, each) for each in range(4)), delete)
    assert deleted == {204}
    # A replica remembers for a second who has a token: what it then writes finds no owner.
    assert set().union(*uploads) <= {200, 401, 404, 409}
    assert house.db.read_now(lambda session: list(_rows_of(session, ana))) == []
    assert servers.count(Scan) == 0


def test_two_deletions_of_one_account_end_well(servers: Servers) -> None:
    ana = servers.house.person("Ana Oliveira")
    answers = at_once(
        *(partial(servers.ask, ana, replica, "DELETE", "/api/v1/me") for replica in range(4))
    )
    assert 204 in answers
    assert set(answers) <= {204, 401, 404}
    assert servers.house.db.read_now(lambda session: list(_rows_of(session, ana))) == []


def test_a_place_claimed_from_two_browsers_at_once_is_taken_once(servers: Servers) -> None:
    house = servers.house
    event = house.event(house.person("Olga"))
    ana = house.person("Ana Oliveira")
    places = [house.attendee(event, f"Ticket {n}", email=ana.email) for n in range(2)]
    answers = at_once(
        *(
            partial(servers.ask, ana, number, "PUT", f"/me/places/{places[number % 2].id}")
            for number in range(6)
        )
    )
    assert set(answers) <= {303, 404, 409}
    mine = select(func.count()).where(Attendee.account_id == ana.id)
    assert house.db.read_now(lambda session: session.scalar(mine)) == 1


def _asker(servers: Servers) -> tuple[dict[str, str], str]:
    """The cookies of a browser that asked for a code, and the code."""
    servers.mailbox.clear()
    with servers.client() as client:
        client.post("/sign-in", data={"email": "ana@example.org"})
        code = servers.mailbox.wait_for("ana@example.org")["subject"].split()[0]
        return dict(client.cookies), code


def _scan(wearer: Wearer) -> dict[str, object]:
    moment = datetime.now(UTC).isoformat()
    return {"id": str(uuid4()), "code": wearer.code, "scanned_at": moment, "intents": ["coffee"]}


def _rows_of(session: Session, person: Person) -> Iterator[str]:
    """Every column that names the account still."""
    for table in metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, Uuid):
                found = session.scalar(
                    select(func.count()).select_from(table).where(column == person.id)
                )
                if found:
                    yield f"{table.name}.{column.name}: {found}"
