"""A consistent copy of the database while others write."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from firsthand.db import Database
from firsthand.problems import Refused


def back_up(url: str, file: Path) -> None:
    """SQLite's online backup, checked and on the disk when this returns; else pg_dump.

    Raises Refused when the file is there already or the copy cannot be made, OSError.
    """
    db = Database(url)
    db.close()
    if db.is_sqlite and not db.file.exists():
        raise Refused(f"There is no database at {db.file}.")
    try:
        # Everything that is private stands in it: only who runs this may read it.
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Refused(f"{file} is there already. A backup never replaces a file.") from None
    try:
        if db.is_sqlite:
            _copy_sqlite(db.file, file)
        else:
            _dump_postgresql(db.url, file)
        _sync(file)
        _sync(file.absolute().parent)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _copy_sqlite(database: Path, copy: Path) -> None:
    # Read-only: it takes one snapshot, neither writes nor checkpoints, and holds nobody up.
    address = f"file:{quote(str(database.absolute()))}?mode=ro"
    try:
        with (
            contextlib.closing(sqlite3.connect(address, uri=True)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            # One file, without another beside it that somebody could forget to take along.
            target.execute("PRAGMA journal_mode=DELETE")
            [verdict, *_] = target.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as problem:
        raise Refused(f"The database could not be copied: {problem}.") from None
    if verdict != "ok":
        raise Refused(f"The copy is not sound: {verdict}")


def _dump_postgresql(url: URL, copy: Path) -> None:
    pg_dump = shutil.which("pg_dump")
    if pg_dump is None:
        raise Refused("pg_dump is not installed here; use it where PostgreSQL runs.")
    # The password goes by the environment: everybody on the machine can read arguments.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    address = _without_password(url).render_as_string()
    command = [pg_dump, "--format=custom", f"--file={copy}", address]
    done = subprocess.run(  # noqa: S603  # nosec B603  # no shell, our own arguments
        command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
        raise Refused(f"pg_dump failed: {said}")


def _without_password(url: URL) -> URL:
    # URL.set leaves out what is None, so it cannot take a password away.
    return URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=url.query,
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
