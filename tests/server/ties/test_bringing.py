"""Bringing an archive by page and API: real uploads, the real parser in its process."""

import contextlib
import io
import json
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from firsthand.ties import import_job
from firsthand.ties.import_job import import_files, run_import
from firsthand.ties.importing import import_of, imports_of, start_import
from firsthand.ties.models import Tie
from tests.archives import account, answer_to, assignment, listed, mention, tweet
from tests.server.house import House, Person

Files = list[tuple[str, tuple[str, bytes]]]


def archive(**more: bytes) -> bytes:
    """Ana follows 9, whom she has answered, and 11, of whom no name is known."""
    files = {
        "data/account.js": assignment("account", [account()]).encode(),
        "data/following.js": assignment(
            "following", [listed("following", "9"), listed("following", "11")]
        ).encode(),
        "data/follower.js": assignment("follower", [listed("follower", "9")]).encode(),
        "data/tweets.js": assignment(
            "tweets", [tweet(5001, mentions=[mention("fenna", "9")], **answer_to("fenna", "9"))]
        ).encode(),
        **more,
    }
    return zipped(files)


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in files.items():
            container.writestr(name, content)
    return out.getvalue()


def sent(*files: tuple[str, bytes]) -> Files:
    return [("file", file) for file in files]


def bring(house: House, who: Person, *files: tuple[str, bytes]) -> httpx.Response:
    """Through the page, to its end; the report."""
    answer = who.client.post("/import", files=sent(*files))
    assert answer.status_code == 303, answer.text
    assert house.app.state.imports.wait_until_idle(60)
    return who.client.get(answer.headers["Location"])


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where uploads go during a test; empty again at its end."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana Oliveira")


def test_an_archive_brought_through_the_page_tells_who_is_here(house: House, ana: Person) -> None:
    event = house.event(ana)
    house.attendee(event, ana)
    house.attendee(event, "Fenna Wouters", handles=[("x", "Fenna")])

    page = bring(house, ana, ("archive.zip", archive()))

    assert page.status_code == 200
    assert "1 of the people you know online is at Recruiters by the Sea" in page.text
    assert 'href="/events/seaside/unmet"' in page.text
    assert "1 of these 2 people could be named" in page.text
    assert "Fenna Wouters" in ana.client.get("/events/seaside/unmet").text
    assert "archive.zip" in ana.client.get("/import").text


def test_loose_files_from_a_phone_are_one_archive(house: House, ana: Person) -> None:
    following = assignment("following", [listed("following", "9")]).encode()
    owner = assignment("account", [account()]).encode()

    page = bring(house, ana, ("following.js", following), ("account (1).js", owner))

    (row,) = house.db.read_now(imports_of, ana.id)
    assert (row.state, row.added, row.file_name) == ("done", 1, "following.js and 1 more")
    assert "tweets.js" in page.text


def test_bringing_the_same_archive_again_says_that_nothing_is_new(
    house: House, ana: Person
) -> None:
    bring(house, ana, ("archive.zip", archive()))
    bring(house, ana, ("archive.zip", archive()))

    row = house.db.read_now(imports_of, ana.id)[0]
    assert (row.added, row.updated, row.unchanged) == (0, 0, 2)


def test_an_import_can_be_undone_on_its_page(house: House, ana: Person) -> None:
    event = house.event(ana)
    house.attendee(event, ana)
    house.attendee(event, "Fenna Wouters", handles=[("x", "Fenna")])
    page = bring(house, ana, ("archive.zip", archive()))

    answer = ana.client.post(page.url.path, data={"_method": "DELETE"}, follow_redirects=True)

    assert "You took this import back." in answer.text
    assert "Fenna Wouters" not in ana.client.get("/events/seaside/unmet").text


def test_the_page_asks_again_only_while_the_import_runs(house: House, ana: Person) -> None:
    running = house.db.write_now(start_import, ana.id, "archive.zip")

    page = ana.client.get(f"/import/{running}")
    fragment = ana.client.get(f"/import/{running}", headers={"HX-Request": "true"})

    assert 'http-equiv="refresh"' in page.text
    assert 'hx-trigger="every 1s"' in fragment.text
    assert "<html" not in fragment.text
    done = bring(house, ana, ("archive.zip", archive()))
    assert "every 1s" not in done.text


def damaged() -> bytes:
    return archive()[:-60]


def overlapping() -> bytes:
    """Two entries of the directory that point at the same data."""
    out = io.BytesIO(archive())
    with zipfile.ZipFile(out, "a") as container:
        twin = container.getinfo("data/following.js")
        other = zipfile.ZipInfo("data/follower-part1.js")
        for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
            setattr(other, name, getattr(twin, name))
        container.filelist.append(other)
        container.NameToInfo[other.filename] = other
        container._didModify = True  # type: ignore[attr-defined]  # no other way to forge one
    return out.getvalue()


BAD: dict[str, Callable[[], tuple[str, bytes]]] = {
    "empty": lambda: ("archive.zip", b""),
    "jpeg": lambda: ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(2_000)),
    "truncated": lambda: ("archive.zip", damaged()),
    "leads out": lambda: ("archive.zip", archive(**{"../../evil.js": b"x"})),
    "overlapping": lambda: ("archive.zip", overlapping()),
    "NUL bytes": lambda: ("following.js", b"window.YTD.following.part0 = [ \0\0 ]"),
    "not X": lambda: ("archive.zip", zipped({"Connections.csv": b"First Name,Last Name\n"})),
    "cut list": lambda: ("following.js", b'window.YTD.following.part0 = [ {"following" : '),
    "UTF-16": lambda: ("tweets.js", "window.YTD.tweets.part0 = []".encode("utf-16")),
    "a name of 1 MB": lambda: ("a" * 3_000 + ".zip", b"PK\3\4"),
    "right to left": lambda: ("محمد\u202e🌊.zip", b"PK\3\4"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_fails_with_words_and_leaves_nothing(
    house: House, ana: Person, bad: str
) -> None:
    page = bring(house, ana, BAD[bad]())

    assert page.status_code == 200
    (row,) = house.db.read_now(imports_of, ana.id)
    assert (row.state, row.added) == ("failed", 0)
    what = row.problems[0]["what"]
    assert what.endswith(".")
    assert what != import_job._CRASHED
    assert "Traceback" not in page.text
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 400),
        ("multipart/form-data", b"x", 400),
        ("application/json", b"{}", 400),
        ("application/x-www-form-urlencoded", b"file=x", 400),
    ],
)
@pytest.mark.parametrize("path", ["/import", "/api/v1/imports"])
def test_what_is_no_upload_is_refused_in_place(
    house: House, ana: Person, path: str, kind: str, body: bytes, status: int
) -> None:
    answer = ana.client.post(path, content=body, headers={"Content-Type": kind})

    assert answer.status_code == status
    assert house.db.read_now(imports_of, ana.id) == []
    if path.startswith("/api/"):
        assert answer.headers["Content-Type"] == "application/problem+json"
    else:
        assert "Import an archive" in answer.text


def test_too_large_an_upload_says_which_files_to_send(house: House, ana: Person) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "5000000000"}

    for path in ("/import", "/api/v1/imports"):
        answer = ana.client.post(path, content=b"", headers=headers)
        assert answer.status_code == 413
        assert "At most 2 GB" in answer.text
        assert "direct-message-headers.js" in answer.text


def test_signed_out_nothing_is_taken(house: House) -> None:
    files = sent(("archive.zip", archive()))

    assert house.client().post("/api/v1/imports", files=files).status_code == 401
    assert house.client().post("/import", files=files).status_code == 303


def test_the_api_answers_202_and_tells_the_outcome_later(house: House, ana: Person) -> None:
    answer = house.client().post(
        "/api/v1/imports", files=sent(("archive.zip", archive())), headers=ana.bearer
    )

    assert answer.status_code == 202
    assert answer.json()["state"] in {"running", "done"}
    assert house.app.state.imports.wait_until_idle(60)
    told = house.client().get(f"/api/v1/imports/{answer.json()['id']}", headers=ana.bearer).json()
    assert told == {
        "id": answer.json()["id"],
        "state": "done",
        "format": "x",
        "ties": {"added": 2, "updated": 0, "unchanged": 0},
        "unresolved": 1,
        "skipped": 0,
        "problems": told["problems"],
    }


def test_somebody_elses_import_is_not_there(house: House, ana: Person) -> None:
    hers = house.db.write_now(start_import, ana.id, "archive.zip")
    eve = house.person("Eve")

    assert eve.client.get(f"/api/v1/imports/{hers}").status_code == 404
    assert eve.client.get(f"/import/{hers}").status_code == 404
    assert eve.client.delete(f"/import/{hers}").status_code == 404


def test_too_many_imports_at_once_are_refused(house: House, ana: Person) -> None:
    for _ in range(5):
        house.db.write_now(start_import, ana.id, "archive.zip")

    answer = ana.client.post("/api/v1/imports", files=sent(("archive.zip", archive())))

    assert answer.status_code == 409


def test_the_openapi_document_shows_the_upload(house: House) -> None:
    document = json.loads(house.client().get("/api/openapi.json").text)

    body: dict[str, Any] = document["paths"]["/api/v1/imports"]["post"]["requestBody"]
    assert "file" in body["content"]["multipart/form-data"]["schema"]["properties"]


_SAYS_ONE_TIE = (
    'print(\'{"type":"tie","network":"x","name":"fenna","stable_id":"9",'
    '"kinds":[{"kind":"follows","count":1}]}\', flush=True);'
)


@pytest.mark.parametrize(
    "ends",
    [
        "import os; os.kill(os.getpid(), 9)",
        "raise SystemExit(1)",
        "pass",
        "print('{\"type\":')",
        'print(\'{"type":"summary","format":"x","unresolved":0,"skipped":0}\'); exit(3)',
    ],
    ids=["killed", "crashed", "silent", "garbled", "crashed after the summary"],
)
def test_a_parser_that_does_not_end_well_leaves_a_failed_import(
    house: House, ana: Person, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    monkeypatch.setattr(import_job, "_TIES_A_TRANSACTION", 1)
    monkeypatch.setattr(import_job, "_PARSER", (sys.executable, "-c", _SAYS_ONE_TIE + ends))
    import_id = house.db.write_now(start_import, ana.id, "archive.zip")

    run_import(house.db, ana.id, import_id, [])

    row = house.db.read_now(import_of, ana.id, import_id)
    assert (row.state, row.added) == ("failed", 0)
    assert row.problems[0]["what"] == import_job._CRASHED
    assert house.db.read_now(lambda s: s.scalars(select(Tie.id)).all()) == []


def test_a_parser_that_takes_too_long_is_stopped(
    house: House, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for_ever = "import signal; signal.pause()"
    monkeypatch.setattr(import_job, "_PARSER", (sys.executable, "-c", for_ever))
    import_id = house.db.write_now(start_import, ana.id, "archive.zip")

    run_import(house.db, ana.id, import_id, [], longest_seconds=0.2)

    row = house.db.read_now(import_of, ana.id, import_id)
    assert (row.state, row.problems[0]["what"]) == ("failed", import_job._TOO_SLOW)


def test_the_command_line_takes_the_same_files(house: House, ana: Person, tmp_path: Path) -> None:
    file = tmp_path / "archive.zip"
    file.write_bytes(archive())

    brought = import_files(house.db, ana.id, [file])

    assert (brought.state, brought.added, brought.unresolved) == ("done", 2, 1)
    assert file.exists()


def test_imports_of_one_account_run_one_after_the_other(
    house: House, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = house.person("Bob")
    at_once: list[set[str]] = []
    running: list[str] = []
    names = {ana.id: "ana", bob.id: "bob"}
    both_run, lock = threading.Barrier(2), threading.Lock()

    def slowly(db: Any, owner_id: Any, import_id: Any, files: Any) -> None:
        with lock:
            running.append(names[owner_id])
            at_once.append(set(running))
            assert len(set(running)) == len(running)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_run.wait(2)
        with lock:
            running.remove(names[owner_id])
        run_import(db, owner_id, import_id, files)

    monkeypatch.setattr("firsthand.ties.import_queue.run_import", slowly)
    for who in (ana, ana, bob, bob):
        who.client.post("/import", files=sent(("archive.zip", archive())))

    assert house.app.state.imports.wait_until_idle(60)
    assert {"ana", "bob"} in at_once
    assert all(
        row.state == "done" for who in (ana, bob) for row in house.db.read_now(imports_of, who.id)
    )
