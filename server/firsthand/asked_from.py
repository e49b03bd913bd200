"""From where something is asked: it goes with a request to whatever the request writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AskedFrom:
    """What a request says of itself, unread; or ``words`` where there is no request."""

    user_agent: str = ""
    token_hash: str = ""
    words: str = ""


_THE_SERVER = AskedFrom(words="the server")
COMMAND_LINE = AskedFrom(words="the command line")
_asked_from: ContextVar[AskedFrom] = ContextVar("asked_from", default=_THE_SERVER)


def asked_from() -> AskedFrom:
    """Where what goes on now was asked for; the server itself where nobody asked."""
    return _asked_from.get()


@contextmanager
def asking(where: AskedFrom) -> Iterator[None]:
    """What begins within was asked for there."""
    before = _asked_from.set(where)
    try:
        yield
    finally:
        _asked_from.reset(before)
