"""A phone with its queue of scans: the browser's rules of batches and retries, in Python.

A scan waits until an answer of the server names it; whatever else comes (nothing, half an answer,
a refusal of the whole request) leaves it in the queue, and it is sent again under the same id.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from tests.faults.world import Person

BATCH = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """What the server has said of a scan."""

    meeting: str
    contact: str


class Phone:
    """``servers`` are the addresses of replicas: each request goes to any of them.

    ``first_wait`` is 2 s in the browser; shorter here, so that more happens in a short run.
    """

    def __init__(
        self,
        person: Person,
        servers: Sequence[str],
        rng: random.Random,
        *,
        first_wait: float = 0.03,
        longest_wait: float = 0.5,
        timeout: float = 3.0,
    ) -> None:
        self.person = person
        self.waiting: dict[str, dict[str, Any]] = {}
        self.safe: dict[str, Kept] = {}
        self.tried: dict[str, dict[str, Any]] = {}
        self.problems: list[str] = []
        self.statuses: Counter[int] = Counter()
        self._servers = servers
        self._rng = rng
        self._first_wait, self._longest_wait = first_wait, longest_wait
        self._failures = 0
        self._timeout = timeout
        self._client = self._connect()

    def scan(self, code: str, **more: Any) -> str:
        """Keep a scan in the queue; its id."""
        scan_id = str(UUID(int=self._rng.getrandbits(128), version=4))
        scan = {
            "id": scan_id,
            "code": code,
            "scanned_at": datetime.now(UTC).isoformat(),
            "sequence": len(self.tried),
            **more,
        }
        self.waiting[scan_id] = self.tried[scan_id] = scan
        return scan_id

    def send(self, scans: Sequence[dict[str, Any]], *, lose_reply: bool = False) -> bool:
        """One upload; whether an answer came that named a scan."""
        server = self._rng.choice(self._servers)
        body = {"device": "phone", "scans": scans}
        try:
            answer = self._client.post(f"{server}/api/v1/scans", json=body)
            self.statuses[answer.status_code] += 1
            results = answer.json()["results"] if answer.status_code == 200 else []
        except (httpx.TransportError, ValueError):
            return False
        if lose_reply:
            return False
        for result in results:
            self._judge(result)
        return bool(results)

    def drain(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Send everything, waiting longer after each failure; False if stopped before the end."""
        while self.waiting and not until():
            reached = self.send(list(self.waiting.values())[:BATCH])
            self._failures = 0 if reached else self._failures + 1
            if not reached:
                wait = min(self._first_wait * 2 ** (self._failures - 1), self._longest_wait)
                time.sleep(wait * self._rng.uniform(0.75, 1.25))
        return not self.waiting

    def hang_up(self) -> None:
        """The next request begins with a connection of its own, as after walking out of range."""
        self._client.close()
        self._client = self._connect()

    def close(self) -> None:
        self._client.close()

    def _connect(self) -> httpx.Client:
        # The shim of the power cut reads answers as they stand.
        headers = {"Authorization": f"Bearer {self.person.token}", "Accept-Encoding": "identity"}
        return httpx.Client(headers=headers, timeout=self._timeout)

    def _judge(self, result: dict[str, Any]) -> None:
        scan_id = result["id"]
        self.waiting.pop(scan_id, None)
        if result["outcome"] == "invalid":
            self.problems.append(f"{scan_id}: {result['problem']}")
            return
        kept = Kept(result["meeting"], result["contact"])
        if self.safe.setdefault(scan_id, kept) != kept:
            self.problems.append(f"{scan_id}: {self.safe[scan_id]}, and later {kept}")
