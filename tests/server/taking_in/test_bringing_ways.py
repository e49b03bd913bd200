"""The ways to bring an export back: the page, the command line; and what a forged one gains."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from firsthand.problems import NotFound
from firsthand.scans.keeping import seen_attendee
from tests.server.house import House, Person
from tests.server.taking_in.test_bringing_back import bring, exported, lively, rows, told


def send(house: House, who: Person, content: bytes, name: str = "firsthand.json") -> Any:
    answer = who.client.post("/me/import", files={"file": (name, content)})
    assert house.app.state.imports.wait_until_idle(60)
    return answer


def test_the_page_brings_it_back_and_says_so(house: House, tmp_path: Path) -> None:
    ana, _ = lively(house)
    again = house.person("Ana again")
    assert "Bring it back in" in again.client.get("/me").text
    answer = send(house, again, exported(house, ana, tmp_path).read_bytes())
    assert answer.status_code == 303, answer.text
    report = again.client.get(answer.headers["location"])
    assert "people came in" in report.text
    assert "have no event here" not in report.text
    assert "came as you saw them" in report.text
    assert "Undo this import" not in report.text
    assert rows(house, again)["meeting"] == rows(house, ana)["meeting"]
    undone = again.client.post(answer.headers["location"], data={"_method": "DELETE"})
    assert undone.status_code == 409
    assert rows(house, again)["meeting"] == rows(house, ana)["meeting"]


def test_the_page_refuses_where_there_are_people(house: House, tmp_path: Path) -> None:
    ana, _ = lively(house)
    before = told(house, ana)
    answer = send(house, ana, exported(house, ana, tmp_path).read_bytes())
    assert answer.status_code == 409
    assert "This account has people already." in answer.text
    assert told(house, ana) == before


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 1000, b"PK\x03\x04nothing"])
def test_the_page_says_what_is_no_export(house: House, content: bytes) -> None:
    ana = house.person("Ana")
    answer = send(house, ana, content)
    assert answer.status_code == 303
    house.settle()
    report = ana.client.get(answer.headers["location"])
    assert report.status_code == 200
    assert 'class="error' in report.text or 'role="alert"' in report.text
    assert {name for name, count in rows(house, ana).items() if count} == {"import"}


def test_the_page_wants_a_file(house: House) -> None:
    ana = house.person("Ana")
    answer = ana.client.post("/me/import", data={"x": "y"})
    assert answer.status_code == 400
    assert 'id="file-error"' in answer.text


def test_the_command_brings_back_what_export_made(house: House, tmp_path: Path) -> None:
    ana, _ = lively(house)
    again = house.person("Ana again")
    environment = {**os.environ, "FIRSTHAND_DATABASE_URL": house.settings.database_url}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "firsthand.cli", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    file = str(tmp_path / "ana.zip")
    assert run("export", ana.email, "-o", file).returncode == 0
    brought = run("import", again.email, file)
    assert (brought.returncode, brought.stdout) == (
        0,
        "4 people came in, with everything of theirs.\n",
    )
    assert told(house, again)["follow_up"] == told(house, ana)["follow_up"]
    twice = run("import", again.email, file)
    assert twice.returncode == 1
    assert "This account has people already." in twice.stderr


def test_a_forged_card_shows_nothing_of_somebody_unseen(house: House, tmp_path: Path) -> None:
    """Otherwise a file that names an account or an attendee would open what they share."""
    ana, event = lively(house)
    secretive = house.person("Ben Secretive")
    wearer = house.attendee(event, secretive, listed=False, headline="Hidden headline")
    path = exported(house, ana, tmp_path)
    document = json.loads(path.read_text())
    for card in document["contact"]:
        card["attendee_id"] = None
    document["contact"][0] |= {
        "account_id": str(secretive.id),
        "attendee_id": str(wearer.id),
        "name": "",
        "shown_name": "Somebody",
    }
    path.write_text(json.dumps(document))
    mallory = house.person("Mallory")
    house.attendee(event, mallory)
    with pytest.raises(NotFound):
        house.db.read_now(seen_attendee, mallory.id, wearer.id)
    assert bring(house, mallory, path).state == "done"
    text = mallory.client.get("/api/v1/me/export").text
    assert "Somebody" in text
    for hidden in ("Ben Secretive", str(secretive.id), str(wearer.id), secretive.email):
        assert hidden not in text
