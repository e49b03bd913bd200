"""``firsthand demo``: a database with a conference in it, and a server for it."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.assets import Assets, templates_folder
from firsthand.db import Database, now
from firsthand.demo.certificate import lan_address, make_certificate
from firsthand.demo.doors import DOORS
from firsthand.demo.seed import SLUG, ZONE, fill, set_stage
from firsthand.demo.story import tell_story
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.migrations import is_current, upgrade
from firsthand.serving import serve
from firsthand.settings import read_settings

_FILE = "demo.sqlite3"
# They guard nothing: whoever reaches the demo may sign in as anybody in it.
_SECRET = "the demo has nothing to hide, and everybody is invented"  # noqa: S105


def run_demo(folder: Path, port: int, *, lan: bool) -> None:
    """Serve the demo until it is stopped. Raises AssetsMissing, OSError."""
    Assets.load()
    templates_folder()
    host = lan_address() if lan else "127.0.0.1"
    folder.mkdir(parents=True, exist_ok=True)
    certificate = make_certificate(folder, host) if lan else None
    base_url = f"{'https' if lan else 'http'}://{host}:{port}"
    file = folder.absolute() / _FILE
    make_conference(file, base_url)
    environment = {
        "FIRSTHAND_DATABASE_URL": f"sqlite:///{file}",
        "FIRSTHAND_BASE_URL": base_url,
        "FIRSTHAND_SECRET_KEY": _SECRET,
        "FIRSTHAND_HOST": host,
        "FIRSTHAND_PORT": str(port),
    }
    click.echo(_welcome(base_url))
    serve(
        read_settings(environment),
        target="firsthand.asgi:create_demo",
        certificate=certificate,
        environment=environment,
    )


def make_conference(file: Path, base_url: str) -> None:
    """A fresh one, unless the one that is there still goes on."""
    if _goes_on(file):
        return
    click.echo("Making a conference of 300 people...")
    part = file.with_name(f"new-{file.name}")
    _remove(part)
    upgrade(f"sqlite:///{part}")
    db = Database(f"sqlite:///{part}")
    try:
        stage = set_stage(db, base_url)
        fill(stage)
        tell_story(stage)
    finally:
        db.close()
    _remove(file)
    part.rename(file)


def _goes_on(file: Path) -> bool:
    url = f"sqlite:///{file}"
    if not is_current(url):
        return False
    db = Database(url)
    try:
        ends = db.read_now(_last_day)
    finally:
        db.close()
    return ends is not None and local_day(now(), ZoneInfo(ZONE)) <= ends


def _last_day(session: Session) -> date | None:
    return session.scalar(select(Event.ends).where(Event.slug == SLUG))


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm", ".lock"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _welcome(base_url: str) -> str:
    doors = [f"  {door.name}, {door.role}:\n    {base_url}/demo/{door.key}" for door in DOORS]
    lines = [f"\nThe demo is at {base_url}", "Look around as", *doors]
    if base_url.startswith("https"):
        lines.append("The browser warns of the certificate, which was made here: go on regardless.")
    return "\n".join([*lines, "Stop it with Ctrl-C.\n"])
