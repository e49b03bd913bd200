"""A disk that is full, or fails: uploads are refused clearly, and kept when it works again."""

import random
import threading
import time
from pathlib import Path
from uuid import uuid4

import httpx

from firsthand.db import Database
from firsthand.migrations import upgrade
from tests.faults.audit import audit
from tests.faults.conftest import Proof
from tests.faults.crashing import CrashingServer
from tests.faults.disk import Failing
from tests.faults.load import under_load
from tests.faults.phone import Phone
from tests.faults.test_power_cut import disk_of
from tests.faults.world import Person, make_world

_FAILURES = [
    Failing.NO_SPACE,
    Failing.WRITE,
    Failing.SYNC,
    Failing.READ,
    Failing.WRITE | Failing.SYNC,
]
_SECONDS = 0.8


def test_a_full_or_failing_disk(proof: Proof, tmp_path: Path) -> None:
    """One server through all of it, without a restart."""
    for rng in proof.each_round():
        disk = disk_of(tmp_path, str(proof.rounds))
        url = f"sqlite:///{disk.folder}/firsthand.db"
        upgrade(url)
        db = Database(url)
        people = make_world(db, 12).people
        db.close()
        server = CrashingServer(url, disk.environment)
        phones = [Phone(each, [server.address], random.Random(rng.random())) for each in people[:4]]
        try:
            server.start(quietly=True)
            with under_load(phones, people, rng):
                for failing in rng.sample(_FAILURES, len(_FAILURES)):
                    time.sleep(0.2)
                    disk.fail(failing, free=rng.choice((0, 3_000, 100_000)))
                    time.sleep(_SECONDS)
                    if failing is not Failing.READ:
                        refused_clearly(server, people[-1], people[0])
                    disk.fail(Failing.NOTHING)
                    works_again(server, people[-1], people[1])
        finally:
            server.kill9()
            for phone in phones:
                phone.close()
        statuses = sum((phone.statuses for phone in phones), start=phones[0].statuses.__class__())
        assert set(statuses) == {200, 503}
        proof.note = f"{statuses[503]:,} uploads refused in the last round"
        proof.found_all(audit(url, phones))


def upload(server: CrashingServer, who: Person, whom: Person) -> httpx.Response:
    """A scan of its own each time: one that is safe already would need no room to be answered."""
    scan = {"id": str(uuid4()), "code": whom.code}
    scan["scanned_at"] = "2026-11-23T10:42:07+01:00"
    return httpx.post(
        f"{server.address}/api/v1/scans",
        json={"scans": [scan]},
        headers={"Authorization": f"Bearer {who.token}"},
        timeout=10,
    )


def refused_clearly(server: CrashingServer, who: Person, whom: Person) -> None:
    """Once what space there was is used up by the others."""
    end = time.monotonic() + 10
    while (answer := upload(server, who, whom)).status_code == 200:
        assert time.monotonic() < end, "a disk that fails takes scans"
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "Nothing was kept; try again" in answer.json()["detail"]


def works_again(server: CrashingServer, who: Person, whom: Person) -> None:
    end = time.monotonic() + 10
    while upload(server, who, whom).status_code != 200:
        assert time.monotonic() < end, "the disk works again, the server does not"
        threading.Event().wait(0.05)
