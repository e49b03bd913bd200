import os
import shutil
import socket
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.live import free_port, running_server
from tests.mailbox import Mailbox
from tests.server.cli.conftest import Run, assert_one_line, environment, run_command
from tests.server.house import House

Well = Callable[..., str]


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    shutil.copy(sqlite_template, tmp_path / "firsthand.db")
    return f"sqlite:///{tmp_path}/firsthand.db"


def test_a_setting_that_is_missing_is_one_line(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"]}
    assert_one_line(run_command("serve", env=bare), "FIRSTHAND_DATABASE_URL")
    whole = environment(f"sqlite:///{tmp_path}/firsthand.db")
    for name in ("FIRSTHAND_BASE_URL", "FIRSTHAND_SECRET_KEY"):
        env = {key: value for key, value in whole.items() if key != name}
        assert_one_line(run_command("serve", env=env), name)


def test_a_database_that_was_never_migrated_is_one_line(tmp_path: Path) -> None:
    env = environment(f"sqlite:///{tmp_path}/new/firsthand.db")
    for command in (["serve"], ["token", "add", "ana@example.org"]):
        assert_one_line(run_command(*command, env=env), "firsthand migrate")
    assert not (tmp_path / "new").exists()
    assert run_command("migrate", env=env).returncode == 0
    assert run_command("migrate", env=env).returncode == 0
    assert_one_line(run_command("token", "add", "ana@example.org", env=env), "no account")


def test_a_database_that_does_not_answer_is_one_line() -> None:
    url = f"postgresql://firsthand:the-password@127.0.0.1:{free_port()}/firsthand"
    done = run_command("token", "add", "ana@example.org", env=environment(url))
    assert_one_line(done)
    assert "the-password" not in done.stderr


def test_sqlite_refuses_two_workers(sqlite_url: str) -> None:
    env = environment(sqlite_url, FIRSTHAND_WORKERS="2")
    assert_one_line(run_command("serve", env=env), "FIRSTHAND_WORKERS", "SQLite")


def test_a_port_that_is_taken_is_one_line(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run_command("serve", env=environment(sqlite_url, FIRSTHAND_PORT=port))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert port in done.stderr


def test_the_server_has_none_of_the_demos_doors(sqlite_url: str) -> None:
    port = free_port()
    with running_server(sqlite_url, port):
        home = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{home}/demo").status_code == 404
        assert httpx.post(f"{home}/demo/sign-in", data={"who": "ana"}).status_code == 404
        assert "Look around" not in httpx.get(home).text


def test_the_server_stops_soon_although_phones_hold_connections_open(sqlite_url: str) -> None:
    port = free_port()
    with (
        running_server(sqlite_url, port) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as phone,
    ):
        assert phone.get("/health/live").status_code == 200
        server.terminate()
        assert server.wait(8) == 0


def test_the_log_has_neither_tokens_nor_links(database_url: str, tmp_path: Path) -> None:
    house = House(database_url)
    ana = house.person(email="ana@example.org")
    port = free_port()
    log = tmp_path / "log.txt"
    with log.open("wb") as out:
        before = os.dup(2)
        os.dup2(out.fileno(), 2)
        try:
            with running_server(database_url, port, FIRSTHAND_LOG_LEVEL="debug"):
                httpx.get(f"http://127.0.0.1:{port}/api/v1/me", headers=ana.bearer)
                httpx.get(f"http://127.0.0.1:{port}/sign-in/link/a-very-secret-link")
        finally:
            os.dup2(before, 2)
            os.close(before)
    house.close()
    said = log.read_text()
    assert ana.token not in said
    assert "a-very-secret-link" not in said


def test_a_list_imported_beside_the_server_loses_no_scan_and_no_row(
    database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    house = House(database_url, base_url=f"http://127.0.0.1:{port}")
    ana = house.person(email="ana@example.org")
    event = house.event(ana)
    wearers = [house.attendee(event, f"Wearer {number}") for number in range(40)]
    names = tmp_path / "list.csv"
    names.write_text("name,x\n" + "".join(f"Row {n},row_{n}\n" for n in range(3_000)))
    home = f"http://127.0.0.1:{port}/api/v1/scans"

    def upload(number: int) -> str:
        scan = {
            "id": str(uuid4()),
            "code": wearers[number % len(wearers)].code,
            "scanned_at": datetime.now(UTC).isoformat(),
        }
        body = {"device": "phone", "scans": [scan]}
        answer = httpx.post(home, json=body, headers=ana.bearer, timeout=30)
        outcome: str = answer.json()["results"][0]["outcome"]
        return outcome

    with (
        running_server(database_url, port),
        ThreadPoolExecutor(5) as phones,
    ):
        imports = phones.submit(
            run_command, "attendees", "import", event.slug, str(names),
            env=environment(database_url),
        )  # fmt: skip
        outcomes: list[str] = []
        while not imports.done():
            outcomes += list(phones.map(upload, range(len(outcomes), len(outcomes) + 20)))
    assert imports.result().returncode == 0, imports.result().stderr
    assert "3000 added" in imports.result().stdout
    assert set(outcomes) == {"recorded"}
    everything = ana.client.get("/api/v1/me/export").json()
    assert len(everything["scan"]) == len(outcomes)
    house.close()


def test_a_backup_made_beside_the_server_is_the_same_database(
    sqlite_url: str, tmp_path: Path
) -> None:
    house = House(sqlite_url)
    ana = house.person("Ana", "ana@example.org")
    house.attendee(house.event(ana), "Fenna Wouters", handles=[("x", "fenna_w")])
    copy = tmp_path / "copy.db"
    # The house's connections are open, and its newest rows stand in the -wal file.
    done = run_command("backup", str(copy), env=environment(sqlite_url))
    assert done.returncode == 0, done.stderr
    house.close()
    assert _rows(copy) == _rows(tmp_path / "firsthand.db")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]
    restored = House(f"sqlite:///{copy}")
    token = {"Authorization": f"Bearer {ana.token}"}
    assert restored.client().get("/api/v1/me", headers=token).json()["name"] == "Ana"
    restored.close()


def test_a_backup_never_replaces_a_file(sqlite_url: str, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    assert_one_line(run_command("backup", str(precious), env=environment(sqlite_url)), "already")
    assert precious.read_text() == "mine"
    absent = environment(f"sqlite:///{tmp_path}/absent.db")
    assert_one_line(run_command("backup", str(tmp_path / "copy"), env=absent), "absent.db")
    nowhere = str(tmp_path / "none" / "copy")
    assert_one_line(run_command("backup", nowhere, env=environment(sqlite_url)))
    assert not (tmp_path / "copy").exists()


def test_a_backup_of_postgresql_is_pg_dumps_or_says_so(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    template = request.getfixturevalue("postgres_template")
    url = request.getfixturevalue("postgres").create_database(template)
    file = tmp_path / "dump"
    done = run_command("backup", str(file), env=environment(url))
    if shutil.which("pg_dump"):
        assert done.returncode == 0, done.stderr
        assert file.read_bytes()[:5] == b"PGDMP"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    without = {**environment(url), "PATH": str(tmp_path)}
    assert_one_line(run_command("backup", str(tmp_path / "other"), env=without), "pg_dump")


def test_the_doctor_finds_a_well_installation_well(run: Run) -> None:
    with Mailbox() as mailbox:
        done = run("doctor", FIRSTHAND_SMTP_URL=mailbox.url)
    assert done.returncode == 0, done.stdout
    for word in ("Python", sqlite3.sqlite_version, "mail"):
        assert word in done.stdout


def test_the_doctor_names_what_is_wrong_and_no_secret(database_url: str) -> None:
    secrets = {
        "FIRSTHAND_SECRET_KEY": "a-secret-that-nobody-may-read-0123456789",
        "FIRSTHAND_SMTP_URL": f"smtp://user:the-password@127.0.0.1:{free_port()}",
    }
    done = run_command("doctor", env=environment(database_url, **secrets))
    assert done.returncode == 1
    assert "mail" in done.stdout
    assert "a-secret-that" not in done.stdout + done.stderr
    assert "the-password" not in done.stdout + done.stderr


def test_the_doctor_sees_missing_settings_and_an_old_schema(tmp_path: Path) -> None:
    bare = run_command("doctor", env={"PATH": os.environ["PATH"]})
    assert bare.returncode == 1
    assert "FIRSTHAND_DATABASE_URL" in bare.stdout
    old = run_command("doctor", env=environment(f"sqlite:///{tmp_path}/firsthand.db"))
    assert old.returncode == 1
    assert "firsthand migrate" in old.stdout


def _rows(file: Path) -> dict[str, list[object]]:
    with sqlite3.connect(file) as database:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        found = {n: sorted(database.execute(f'SELECT * FROM "{n}"'), key=repr) for n in names}  # noqa: S608
    database.close()
    return found


def test_help_names_every_command() -> None:
    done: subprocess.CompletedProcess[str] = run_command("--help", env=dict(os.environ))
    commands = "demo serve migrate account token event attendees badges ties export backup doctor"
    for name in commands.split():
        assert f"\n  {name} " in done.stdout
