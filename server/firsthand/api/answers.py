"""What the JSON API's calls share: problem details, lists, signed cursors."""

import base64
import hashlib
import hmac
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar import Response

from firsthand.problems import Invalid, Refused

T = TypeVar("T")
MOST_A_PAGE = 100
USUAL_PAGE = 50


class ItemList(msgspec.Struct, Generic[T]):
    """One page of a list; ``next`` is the cursor of the one after it, or null."""

    items: list[T]
    next: str | None = None


def problem(status: int, title: str, detail: str, **more: Any) -> Response[bytes]:
    """An answer of RFC 9457."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )


def refused(refusal: Refused) -> Response[bytes]:
    more = {"fields": refusal.fields} if refusal.fields else {}
    return problem(refusal.status, refusal.title, refusal.detail, **more)


class Cursors:
    """Where the next page starts: signed, and good only for the same owner and the same query."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(f"cursor\0{secret_key}".encode()).digest()

    def make(self, owner_id: UUID, query: str, position: list[Any]) -> str:
        body = msgspec.json.encode(position)
        return base64.urlsafe_b64encode(self._sign(owner_id, query, body) + body).decode()

    def read(self, owner_id: UUID, query: str, cursor: str | None) -> list[Any] | None:
        """The position, or None for the first page. Raises Invalid for a cursor not made so."""
        if not cursor:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii"))
        except ValueError:
            raw = b""
        signature, body = raw[:16], raw[16:]
        if len(cursor) > 1000 or not hmac.compare_digest(
            signature, self._sign(owner_id, query, body)
        ):
            message = "This cursor was not made for this list. Start from the first page."
            raise Invalid(message, {"cursor": message})
        position: list[Any] = msgspec.json.decode(body)
        return position

    def _sign(self, owner_id: UUID, query: str, body: bytes) -> bytes:
        signed = b"\0".join([owner_id.bytes, query.encode(), body])
        return hmac.digest(self._key, signed, hashlib.sha256)[:16]


def page_size(limit: int | None) -> int:
    """Checked ``limit``. Raises Invalid."""
    if limit is None:
        return USUAL_PAGE
    if not 1 <= limit <= MOST_A_PAGE:
        message = f"limit is a number from 1 to {MOST_A_PAGE}."
        raise Invalid(message, {"limit": message})
    return limit
