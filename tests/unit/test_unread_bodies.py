"""Whatever is refused, the connection is left as the next request needs it."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
from litestar.types import HTTPScope, Receive, Scope, Send

from firsthand.unread_bodies import UnreadBodies

REFUSAL: list[dict[str, Any]] = [
    {"type": "http.response.start", "status": 401, "headers": []},
    {"type": "http.response.body", "body": b"no", "more_body": False},
]


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    for message in REFUSAL:
        await send(cast(Any, dict(message)))


def ask(parts: Sequence[bytes], announced: int | None = None) -> tuple[list[dict[str, Any]], int]:
    """What was sent, and how many parts of the body were taken in; the body never ends by itself
    unless its last part is empty.
    """
    waiting = list(parts)
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        if not waiting:
            await asyncio.Event().wait()
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(body)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    scope = cast(HTTPScope, {"type": "http", "method": "POST", "headers": headers})
    asyncio.run(UnreadBodies(refuse)(scope, receive, send))
    return sent, len(parts) - len(waiting)


def closes(sent: list[dict[str, Any]]) -> bool:
    return (b"connection", b"close") in sent[0]["headers"]


def test_what_is_left_of_a_small_body_is_taken_in_before_the_answer() -> None:
    sent, taken = ask([b"x" * 1000] * 3 + [b""])

    assert [message["type"] for message in sent] == [each["type"] for each in REFUSAL]
    assert (taken, closes(sent)) == (4, False)


@pytest.mark.parametrize("announced", [5_000_000_000, 1_000_001])
def test_of_a_body_announced_as_large_nothing_is_taken_in(announced: int) -> None:
    sent, taken = ask([b"x" * 1000] * 3, announced)

    assert (taken, closes(sent)) == (0, True)


def test_a_body_that_does_not_end_is_given_up() -> None:
    sent, taken = ask([b"x" * 100_000] * 1000)

    assert taken < 20
    assert closes(sent)


def test_who_stops_sending_is_not_waited_for_long() -> None:
    sent, taken = ask([b"x"])

    assert taken == 1
    assert closes(sent)
