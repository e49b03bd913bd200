"""kill -9 under load: what was acknowledged is there, once."""

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from firsthand.db import Database
from firsthand.migrations import upgrade
from tests.faults.audit import audit
from tests.faults.conftest import Proof
from tests.faults.crashing import CrashingServer
from tests.faults.load import under_load
from tests.faults.phone import Phone
from tests.faults.world import make_world
from tests.postgres import PostgresServer

_PHONES = 6
_KILLS = 3


def run(
    proof: Proof,
    rng: random.Random,
    url: str,
    servers: Sequence[CrashingServer],
    crash: Callable[[], None],
) -> None:
    upgrade(url)
    db = Database(url)
    people = make_world(db, _PHONES + 6).people
    db.close()
    addresses = [server.address for server in servers]
    phones = [Phone(person, addresses, random.Random(rng.random())) for person in people[:_PHONES]]
    try:
        for server in servers:
            server.start(quietly=True)
        with under_load(phones, people, rng):
            for _ in range(_KILLS):
                time.sleep(rng.uniform(0.2, 1.0))
                crash()
            time.sleep(0.2)
    finally:
        for server in servers:
            server.stop()
        for phone in phones:
            phone.close()
    proof.note = f"{_KILLS * proof.rounds} kills"
    # Taking turns at being away is no reason for an answer that nobody expects.
    assert {status for phone in phones for status in phone.statuses} <= {200, 503}
    proof.found_all(audit(url, phones))


def test_kill_9_of_the_server_on_sqlite(proof: Proof, tmp_path: Path) -> None:
    for rng in proof.each_round():
        url = f"sqlite:///{tmp_path}/{proof.rounds}.db"
        server = CrashingServer(url)

        def crash(server: CrashingServer = server) -> None:
            server.kill9()
            server.start(quietly=True)

        run(proof, rng, url, [server], crash)


def test_kill_9_of_replicas_on_postgresql(proof: Proof, durable_postgres: PostgresServer) -> None:
    for rng in proof.each_round():
        url = durable_postgres.create_database()
        servers = [CrashingServer(url), CrashingServer(url)]

        def crash(servers: Sequence[CrashingServer] = servers, rng: random.Random = rng) -> None:
            server = rng.choice(servers)
            server.kill9()
            server.start(quietly=True)

        run(proof, rng, url, servers, crash)
        durable_postgres.drop_database(url)


def test_kill_9_of_postgresql(proof: Proof, durable_postgres: PostgresServer) -> None:
    for rng in proof.each_round():
        url = durable_postgres.create_database()

        def crash(rng: random.Random = rng) -> None:
            durable_postgres.kill9()
            time.sleep(rng.uniform(0, 0.3))
            durable_postgres.start()

        run(proof, rng, url, [CrashingServer(url)], crash)
        durable_postgres.drop_database(url)


@pytest.mark.parametrize("fsync", ["fsync", "synchronous_commit", "full_page_writes"])
def test_the_postgresql_of_these_proofs_is_durable(
    durable_postgres: PostgresServer, fsync: str
) -> None:
    db = Database(durable_postgres.url("postgres"))
    shown = db.read_now(lambda session: session.connection().exec_driver_sql(f"SHOW {fsync}"))
    assert shown.scalar_one() == "on"
    db.close()
