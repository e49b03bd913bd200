"""A PostgreSQL of the tests' own: made in a temporary folder, gone when they end.

One server for each process that runs tests. It starts in about a second, and a database from a
template in some 20 ms, so that workers need share nothing.
"""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
from psycopg import sql

from tests.memory import memory_folder

_USER = "firsthand"
_SECONDS_TO_START = 30
_SECONDS_TO_STOP = 30
# Outlives a test run that is killed: when nobody holds its standard input any more, it ends the
# server and removes the folder. A stopped server has no postmaster.pid left.
_WATCHDOG = """
cat >/dev/null
if pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null); then
  kill -QUIT "$pid" 2>/dev/null
  for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
fi
rm -rf "$1"
"""


class PostgresMissingError(RuntimeError):
    """This machine has no PostgreSQL to start."""


class PostgresServer:
    """A server on a free loopback port.

    ``durable`` makes it survive a power cut (fsync), as in production; tests are faster without.
    ``options`` are further settings of the server, such as ``{"max_connections": "20"}``.
    """

    def __init__(self, *, durable: bool = False, options: Mapping[str, str] | None = None) -> None:
        self._binaries = find_binaries()
        self._names = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        owner = _unprivileged()
        self._user = owner.pw_uid if owner else None
        self._group = owner.pw_gid if owner else None
        self._groups: list[int] | None = [] if owner else None
        # As root, TMPDIR may be a folder that the server's own user cannot enter.
        disk = "/tmp" if owner else None  # noqa: S108 (the folder inside gets a random name)
        where = disk if durable else memory_folder() or disk
        self.folder = Path(tempfile.mkdtemp(prefix="firsthand-postgres-", dir=where))
        if owner:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self.watchdog = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHDOG, "watchdog", str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self.port = 0
        self._options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "32MB",
            "timezone": "UTC",
        }
        if not durable:
            self._options |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
            }
        self._options |= options or {}

    @property
    def pid(self) -> int:
        """Of the postmaster. Raises RuntimeError while the server is down."""
        return self._running().pid

    def start(self) -> None:
        """Start it (again) on its port; returns when it answers. Raises RuntimeError."""
        if not (self.folder / "data").exists():
            self._make_cluster()
        first_port = self.port
        for _ in range(3):
            self.port = first_port or _free_port()
            self._process = self._spawn()
            if self._becomes_ready(self._process):
                return
            self._process = None
            if first_port or "Address already in use" not in self._log():
                break
        raise RuntimeError(f"PostgreSQL did not start:\n{self._log()[-2000:]}")

    def stop(self) -> None:
        """Shut it down in order, dropping whoever is connected; the data stays."""
        process, self._process = self._running(), None
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(_SECONDS_TO_STOP)

    def restart(self) -> None:
        """Stop it, unless it is down already, and start it on the same port and data."""
        if self._process:
            self.stop()
        self.start()

    def kill9(self) -> None:
        """End every process of the server without warning, as a crash of the machine does."""
        process, self._process = self._running(), None
        parent = psutil.Process(process.pid)
        parent.suspend()  # else it would start new children while the others are counted
        family = [*parent.children(recursive=True), parent]
        for each in family:
            each.kill()
        process.wait()
        psutil.wait_procs(family, timeout=_SECONDS_TO_STOP)

    def close(self) -> None:
        """Stop it and remove its folder."""
        if self._process:
            self.stop()
        self.watchdog.communicate()

    def create_database(self, template: str | None = None) -> str:
        """Make a database, empty or a copy of the named one, and return its ``postgresql://`` URL.

        Nobody may be connected to the template.
        """
        name = f"test_{next(self._names)}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database of this URL, whoever is still connected to it."""
        name = urlsplit(url).path.removeprefix("/")
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, database: str) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("This PostgreSQL is not running.")
        return self._process

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _make_cluster(self) -> None:
        # C sorts as Python does; UTF-8's letters still have cases.
        done = subprocess.run(
            [
                self._binaries / "initdb",
                f"--pgdata={self.folder / 'data'}",
                f"--username={_USER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--lc-collate=C",
                "--lc-ctype=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            cwd=self.folder,
            env=_clean_environment(),
            user=self._user,
            group=self._group,
            extra_groups=self._groups,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout[-2000:]}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        command: list[str | Path] = [
            self._binaries / "postgres",
            "-D",
            self.folder / "data",
            "-p",
            str(self.port),
        ]
        for name, value in self._options.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=_clean_environment(),
                user=self._user,
                group=self._group,
                extra_groups=self._groups,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _becomes_ready(self, process: subprocess.Popen[bytes]) -> bool:
        give_up_at = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < give_up_at:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return True
            except psycopg.OperationalError:
                try:
                    process.wait(0.02)
                    return False
                except subprocess.TimeoutExpired:
                    continue
        process.kill()
        process.wait()
        return False

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def running_postgres(
    *, durable: bool = False, options: Mapping[str, str] | None = None
) -> Iterator[PostgresServer]:
    """A server that is ready, and gone afterwards. Raises PostgresMissingError."""
    server = PostgresServer(durable=durable, options=options)
    try:
        server.start()
        yield server
    finally:
        server.close()


def find_binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``. Raises PostgresMissingError."""
    folders = [Path(found).parent for found in [shutil.which("postgres")] if found]
    # Debian keeps them off the PATH, one folder a version.
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(asked.stdout.strip()))
    for folder in folders:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise PostgresMissingError(
        "The tests need PostgreSQL's programs (Debian: sudo apt-get install postgresql)."
    )


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root, which PostgreSQL refuses; None when we are not."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _clean_environment() -> dict[str, str]:
    # What the caller says to its own PostgreSQL (PGPORT, PGOPTIONS) is not for this one.
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
