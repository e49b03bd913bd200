"""The production server as a process of its own, as an organiser would run it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

SECRET_KEY = "a key for tests that guards nothing"
_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server_environment(database_url: str, port: int, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "FIRSTHAND_DATABASE_URL": database_url,
        "FIRSTHAND_BASE_URL": f"http://127.0.0.1:{port}",
        "FIRSTHAND_SECRET_KEY": SECRET_KEY,
        "FIRSTHAND_PORT": str(port),
        **more,
    }


@contextmanager
def running_server(database_url: str, port: int, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """``firsthand serve``, ready; stopped at the end."""
    command = [sys.executable, "-m", "firsthand.cli", "serve"]
    environment = server_environment(database_url, port, **more)
    with subprocess.Popen(command, env=environment) as server:
        try:
            wait_until_ready(server, port)
            yield server
        finally:
            server.terminate()
            server.wait(_SECONDS)


def wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    """Raises TimeoutError, or RuntimeError if the server has ended instead."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server has ended with {server.returncode}")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            # Nothing listens yet: there is no event to wait for but trying again.
            time.sleep(0.05)
    raise TimeoutError("the server did not become ready")
