"""A small load generator: keep-alive connections that speak just enough HTTP/1.1."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Body = Callable[[int], tuple[bytes, bytes]]  # number of the request -> extra headers, body


@dataclass(slots=True)
class Outcome:
    """``seconds`` of each answer, in order of arrival; ``elapsed`` of the whole run."""

    elapsed: float = 0.0
    seconds: list[float] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        return len(self.seconds) / self.elapsed

    def milliseconds(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, method: bytes, path: bytes, headers: bytes, body: bytes) -> bytes:
        self._writer.write(
            b"%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n%s\r\n"
            % (method, path, len(body), headers)
            + body
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        answer = await self._reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{path!r} answered {head.splitlines()[0]!r}: {answer[:300]!r}")
        return answer


async def _connect(port: int) -> _Connection:
    return _Connection(*await asyncio.open_connection("127.0.0.1", port))


async def saturate(
    port: int, method: bytes, path: bytes, body: Body, connections: int, seconds: float
) -> Outcome:
    """As many requests as the server takes over this many connections."""
    outcome = Outcome()
    number = 0
    start = time.perf_counter()

    async def work() -> None:
        nonlocal number
        connection = await _connect(port)
        while time.perf_counter() - start < seconds:
            number += 1
            headers, content = body(number)
            asked = time.perf_counter()
            await connection.ask(method, path, headers, content)
            outcome.seconds.append(time.perf_counter() - asked)

    await asyncio.gather(*(work() for _ in range(connections)))
    outcome.elapsed = time.perf_counter() - start
    return outcome


async def at_rate(
    port: int, method: bytes, path: bytes, body: Body, a_second: float, seconds: float
) -> Outcome:
    """Requests at a fixed rate whatever the answers take; each is timed from when it was due."""
    outcome = Outcome()
    idle: list[_Connection] = [await _connect(port) for _ in range(32)]
    start = time.perf_counter()

    async def ask(number: int, due: float) -> None:
        connection = idle.pop() if idle else await _connect(port)
        headers, content = body(number)
        await connection.ask(method, path, headers, content)
        outcome.seconds.append(time.perf_counter() - due)
        idle.append(connection)

    asked = []
    for number in range(int(a_second * seconds)):
        due = start + number / a_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asked.append(asyncio.create_task(ask(number, max(due, start))))
    await asyncio.gather(*asked)
    outcome.elapsed = time.perf_counter() - start
    return outcome
