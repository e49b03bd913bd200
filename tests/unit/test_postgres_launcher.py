import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.postgres import PostgresMissingError, PostgresServer, find_binaries, running_postgres

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


def test_a_database_is_a_copy_of_its_template(server: PostgresServer) -> None:
    original = server.create_database()
    with psycopg.connect(original) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    copy = server.create_database(original.rpartition("/")[2])
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_database_is_dropped_although_somebody_is_connected(server: PostgresServer) -> None:
    url = server.create_database()
    connection = psycopg.connect(url)
    server.drop_database(url)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()


def test_letters_have_cases_and_names_sort_by_code_point(server: PostgresServer) -> None:
    with psycopg.connect(server.create_database()) as connection:
        row = connection.execute("SELECT lower('É'), 'Z' < 'a', 'z' < 'É'").fetchone()
    assert row == ("é", True, True)


def test_what_was_committed_is_there_after_a_crash() -> None:
    with running_postgres(durable=True) as server:
        url = server.create_database()
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        server.kill9()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        server.restart()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_nothing_is_left_behind() -> None:
    with running_postgres() as server:
        family = psutil.Process(server.pid).children(recursive=True)
        folder = server.folder
    assert not folder.exists()
    assert not [each for each in family if each.is_running() and each.status() != "zombie"]


def test_nothing_is_left_behind_by_a_test_run_that_is_killed() -> None:
    program = """if True:
        from tests.postgres import running_postgres
        with running_postgres() as server:
            print(server.pid, server.folder, flush=True)
            input()
    """
    run = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert run.stdout is not None
    pid, folder = run.stdout.readline().split()
    postmaster = psutil.Process(int(pid))
    run.send_signal(signal.SIGKILL)
    # The watchdog shares the run's standard output: it ends when the watchdog has done its work.
    run.communicate(timeout=30)
    assert not Path(folder.decode()).exists()
    assert not postmaster.is_running() or postmaster.status() == "zombie"


def test_a_machine_without_postgresql_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(Path, "glob", lambda folder, pattern: iter(()))
    with pytest.raises(PostgresMissingError, match="apt-get install postgresql"):
        find_binaries()
