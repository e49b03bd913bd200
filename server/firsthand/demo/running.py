"""``firsthand demo``: a database with a conference in it, and a server for it."""

from pathlib import Path

import click

from firsthand.assets import Assets
from firsthand.db import Database
from firsthand.demo.certificate import certificate_for, lan_address
from firsthand.demo.doors import DOORS
from firsthand.demo.seed import seed_demo
from firsthand.migrations import upgrade
from firsthand.serving import check_address, serve
from firsthand.settings import read_settings

_FILE = "demo.sqlite3"
# They guard nothing: whoever reaches the demo may sign in as anybody in it.
_SECRET = "the demo has nothing to hide, and everybody is invented"  # noqa: S105  # nosec B105


def run_demo(folder: Path, port: int, *, lan: bool) -> None:
    """Serve the demo until it is stopped. Raises AssetsMissing, OSError."""
    Assets.load()
    host = lan_address() if lan else "127.0.0.1"
    folder.mkdir(parents=True, exist_ok=True)
    base_url = f"{'https' if lan else 'http'}://{host}:{port}"
    environment = {
        "FIRSTHAND_DATABASE_URL": f"sqlite:///{folder.absolute() / _FILE}",
        "FIRSTHAND_BASE_URL": base_url,
        "FIRSTHAND_SECRET_KEY": _SECRET,
        "FIRSTHAND_HOST": host,
        "FIRSTHAND_PORT": str(port),
        "FIRSTHAND_LOG_LEVEL": "warning",
    }
    settings = read_settings(environment)
    check_address(settings)
    upgrade(settings.database_url)
    db = Database(settings.database_url)
    try:
        click.echo("Making a conference of 300 people ...")
        seed_demo(db, settings)
    finally:
        db.close()
    click.echo(_welcome(base_url, folder))
    serve(
        settings,
        target="firsthand.asgi:create_demo",
        certificate=certificate_for(folder, host) if lan else None,
        environment=environment,
    )


def _welcome(base_url: str, folder: Path) -> str:
    doors = [f"  {door.name}, {door.role}:\n    {base_url}/demo/{door.key}" for door in DOORS]
    lines = [f"\nThe demo is at {base_url}", "Look around as", *doors]
    if base_url.startswith("https"):
        lines += [
            "The browser warns of the certificate, which was made here: go on regardless.",
            "To install the app or to open it without network, the phone must trust it:",
            f"  bring {folder / 'certificate.pem'} to the phone, as a CA certificate.",
        ]
    return "\n".join([*lines, "Stop it with Ctrl-C.\n"])
