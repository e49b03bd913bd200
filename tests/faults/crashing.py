"""``firsthand serve`` in processes that end without warning and come again."""

import subprocess
import sys
from collections.abc import Mapping

import psutil

from tests.faults.world import BASE_URL
from tests.live import free_port, server_environment, wait_until_ready

_SECONDS = 30


class CrashingServer:
    """A server on a port of its own, always the same one."""

    def __init__(self, database_url: str, environment: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        more = {"FIRSTHAND_BASE_URL": BASE_URL, "FIRSTHAND_LOG_LEVEL": "error"}
        self._environment = server_environment(
            database_url, self.port, **more, **(environment or {})
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, quietly: bool = False) -> "CrashingServer":
        """Returns when it is ready. ``quietly`` drops what it says of faults that are made here."""
        command = [sys.executable, "-m", "firsthand.cli", "serve"]
        self._process = subprocess.Popen(
            command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if quietly else None,
        )
        wait_until_ready(self._process, self.port)
        return self

    def kill9(self) -> None:
        """SIGKILL to all of its processes at once, whatever they are doing."""
        assert self._process is not None
        parent = psutil.Process(self._process.pid)
        parent.suspend()  # else it could start new children meanwhile
        family = [*parent.children(recursive=True), parent]
        for each in family:
            each.kill()
        self._process.wait()
        psutil.wait_procs(family, timeout=_SECONDS)
        self._process = None

    def stop(self) -> None:
        """In order, as at an update; nothing if it is down."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_SECONDS)
            self._process = None
