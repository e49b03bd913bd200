"""A line of the log for each request that is refused: who is not let in, where (ASVS 5.0, 16.3.2).

Which route and which account, and nothing that was sent: a path may hold what opens something.
"""

import logging

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from firsthand.requests import asker_of

log = logging.getLogger("firsthand.refusals")
# Not signed in, not allowed, not there or not theirs, too many tries.
_REFUSED = {401, 403, 404, 429}


class RefusalLog:
    """Around all that answers, so that it matters nowhere by whom something is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return

        async def tell_and_send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _REFUSED:
                _tell(scope, message["status"])
            await send(message)

        await self._app(scope, receive, tell_and_send)


def _tell(scope: HTTPScope, status: int) -> None:
    route = scope.get("path_template")
    if route:
        account = asker_of(scope) or "nobody"
        log.info("refused: %s %s, %d, account %s", scope["method"], route, status, account)
    elif status != 404:  # what was never here is asked for all day, and is nobody's
        log.info("refused before any route, %d", status)
