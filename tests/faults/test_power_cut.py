"""An acknowledgement leaves after the sync of its commit, so a power cut takes none of it back."""

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from firsthand.db import Database
from firsthand.migrations import upgrade
from tests.faults.conftest import Proof
from tests.faults.crashing import CrashingServer
from tests.faults.disk import Disk, Entry
from tests.faults.figures import Figures
from tests.faults.load import under_load
from tests.faults.phone import Phone
from tests.faults.world import make_world

_CUTS = 12
_SECONDS = 2.0
# Commits a row, says so on a socket, and again; the argument is how SQLite is to sync.
_COMMITTER = """
import socket, sqlite3, sys, uuid
ours, theirs = socket.socketpair()
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute(f"PRAGMA synchronous={sys.argv[2]}")
for _ in range(200):
    name = str(uuid.uuid4())
    db.execute("INSERT INTO scan VALUES (?)", (name.replace("-", ""),))
    ours.send(f'{{"id":"{name}","outcome":"recorded"}}'.encode())
    theirs.recv(1000)
"""


def disk_of(tmp_path: Path, name: str) -> Disk:
    folder, aside = tmp_path / name / "data", tmp_path / name / "aside"
    folder.mkdir(parents=True)
    aside.mkdir()
    return Disk(folder, aside)


def told_too_early(entries: Sequence[Entry]) -> set[str]:
    """Scans that were acknowledged before the file that holds their row was synced."""
    unsynced: dict[str, set[str]] = {}
    early: set[str] = set()
    told = set().union(*(entry.acknowledged() for entry in entries))
    synced: set[str] = set()
    for entry in entries:
        if entry.kind == "W":
            # A row's key stands in its page as 32 hexadecimal digits.
            unsynced.setdefault(entry.name, set()).update(
                scan_id for scan_id in told - synced if UUID(scan_id).hex.encode() in entry.data
            )
        elif entry.kind == "S":
            synced |= unsynced.pop(entry.name, set())
        early |= entry.acknowledged() - synced
    return early


def found_after_cut(disk: Disk, entries: Sequence[Entry], rng: random.Random) -> Figures:
    """Cut the power after these entries, start again, and look for what was acknowledged."""
    told = set().union(*(entry.acknowledged() for entry in entries))
    into = disk.folder.parent / "after"
    disk.after_power_cut(entries, rng, into)
    connection = sqlite3.connect(into / "firsthand.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows = [str(UUID(row[0])) for row in connection.execute("SELECT id FROM scan")]
    connection.close()
    shutil.rmtree(into)
    found = told & set(rows)
    doubled = len(rows) - len(set(rows))
    return Figures(len(told), len(told), len(found), len(told) - len(found), doubled)


def test_a_power_cut_takes_back_nothing_that_was_acknowledged(proof: Proof, tmp_path: Path) -> None:
    answers = 0
    for rng in proof.each_round():
        disk = disk_of(tmp_path, str(proof.rounds))
        url = f"sqlite:///{disk.folder}/firsthand.db"
        upgrade(url)
        db = Database(url)
        people = make_world(db, 12).people
        db.close()
        disk.watch()
        server = CrashingServer(url, disk.environment)
        phones = [Phone(each, [server.address], random.Random(rng.random())) for each in people[:4]]
        try:
            server.start()
            with under_load(phones, people, rng, seconds=_SECONDS, most=5):
                pass
        finally:
            server.kill9()
            for phone in phones:
                phone.close()
        entries = disk.journal()
        told = [place for place, entry in enumerate(entries, 1) if entry.acknowledged()]
        seen = set().union(*(entry.acknowledged() for entry in entries))
        assert seen == set().union(*(phone.safe for phone in phones)), "an answer went unseen"
        assert told_too_early(entries) == set()
        for place in [*rng.sample(told, _CUTS - 1), told[-1]]:
            # Right after an answer has left, or while others are being worked on.
            cut = min(place + rng.choice((0, 0, rng.randrange(40))), len(entries))
            proof.found_all(found_after_cut(disk, entries[:cut], rng))
        answers += len(told)
        shutil.rmtree(tmp_path / str(proof.rounds))
    proof.note = f"{answers:,} answers in order, {_CUTS * proof.rounds} power cuts"


@pytest.mark.parametrize(("how", "safe"), [("FULL", True), ("NORMAL", False), ("OFF", False)])
def test_the_proof_notices_a_missing_sync(how: str, safe: bool, tmp_path: Path) -> None:
    """The same proof of a program that we know: it must not find everything in order."""
    disk = disk_of(tmp_path, how)
    file = disk.folder / "firsthand.db"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE scan (id TEXT PRIMARY KEY)")
    connection.close()
    disk.watch()
    subprocess.run([sys.executable, "-c", _COMMITTER, file, how], env=disk.environment, check=True)
    entries = disk.journal()
    last = max(place for place, entry in enumerate(entries, 1) if entry.acknowledged())
    figures = found_after_cut(disk, entries[:last], random.Random(1))
    assert figures.tried == 200
    assert (figures.lost == 0) == safe
    assert (told_too_early(entries) == set()) == safe
