"""What the JSON API's calls share: problem details and lists."""

from typing import Any, Generic, TypeVar

import msgspec
from litestar import Response

from firsthand.problems import Refused

T = TypeVar("T")


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
