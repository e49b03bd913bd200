"""What is well with this installation and what is not."""

import os
import platform
import smtplib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.orm import Session

from firsthand import __version__
from firsthand.assets import Assets, AssetsMissing
from firsthand.badges.faces import ALPHABETIC
from firsthand.db import Database
from firsthand.migrations import is_current
from firsthand.settings import Settings, SettingsProblem, read_settings

# Before this, connections that write and checkpoint at once could lose committed data; Firsthand
# keeps to one writer that also checkpoints. https://sqlite.org/wal.html
_WAL_RESET_MENDED = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    well: bool
    words: str


def examine() -> list[Finding]:
    """Everything that can be told without changing anything; never a secret's value."""
    findings = [
        Finding(True, f"Firsthand {__version__}, Python {platform.python_version()}"),
        _sqlite_version(),
        _try("the browser part is built", Assets.load, AssetsMissing),
        _fonts(),
    ]
    try:
        settings = read_settings()
    except SettingsProblem as problem:
        return [*findings, Finding(False, str(problem))]
    findings.append(Finding(True, f"settings are complete; at {settings.base_url}"))
    if settings.smtp_url:
        findings.append(_try("the mail server answers", lambda: _greet(settings), OSError))
    else:
        words = "no FIRSTHAND_SMTP_URL: people sign in by links from firsthand account link"
        findings.append(Finding(True, words))
    return [*findings, *_database(settings)]


def _sqlite_version() -> Finding:
    if sqlite3.sqlite_version_info >= _WAL_RESET_MENDED:
        return Finding(True, f"SQLite {sqlite3.sqlite_version}")
    return Finding(
        True,
        f"SQLite {sqlite3.sqlite_version} has the WAL-reset bug (mended in 3.51.3); "
        "Firsthand's single writer avoids it: let no other program write to the file",
    )


def _fonts() -> Finding:
    """They come in packages, which an installation could lack."""
    try:
        missing = [face.name for face in ALPHABETIC if not face.characters]
    except (OSError, ModuleNotFoundError) as problem:
        return Finding(False, f"a font for badges is missing: {problem}")
    if missing:
        return Finding(False, f"fonts for badges are empty: {', '.join(missing)}")
    return Finding(True, "the badges' fonts are there")


def _database(settings: Settings) -> list[Finding]:
    db = Database(settings.database_url)
    try:
        if db.is_sqlite and not os.access(db.file.parent, os.W_OK):
            return [Finding(False, f"{db.file.parent} cannot be written to")]
        if not is_current(settings.database_url):
            return [Finding(False, "the database is not up to date: firsthand migrate")]
        version = db.read_now(_version)
    except Exception as problem:
        # Whatever a driver raises: the doctor tells it in one line.
        return [Finding(False, f"the database does not answer: {str(problem).splitlines()[0]}")]
    finally:
        db.close()
    return [Finding(True, f"the database answers and is up to date: {version}")]


def _version(session: Session) -> str:
    if session.get_bind().dialect.name == "sqlite":
        return f"SQLite {session.scalar(text('SELECT sqlite_version()'))}"
    return f"PostgreSQL {session.scalar(text('SHOW server_version'))}"


def _greet(settings: Settings) -> None:
    parts = urlsplit(settings.smtp_url or "")
    secure = parts.scheme == "smtps"
    server = smtplib.SMTP_SSL if secure else smtplib.SMTP
    with server(parts.hostname or "", parts.port or (465 if secure else 25), timeout=5):
        pass


def _try(words: str, look: Callable[[], object], problems: type[Exception]) -> Finding:
    try:
        look()
    except problems as problem:
        return Finding(False, f"not so: {words} ({problem})")
    return Finding(True, words)
