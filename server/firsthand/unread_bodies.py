"""A request that is refused before its body has been read leaves its connection usable."""

import asyncio
import contextlib

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, ReceiveMessage, Scope, Send

# More than this is not worth taking in only to throw it away: the connection ends instead.
_MOST = 1_000_000
_SECONDS = 2.0
_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS"}


class UnreadBodies:
    """Reads what is left of a body before the answer begins, or says that the connection ends.

    The server closes a connection on which a body was left unread; a client that keeps it open
    then loses its next request, and a proxy answers that with 502 (RFC 9112, 9.6).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] in _WITHOUT_BODY:
            await self._app(scope, receive, send)
            return
        body = _Body(scope, receive)

        async def send_when_read(message: Message) -> None:
            if message["type"] == "http.response.start" and not body.is_read:
                await body.throw_away()
                if not body.is_read:
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        await self._app(scope, body.receive, send_when_read)


class _Body:
    """How far a request's body has been read, whoever reads it."""

    def __init__(self, scope: HTTPScope, receive: Receive) -> None:
        self._receive = receive
        self._announced = _announced(scope)
        self.is_read = False

    async def receive(self) -> ReceiveMessage:
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self.is_read = True
        return message

    async def throw_away(self) -> None:
        if self._announced > _MOST:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS):
                await self._read_rest()

    async def _read_rest(self) -> None:
        size = 0
        while not self.is_read and size <= _MOST:
            message = await self.receive()
            if message["type"] == "http.request":
                size += len(message.get("body", b""))


def _announced(scope: HTTPScope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
