"""Lists in pages: where one starts, signed into a cursor, and where the next one does."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from firsthand.problems import Invalid

MOST_A_PAGE = 100
USUAL_PAGE = 50
_SIGNATURE = 16
_LONGEST_CURSOR = 1000

# What a list is sorted by, before its rows' ids.
Key = TypeVar("Key")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Key]):
    """One page asked for: the rows ``after`` a position, ``limit`` of them: one more than shown."""

    after: tuple[Key, UUID] | None
    limit: int
    _cursor_at: Callable[[tuple[Key, UUID]], str]

    def cut(
        self, rows: Sequence[Row], position: Callable[[Row], tuple[Key, UUID]]
    ) -> tuple[list[Row], str | None]:
        """The rows to show, and the cursor of the page after them if there is one."""
        shown = list(rows[: self.limit - 1])
        is_last = len(rows) < self.limit
        return shown, None if is_last else self._cursor_at(position(shown[-1]))


class Cursors:
    """Good only for the same owner and the same query.

    The first of the keys signs; the others are those that did before.
    """

    def __init__(self, secret_key: str, *old_secret_keys: str) -> None:
        self._keys = [
            hashlib.sha256(f"cursor\0{key}".encode()).digest()
            for key in (secret_key, *old_secret_keys)
        ]

    def page(
        self,
        owner_id: UUID,
        query: str,
        cursor: str | None,
        key: type[Key],
        size: int = USUAL_PAGE,
    ) -> Page[Key]:
        """The first page without a cursor. Raises Invalid for a cursor that was not made so."""
        after = self._read(owner_id, query, cursor, key) if cursor else None
        return Page(after, size + 1, lambda position: self._make(owner_id, query, position))

    def _make(self, owner_id: UUID, query: str, position: tuple[Key, UUID]) -> str:
        body = msgspec.json.encode(position)
        return base64.urlsafe_b64encode(
            self._sign(self._keys[0], owner_id, query, body) + body
        ).decode()

    def _read(self, owner_id: UUID, query: str, cursor: str, key: type[Key]) -> tuple[Key, UUID]:
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii"))
        except ValueError:
            raw = b""
        signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
        is_ours = any(
            hmac.compare_digest(signature, self._sign(key, owner_id, query, body))
            for key in self._keys
        )
        if len(cursor) > _LONGEST_CURSOR or not is_ours:
            message = "This cursor was not made for this list. Start from the first page."
            raise Invalid(message, {"cursor": message})
        position: tuple[Key, UUID] = msgspec.json.decode(body, type=tuple[key, UUID])  # type: ignore[valid-type]  # made at run time
        return position

    @staticmethod
    def _sign(key: bytes, owner_id: UUID, query: str, body: bytes) -> bytes:
        signed = b"\0".join([owner_id.bytes, query.encode(), body])
        return hmac.digest(key, signed, hashlib.sha256)[:_SIGNATURE]


def page_size(limit: int | None) -> int:
    """Checked ``limit``. Raises Invalid."""
    if limit is None:
        return USUAL_PAGE
    if not 1 <= limit <= MOST_A_PAGE:
        message = f"limit is a number from 1 to {MOST_A_PAGE}."
        raise Invalid(message, {"limit": message})
    return limit
