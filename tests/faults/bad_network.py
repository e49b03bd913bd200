"""A TCP proxy that is a bad Wi-Fi: delays, cuts, resets in the middle of an answer, a black hole.

What befalls a connection is drawn from a seed when it is made: the n-th connection of a run meets
the same fault in every replay.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

_CHUNK = 65_536
# Closing with this sends a reset, and drops what is still on its way.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Fault(StrEnum):
    NONE = "none"
    REFUSED = "refused"  # closed before a byte went either way
    REQUEST_CUT = "request cut"  # the server gets the beginning of a request only
    REPLY_RESET = "reply reset"  # the client gets the beginning of a reply, then a reset
    REPLY_LOST = "reply lost"  # the server has done it, the client hears nothing of it
    BLACK_HOLE = "black hole"  # nothing comes back, and nobody says so


_Way: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class _Plan:
    """``after`` is how many bytes of the faulty direction still pass."""

    fault: Fault
    after: int


class BadNetwork:
    """Listens on ``port`` and passes on to ``upstream``; runs on a thread of its own.

    ``delay`` is what each direction takes, in seconds. ``faults(n)`` says what the n-th connection
    meets; ``met`` counts what has happened.
    """

    def __init__(
        self, upstream: int, rng: random.Random, delay: float, faults: Callable[[int], Fault]
    ) -> None:
        self.met: Counter[Fault] = Counter()
        self.port = 0
        self._upstream = upstream
        self._rng = rng
        self._delay = delay
        self._faults = faults
        self._connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._connections += 1
        plan = _Plan(self._faults(self._connections), self._rng.choice((0, 40, 200, 1_000)))
        writers = [writer]
        try:
            # A connection is made by one round trip before a byte of it travels.
            await asyncio.sleep(2 * self._delay)
            if plan.fault is Fault.REFUSED:
                self.met[plan.fault] += 1
                return
            answers, upstream = await asyncio.open_connection("127.0.0.1", self._upstream)
            writers.append(upstream)
            await self._carry((reader, upstream), (answers, writer), plan)
        except OSError:
            pass  # nobody listens upstream just now: to the client that is one more cut
        finally:
            for each in writers:
                each.close()

    async def _carry(self, up: _Way, down: _Way, plan: _Plan) -> None:
        """Until one of the two directions has ended."""
        tasks: list[asyncio.Task[None]] = []
        ends = []
        for (reader, writer), upwards in ((up, True), (down, False)):
            on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
            tasks.append(asyncio.create_task(self._take_in(reader, on_the_way)))
            ends.append(asyncio.create_task(self._hand_out(on_the_way, writer, plan, upwards)))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks + ends:
                task.cancel()
            await asyncio.gather(*tasks, *ends, return_exceptions=True)

    async def _take_in(
        self, reader: asyncio.StreamReader, on_the_way: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        loop = asyncio.get_running_loop()
        data = b"..."
        while data:
            try:
                data = await reader.read(_CHUNK)
            except ConnectionError:
                data = b""
            on_the_way.put_nowait((loop.time() + self._delay, data))

    async def _hand_out(
        self,
        on_the_way: "asyncio.Queue[tuple[float, bytes]]",
        writer: asyncio.StreamWriter,
        plan: _Plan,
        upwards: bool,
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await on_the_way.get()
            await asyncio.sleep(due - loop.time())
            if not data or not await self._deliver(writer, data, plan, upwards):
                return

    async def _deliver(
        self, writer: asyncio.StreamWriter, data: bytes, plan: _Plan, upwards: bool
    ) -> bool:
        """Pass on what the plan lets through; whether the connection lives on."""
        faulty = plan.fault is Fault.REQUEST_CUT if upwards else plan.fault in _OF_REPLIES
        passing = data[: plan.after] if faulty else data
        if passing:
            writer.write(passing)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
        if not faulty:
            return True
        plan.after -= len(passing)
        if len(passing) == len(data):
            return True
        self.met[plan.fault] += 1
        if plan.fault is Fault.BLACK_HOLE:
            await asyncio.Event().wait()
        if plan.fault is Fault.REPLY_RESET:
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            writer.transport.abort()
        return False


_OF_REPLIES = {Fault.REPLY_RESET, Fault.REPLY_LOST, Fault.BLACK_HOLE}


@contextlib.contextmanager
def bad_network(
    upstream: int,
    rng: random.Random,
    *,
    round_trip: float,
    faults: Callable[[int], Fault] = lambda _: Fault.NONE,
) -> Iterator[BadNetwork]:
    """``round_trip`` in seconds."""
    network = BadNetwork(upstream, rng, round_trip / 2, faults)
    network.start()
    try:
        yield network
    finally:
        network.stop()
