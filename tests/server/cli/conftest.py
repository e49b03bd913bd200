"""The command line as people run it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.live import server_environment
from tests.server.house import House

SECONDS = 60

Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(database_url: str, **more: str) -> dict[str, str]:
    """The settings of a server, without what the machine's own environment may hold of them."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith("FIRSTHAND_")}
    whole = server_environment(database_url, 8000, **more)
    return {**mine, **{k: v for k, v in whole.items() if k.startswith("FIRSTHAND_")}}


def run_command(
    *arguments: str, env: dict[str, str], cwd: str | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "firsthand.cli", *arguments]
    return subprocess.run(
        command, env=env, cwd=cwd, capture_output=True, text=True, timeout=SECONDS, check=False
    )


@pytest.fixture
def run(house: House) -> Run:
    """``run("token", "add", ...)`` on the house's database; keywords are further settings."""
    url = house.settings.database_url

    def command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return run_command(*arguments, env=environment(url, **settings))

    return command


@pytest.fixture
def run_well(run: Run) -> Callable[..., str]:
    """The same, for what must succeed; answers its standard output."""

    def command(*arguments: str, **settings: str) -> str:
        done = run(*arguments, **settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return command


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with 1 and said why in one line."""
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]
