"""Bodies in JSON, as clients really send them."""

import json
from typing import Any, NoReturn

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import SerializationException

_MAY_BE_HALF_A_PAIR = (b"\\ud", b"\\uD")


class OurRequest(Request[Any, Any, State]):
    """What is no JSON is told as that, whichever way it fails.

    Litestar lets through what msgspec says of bytes that are no UTF-8 and of bodies nested too
    deeply, as if it were a fault of ours.
    """

    async def json(self) -> Any:
        try:
            return await super().json()
        except SerializationException:
            body = await self.body()
            if not any(half in body for half in _MAY_BE_HALF_A_PAIR):
                raise
            return without_half_pairs(body)
        except (UnicodeDecodeError, RecursionError):
            raise SerializationException("this is no JSON in UTF-8") from None


def without_half_pairs(body: bytes) -> Any:
    r"""What the body holds, with a question mark for half of a surrogate pair.

    JavaScript writes a cut emoji as ``\ud83d`` (RFC 8259, 8.2): a name typed on a phone, or what
    a badge says. It must not jam the scans beside it. Raises SerializationException.
    """
    try:
        value = json.loads(body, parse_constant=_refuse)
        text = json.dumps(value, ensure_ascii=False)
        return msgspec.json.decode(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError) as problem:
        raise SerializationException(str(problem)) from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
