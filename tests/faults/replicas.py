"""Replicas of the application, one database behind them all: in this process, or real ones."""

from contextlib import suppress
from typing import Any

import httpx

from firsthand.app import create_app
from firsthand.db import Database
from firsthand.settings import Settings
from tests.faults.crashing import CrashingServer
from tests.faults.world import BASE_URL
from tests.live import SECRET_KEY
from tests.server.house import AppTransport


class _Asked:
    """``db`` is there to make people with."""

    db: Database
    _client: httpx.Client

    def ask(
        self, token: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        return self._client.request(
            method, f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {token}"}
        )

    def all_items(self, token: str, path: str) -> list[dict[str, Any]]:
        """Every page of a list."""
        items: list[dict[str, Any]] = []
        following = ""
        while True:
            answer = self.ask(token, "GET", f"{path}?limit=100{following}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            items += page["items"]
            if page["next"] is None:
                return items
            following = f"&cursor={page['next']}"

    def restart(self) -> None:
        raise NotImplementedError


class Replica(_Asked):
    """One in this process; restarting it forgets whatever it had in memory."""

    def __init__(self, url: str) -> None:
        self._settings = Settings(database_url=url, base_url=BASE_URL, secret_key=SECRET_KEY)
        self._open()

    def _open(self) -> None:
        self.db = Database(self._settings.database_url)
        self._transport = AppTransport(create_app(self._settings, self.db))
        self._client = httpx.Client(transport=self._transport, base_url=BASE_URL)

    def restart(self) -> None:
        self.close()
        self._open()

    def close(self) -> None:
        with suppress(RuntimeError):
            self._client.close()
        self._transport.stop()
        self.db.close()


class ServedReplica(_Asked):
    """``firsthand serve``; restarting it is kill -9 and a new start."""

    def __init__(self, url: str) -> None:
        self.db = Database(url)
        self._server = CrashingServer(url).start()
        self._client = httpx.Client(base_url=self._server.address, timeout=30)

    def restart(self) -> None:
        address = self._client.base_url
        self._client.close()
        self._server.kill9()
        self._server.start()
        self._client = httpx.Client(base_url=address, timeout=30)

    def close(self) -> None:
        self._client.close()
        self._server.stop()
        self.db.close()
