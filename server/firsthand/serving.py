"""Running the server: granian, one worker on SQLite."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from firsthand.assets import Assets, templates_folder
from firsthand.migrations import is_current
from firsthand.settings import Settings, SettingsProblem

# Waiting requests cost little; turning phones of a whole hall away costs scans. Phones keep their
# connections open, and one above this would wait for another to close.
_MOST_CONNECTIONS = 65_536
_BACKLOG = 4096
# What a stopping server gives to the requests under way.
_SECONDS_TO_STOP = 10


def check_ready(settings: Settings) -> None:
    """What would fail later is said before the start. Raises SettingsProblem, AssetsMissing."""
    Assets.load()
    templates_folder()
    if settings.database_url.startswith("sqlite") and settings.workers > 1:
        raise SettingsProblem(
            "FIRSTHAND_WORKERS must be 1 on SQLite: one process writes. "
            "For more, use PostgreSQL and several servers behind a proxy"
        )
    if not is_current(settings.database_url):
        raise SettingsProblem("The database is not up to date. Run: firsthand migrate")
    check_address(settings)


def check_address(settings: Settings) -> None:
    """Whether nobody else listens there. Raises SettingsProblem."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as problem:
        raise SettingsProblem(
            f"The server cannot listen on {settings.host}:{settings.port}: {problem.strerror}"
        ) from None


def serve(
    settings: Settings,
    *,
    target: str = "firsthand.asgi:create",
    certificate: tuple[Path, Path] | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Runs until it is told to stop; ``certificate`` is the files of certificate and key."""
    if environment is not None:
        # The server's processes read the environment; what the shell has set is for another one.
        for name in [name for name in os.environ if name.startswith("FIRSTHAND_")]:
            del os.environ[name]
        os.environ.update(environment)
    certificate_file, key_file = certificate or (None, None)
    Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        # Its own news of processes coming and going is for who works on granian.
        log_level=LogLevels.warning,
        log_dictconfig=_log_config(settings.log_level),
        factory=True,
        backlog=_BACKLOG,
        backpressure=_MOST_CONNECTIONS,
        ssl_cert=certificate_file,
        ssl_key=key_file,
        workers_kill_timeout=_SECONDS_TO_STOP,
    ).serve()


def _log_config(level: str) -> dict[str, Any]:
    """One line a record, on standard error.

    Only our own loggers follow the level: what libraries say in detail (SQL with its values, whole
    requests) would put secrets into the log.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "firsthand.log_lines.LogLines",
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "WARNING", "handlers": ["console"]},
        "loggers": {"firsthand": {"level": level.upper()}, "_granian": {}},
    }
