"""A consistent copy of the database while others write."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import URL

from firsthand.db import Database
from firsthand.problems import Refused


def back_up(url: str, file: Path) -> None:
    """SQLite's online backup, checked and on the disk before it has its name; else pg_dump.

    Raises Refused when the file is there already or the copy cannot be made.
    """
    if file.exists():
        raise Refused(f"{file} is there already.")
    db = Database(url)
    db.close()
    unfinished = file.with_name(f"{file.name}.part")
    if db.is_sqlite:
        _copy_sqlite(db.file, unfinished)
    else:
        _dump_postgresql(db.url, unfinished)
    descriptor = os.open(unfinished, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    unfinished.rename(file)


def _copy_sqlite(database: Path, copy: Path) -> None:
    if not database.exists():
        raise Refused(f"There is no database at {database}.")
    source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    target = sqlite3.connect(copy)
    source.backup(target)
    target.execute("PRAGMA journal_mode=DELETE")
    [(verdict,)] = target.execute("PRAGMA integrity_check").fetchall()
    target.close()
    source.close()
    if verdict != "ok":
        copy.unlink()
        raise Refused(f"The copy is not sound: {verdict}")


def _dump_postgresql(url: URL, copy: Path) -> None:
    pg_dump = shutil.which("pg_dump")
    if pg_dump is None:
        raise Refused("pg_dump is not installed here; use it where PostgreSQL runs.")
    command = [pg_dump, "--format=custom", f"--file={copy}", _for_libpq(url)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603  # no shell, our own arguments
    if done.returncode:
        copy.unlink(missing_ok=True)
        raise Refused(f"pg_dump failed: {done.stderr.strip().splitlines()[-1]}")


def _for_libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
