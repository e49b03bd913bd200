"""Of an export that cannot be brought in to its end, nothing stays."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.db import Database, now
from firsthand.problems import Conflict
from firsthand.taking_in import job
from firsthand.taking_in.job import run_taking_in, take_in_file
from firsthand.taking_in.writing import start_taking_in, write_rows
from firsthand.ties.importing import RESTARTED, fail_silent_imports, import_of
from firsthand.ties.models import Import
from firsthand.ties.parser_process import running_parser
from tests.server.house import House, Person
from tests.server.taking_in.test_bringing_back import exported, lively, rows

# The account's own row of the import that failed stays and says why.
_NOTHING_BUT_THE_REPORT = {"import": 1}
# Copies its input's words, and is gone after so many of them.
_DIES = """
import subprocess, sys
reader = subprocess.Popen(
    [sys.executable, "-m", "firsthand.taking_in.reading", sys.argv[2]], stdout=subprocess.PIPE
)
for number, line in enumerate(reader.stdout):
    if number == int(sys.argv[1]):
        reader.kill()
        sys.exit(1)
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
"""


def left(house: House, who: Person) -> dict[str, int]:
    return {table: count for table, count in rows(house, who).items() if count}


@pytest.fixture
def brought(house: House, tmp_path: Path) -> tuple[Person, Path]:
    """Somebody with an empty account, and the file that they bring."""
    ana, event = lively(house)
    again = house.person("Ana again")
    house.attendee(event, again)
    return again, exported(house, ana, tmp_path)


@pytest.mark.parametrize("lines", [0, 1, 2, 9, 14])
def test_a_reader_that_dies_leaves_nothing(
    house: House,
    brought: tuple[Person, Path],
    monkeypatch: pytest.MonkeyPatch,
    lines: int,
) -> None:
    again, path = brought
    monkeypatch.setattr(job, "_READER", (sys.executable, "-c", _DIES, str(lines)))
    ended = take_in_file(house.db, again.id, path)
    house.settle()
    assert (ended.state, ended.problems[0]["what"]) == ("failed", job._CRASHED)
    assert left(house, again) == _NOTHING_BUT_THE_REPORT


@pytest.mark.parametrize("at", ["tie_fact", "scan", "follow_up", "ranking_choice"])
def test_a_write_that_fails_leaves_nothing_and_may_be_tried_again(
    house: House, brought: tuple[Person, Path], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    again, path = brought

    def broken(session: Session, owner_id: UUID, import_id: UUID, table: str, found: Any) -> None:
        if table == at:
            raise RuntimeError("the disk is gone")
        write_rows(session, owner_id, import_id, table, found)

    with monkeypatch.context() as patched:
        patched.setattr(job, "write_rows", broken)
        patched.setattr("firsthand.taking_in.writing.write_rows", broken)
        assert take_in_file(house.db, again.id, path).state == "failed"
        house.settle()
        assert left(house, again) == _NOTHING_BUT_THE_REPORT
    assert take_in_file(house.db, again.id, path).state == "done"


def test_a_broken_file_says_where_and_leaves_nothing(
    house: House, brought: tuple[Person, Path]
) -> None:
    again, path = brought
    document = json.loads(path.read_text())
    del document["scan"][1]["device"]
    path.write_text(json.dumps(document))
    ended = take_in_file(house.db, again.id, path)
    house.settle()
    assert ended.problems == [{"where": "firsthand.json", "what": "scan 2: device is missing."}]
    assert left(house, again) == _NOTHING_BUT_THE_REPORT


def test_a_server_that_died_meanwhile_leaves_nothing(
    house: House, brought: tuple[Person, Path]
) -> None:
    again, path = brought
    import_id = house.db.write_now(start_taking_in, again.id, path.name)

    with running_parser([*job._READER, str(path)], 60, listens=True) as reader:
        job._write(house.db, again.id, import_id, reader)
    assert left(house, again)["scan"] > 0

    def long_ago(session: Session) -> None:
        session.execute(
            update(Import)
            .where(Import.owner_id == again.id, Import.id == import_id)
            .values(heard_at=now() - timedelta(hours=1))
        )

    house.db.write_now(long_ago)
    house.db.write_now(fail_silent_imports)
    house.settle()
    ended = house.db.read_now(import_of, again.id, import_id)
    assert (ended.state, ended.problems[0]["what"]) == ("failed", RESTARTED)
    assert left(house, again) == _NOTHING_BUT_THE_REPORT


def test_who_was_met_meanwhile_stays(
    house: House, brought: tuple[Person, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    again, path = brought

    began = job._here

    def here(db: Database, *told: Any) -> Any:
        answer = began(db, *told)
        found = again.client.post(
            "/api/v1/meetings", headers=again.bearer, json={"name": "Met meanwhile"}
        )
        assert found.status_code < 300, found.text
        return answer

    def broken(_: Session) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(job, "_here", here)
    monkeypatch.setattr(job, "refresh_statistics", broken)
    assert take_in_file(house.db, again.id, path).state == "failed"
    house.settle()
    assert left(house, again) == {"contact": 1, "import": 1, "meeting": 1}
    people = again.client.get("/api/v1/contacts", headers=again.bearer).json()["items"]
    assert [each["name"] for each in people] == ["Met meanwhile"]


def test_two_at_once_are_not_both_begun(house: House, brought: tuple[Person, Path]) -> None:
    again, path = brought
    house.db.write_now(start_taking_in, again.id, path.name)
    with pytest.raises(Conflict, match="Another import is under way"):
        take_in_file(house.db, again.id, path)


def test_of_an_account_deleted_meanwhile_nothing_comes_back(
    house: House, brought: tuple[Person, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    again, path = brought
    import_id = house.db.write_now(start_taking_in, again.id, path.name)

    began = job._here

    def here(db: Database, *told: Any) -> Any:
        answer = began(db, *told)
        house.client().delete("/api/v1/me", headers=again.bearer)
        return answer

    monkeypatch.setattr(job, "_here", here)
    run_taking_in(house.db, again.id, import_id, [path])
    house.settle()
    assert left(house, again) == {}
