"""An archive sent in pieces: any cut, any order, any number of tries, and one import in the end."""

import asyncio
import os
import random
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from firsthand.leaving import leave
from firsthand.ties.importing import imports_of, start_import
from firsthand.ties.open_uploads import KEPT_SECONDS, MOST_OPEN, sweep_uploads
from tests.server.house import House, Person
from tests.server.ties.test_bringing import archive, bring

UPLOADS = "/api/v1/imports/uploads"
KIND = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana Oliveira")


def announce(
    who: Person, *files: tuple[str, int], mark: str = "", status: int = 201
) -> dict[str, Any]:
    body = {"files": [{"name": name, "size": size} for name, size in files], "mark": mark}
    answer = who.client.post(UPLOADS, json=body)
    assert answer.status_code == status, answer.text
    item: dict[str, Any] = answer.json()
    return item


def send(who: Person, upload_id: str, offset: int, piece: bytes) -> httpx.Response:
    headers = {**KIND, "Upload-Offset": str(offset)}
    return who.client.patch(f"{UPLOADS}/{upload_id}", content=piece, headers=headers)


def test_an_archive_in_pieces_gives_the_same_import_as_in_one(
    house: House, ana: Person, uploads: Path
) -> None:
    content = archive()
    bo = house.person("Bo Lindqvist")
    bring(house, bo, ("archive.zip", content))
    upload = announce(ana, ("archive.zip", len(content)))
    chance = random.Random(5)
    offset = 0
    while offset < len(content):
        piece = content[offset : offset + chance.randint(1, 400)]
        answer = send(ana, upload["id"], offset, piece)
        offset += len(piece)
        assert answer.json() == {"id": upload["id"], "size": len(content), "offset": offset}

    assert house.app.state.imports.wait_until_idle(60)
    (mine,) = house.db.read_now(imports_of, ana.id)
    (theirs,) = house.db.read_now(imports_of, bo.id)
    assert str(mine.id) == upload["id"]
    for name in ("state", "file_name", "format", "added", "unresolved", "skipped", "problems"):
        assert getattr(mine, name) == getattr(theirs, name)
    assert list(uploads.iterdir()) == []


def test_several_files_come_one_after_the_other(house: House, ana: Person) -> None:
    whole = archive()
    nothing = b"window.YTD.follower.part0 = [ ]"
    upload = announce(
        ana, ("archive.zip", len(whole)), ("empty.js", 0), ("follower.js", len(nothing))
    )
    both = whole + nothing
    middle = len(whole) + 3
    send(ana, upload["id"], 0, both[:middle])
    send(ana, upload["id"], middle, both[middle:])

    assert house.app.state.imports.wait_until_idle(60)
    (row,) = house.db.read_now(imports_of, ana.id)
    assert row.file_name == "archive.zip and 2 more"
    assert row.total_bytes > 0


def test_a_piece_that_is_not_the_next_one_changes_nothing(ana: Person) -> None:
    upload = announce(ana, ("archive.zip", 10))
    assert send(ana, upload["id"], 0, b"abc").status_code == 200
    for offset in (0, 2, 4, 10):
        answer = send(ana, upload["id"], offset, b"x")
        assert answer.status_code == 409
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert ana.client.get(f"{UPLOADS}/{upload['id']}").json()["offset"] == 3


def test_announced_again_it_goes_on_where_it_was(ana: Person) -> None:
    upload = announce(ana, ("archive.zip", 10), mark="seen before")
    send(ana, upload["id"], 0, b"abcd")
    again = announce(ana, ("archive.zip", 10), mark="seen before")
    assert (again["id"], again["offset"]) == (upload["id"], 4)
    assert announce(ana, ("archive.zip", 11), mark="seen before")["id"] != upload["id"]
    assert announce(ana, ("archive.zip", 10), mark="another")["id"] != upload["id"]


def test_the_last_piece_sent_again_starts_no_second_import(house: House, ana: Person) -> None:
    content = archive()
    upload = announce(ana, ("archive.zip", len(content)))
    assert send(ana, upload["id"], 0, content).status_code == 200
    assert send(ana, upload["id"], 0, content).status_code == 404
    assert send(ana, upload["id"], len(content), b"").status_code == 404
    assert ana.client.get(f"/api/v1/imports/{upload['id']}").status_code == 200
    assert house.app.state.imports.wait_until_idle(60)
    assert len(house.db.read_now(imports_of, ana.id)) == 1


def test_an_import_that_could_not_start_starts_with_an_empty_piece(
    house: House, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = archive()
    upload = announce(ana, ("archive.zip", len(content)))
    with monkeypatch.context() as broken:
        broken.setattr("firsthand.ties.import_queue.start_import", lambda *_: 1 / 0)
        assert send(ana, upload["id"], 0, content).status_code == 500
    assert ana.client.get(f"{UPLOADS}/{upload['id']}").json()["offset"] == len(content)
    assert send(ana, upload["id"], len(content), b"").status_code == 200
    assert house.app.state.imports.wait_until_idle(60)
    assert house.db.read_now(imports_of, ana.id)[0].state == "done"


def test_more_than_was_announced_is_refused(ana: Person) -> None:
    upload = announce(ana, ("archive.zip", 4))
    answer = send(ana, upload["id"], 0, b"abcde")
    assert answer.status_code == 413
    assert ana.client.get(f"{UPLOADS}/{upload['id']}").json()["offset"] == 0


def test_somebody_elses_upload_is_not_there(house: House, ana: Person) -> None:
    upload = announce(ana, ("archive.zip", 4))
    bo = house.person("Bo Lindqvist")
    address = f"{UPLOADS}/{upload['id']}"
    assert bo.client.get(address).status_code == 404
    assert send(bo, upload["id"], 0, b"abcd").status_code == 404
    assert bo.client.delete(address).status_code == 404
    assert ana.client.get(f"{UPLOADS}/{uuid4()}").status_code == 404
    assert ana.client.get(address).json()["offset"] == 0


def test_an_upload_can_be_given_up(ana: Person, uploads: Path) -> None:
    upload = announce(ana, ("archive.zip", 4))
    assert ana.client.delete(f"{UPLOADS}/{upload['id']}").status_code == 204
    assert list(uploads.iterdir()) == []
    assert send(ana, upload["id"], 0, b"abcd").status_code == 404


def test_the_one_that_waited_longest_makes_room(ana: Person, uploads: Path) -> None:
    ids = [announce(ana, ("archive.zip", n))["id"] for n in range(1, MOST_OPEN + 1)]
    for age, upload_id in enumerate(reversed(ids)):
        (folder,) = uploads.glob(f"*{UUID(upload_id).hex}")
        os.utime(folder, (time.time() - age, time.time() - age))
    announce(ana, ("archive.zip", 99))
    there = [ana.client.get(f"{UPLOADS}/{each}").status_code for each in ids]
    assert there == [404, *[200] * (MOST_OPEN - 1)]


def test_what_nobody_goes_on_with_is_deleted(ana: Person, uploads: Path) -> None:
    old, fresh = announce(ana, ("archive.zip", 4)), announce(ana, ("archive.zip", 5))
    (folder,) = uploads.glob(f"*{UUID(old['id']).hex}")
    long_ago = time.time() - KEPT_SECONDS - 60
    os.utime(folder, (long_ago, long_ago))
    sweep_uploads(uploads)
    assert ana.client.get(f"{UPLOADS}/{old['id']}").status_code == 404
    assert ana.client.get(f"{UPLOADS}/{fresh['id']}").status_code == 200


def test_who_leaves_leaves_no_upload(house: House, ana: Person, uploads: Path) -> None:
    announce(ana, ("archive.zip", 4))
    asyncio.run(leave(house.db, ana.id))
    assert list(uploads.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"files": []}, 400),
        ({"files": [{"name": "", "size": 1}]}, 400),
        ({"files": [{"name": "a.zip", "size": -1}]}, 400),
        ({"files": [{"name": "a.zip", "size": 3_000_000_000}]}, 413),
        ({"files": [{"name": "a.zip", "size": 10**30}]}, 413),
        ({"files": [{"name": "n" * 5_000, "size": 1}]}, 400),
        ({"files": [{"name": "a.zip", "size": 1}], "mark": "m" * 500}, 400),
        ({"files": [{"name": "a.zip", "size": 1}] * 1_001}, 400),
        ({"files": [{"name": "a\0.zip", "size": 1}]}, 400),
        ({"files": "a.zip"}, 400),
    ],
)
def test_an_announcement_that_cannot_be_is_refused(
    ana: Person, uploads: Path, body: dict[str, Any], status: int
) -> None:
    answer = ana.client.post(UPLOADS, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(uploads.iterdir()) == []


@pytest.mark.parametrize("offset", ["-1", "none", "", "1e3", "9" * 40])
def test_an_offset_that_is_none_is_refused(ana: Person, offset: str) -> None:
    upload = announce(ana, ("archive.zip", 4))
    answer = ana.client.patch(
        f"{UPLOADS}/{upload['id']}", content=b"a", headers={**KIND, "Upload-Offset": offset}
    )
    assert answer.status_code in {400, 409}


def test_names_that_lead_elsewhere_stay_in_their_folder(ana: Person, uploads: Path) -> None:
    upload = announce(ana, ("../../etc/passwd", 2), ("..", 1), ("/srv/x y", 1))
    assert send(ana, upload["id"], 0, b"abc").status_code == 200
    kept = [path for path in uploads.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in kept if path.name != "upload.json") == 3


def test_nothing_is_announced_while_too_many_imports_are_under_way(
    house: House, ana: Person
) -> None:
    for _ in range(5):
        house.db.write_now(start_import, ana.id, "archive.zip")
    announce(ana, ("archive.zip", 4), status=409)


def test_another_site_cannot_send_a_piece(ana: Person) -> None:
    upload = announce(ana, ("archive.zip", 4))
    answer = ana.client.patch(
        f"{UPLOADS}/{upload['id']}",
        content=b"abcd",
        headers={**KIND, "Upload-Offset": "0", "Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
