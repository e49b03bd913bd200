"""A queue of scans through a bad Wi-Fi: each arrives, once."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from firsthand.db import Database
from firsthand.migrations import upgrade
from tests.faults.audit import audit
from tests.faults.bad_network import Fault, bad_network
from tests.faults.conftest import Proof
from tests.faults.crashing import CrashingServer
from tests.faults.phone import Phone
from tests.faults.world import Person, World, make_world

_QUEUED = 500
_ROUND_TRIP = 0.3
_SECONDS = 10
_DRAWN: list[Fault] = [*Fault, *[Fault.NONE] * 4, Fault.REPLY_RESET, Fault.REPLY_LOST]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('bad-network')}/firsthand.db"
    upgrade(url)
    return url


@pytest.fixture(scope="module")
def server(url: str) -> Iterator[CrashingServer]:
    server = CrashingServer(url)
    server.start()
    yield server
    server.stop()


def world_of(url: str, size: int) -> World:
    db = Database(url)
    world = make_world(db, size)
    db.close()
    return world


def always(fault: Fault) -> Callable[[int], Fault]:
    return lambda _: fault


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.REPLY_RESET, Fault.REPLY_LOST, Fault.REFUSED])
def test_500_queued_scans_arrive_in_10_s_at_300_ms(
    proof: Proof, url: str, server: CrashingServer, fault: Fault
) -> None:
    """The first connection meets the fault; the wait after it is the browser's own, 2 s."""
    slowest = 0.0
    for rng in proof.each_round():
        people = world_of(url, 40).people

        def faults(number: int) -> Fault:
            return fault if number == 1 else Fault.NONE

        with bad_network(server.port, rng, round_trip=_ROUND_TRIP, faults=faults) as network:
            phone = Phone(people[0], [network.address], rng, first_wait=2.0, longest_wait=60.0)
            for _ in range(_QUEUED):
                phone.scan(rng.choice(people[1:]).code)
            start = time.monotonic()

            def over(start: float = start) -> bool:
                return time.monotonic() > start + 30

            assert phone.drain(until=over)
            slowest = max(slowest, time.monotonic() - start)
            phone.close()
            assert network.met[fault] == (fault is not Fault.NONE)
        proof.note = f"arrived within {slowest:.1f} s"
        proof.found_all(audit(url, [phone]))
        assert slowest < _SECONDS


def test_every_fault_by_turns(proof: Proof, url: str, server: CrashingServer) -> None:
    """Several phones, most connections broken in one way or another."""
    for rng in proof.each_round():
        people = world_of(url, 20).people
        drawn = random.Random(rng.random())

        def faults(_: int, drawn: random.Random = drawn) -> Fault:
            return drawn.choice(_DRAWN)

        with bad_network(server.port, rng, round_trip=0.02, faults=faults) as network:
            phones = [
                Phone(person, [network.address], random.Random(rng.random()), timeout=0.5)
                for person in people[:4]
            ]

            def use(phone: Phone, people: list[Person] = people) -> bool:
                chance = random.Random(phone.person.name)
                give_up = time.monotonic() + 60
                for _ in range(12):
                    for _ in range(chance.randint(1, 80)):
                        phone.scan(chance.choice(people[4:]).code)
                    if not phone.drain(until=lambda: time.monotonic() > give_up):
                        return False
                    phone.hang_up()
                return True

            with ThreadPoolExecutor(len(phones)) as threads:
                assert all(threads.map(use, phones))
            for phone in phones:
                phone.close()
        met = ", ".join(f"{name} {count}" for name, count in sorted(network.met.items()))
        proof.note = f"in the last round: {met}"
        proof.found_all(audit(url, phones))
        assert sum(network.met.values()) > 10


def test_the_network_breaks_connections_as_it_says(tmp_path: Path, server: CrashingServer) -> None:
    said = {
        Fault.REFUSED: httpx.RemoteProtocolError,
        Fault.REPLY_RESET: httpx.ReadError,
        Fault.REPLY_LOST: httpx.RemoteProtocolError,
        Fault.BLACK_HOLE: httpx.ReadTimeout,
    }
    for fault, problem in said.items():
        with (
            bad_network(
                server.port, random.Random(1), round_trip=0, faults=always(fault)
            ) as network,
            pytest.raises(problem),
        ):
            httpx.get(f"{network.address}/sign-in", timeout=0.5)
        assert network.met == {fault: 1}
