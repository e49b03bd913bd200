"""Running the server: granian, one worker on SQLite."""

import os
from collections.abc import Mapping
from pathlib import Path

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from firsthand.assets import Assets
from firsthand.migrations import is_current
from firsthand.settings import Settings, SettingsProblem


def check_ready(settings: Settings) -> None:
    """What would fail later is said before the start. Raises SettingsProblem, AssetsMissing."""
    Assets.load()
    if settings.database_url.startswith("sqlite") and settings.workers > 1:
        raise SettingsProblem(
            "FIRSTHAND_WORKERS must be 1 on SQLite: one process writes. "
            "For more, use PostgreSQL and several servers behind a proxy"
        )
    if not is_current(settings.database_url):
        raise SettingsProblem("The database is not up to date. Run: firsthand migrate")


def serve(
    settings: Settings,
    *,
    target: str = "firsthand.asgi:create",
    certificate: tuple[Path, Path] | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Runs until it is told to stop; ``certificate`` is the files of certificate and key."""
    os.environ.update(environment or {})
    certificate_file, key_file = certificate or (None, None)
    Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.asyncio,
        websockets=False,
        log_level=LogLevels.warning,
        factory=True,
        # Waiting requests cost little; turning phones of a whole hall away costs scans.
        backlog=4096,
        backpressure=4096,
        ssl_cert=certificate_file,
        ssl_key=key_file,
        workers_kill_timeout=10,
    ).serve()
