"""Answers of the address book: as a whole, a multi-status while it is made, or a refusal."""

from collections.abc import AsyncIterator, Mapping

from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse

from firsthand.carddav.xml_writing import MULTISTATUS_END, MULTISTATUS_START, error

_XML = "application/xml; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_PRIVATE = {"Cache-Control": "no-store"}


class Refusal(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """``condition`` is the precondition that does not hold, in Clark's notation; without one,
    ``said`` is told to a person.
    """

    def __init__(self, status: int, said: str = "", condition: str = "", **headers: str) -> None:
        super().__init__(said or condition)
        self.status = status
        self.said = said
        self.condition = condition
        self.headers = headers

    def answer(self) -> ASGIResponse:
        if self.condition:
            return told(self.status, error(self.condition), _XML, self.headers)
        return told(self.status, f"{self.said}\n", headers=self.headers)


def told(
    status: int,
    body: str,
    kind: str = _TEXT,
    headers: Mapping[str, str] | None = None,
    *,
    is_head: bool = False,
) -> ASGIResponse:
    """``kind`` is the content type with its parameters."""
    data = body.encode()
    # Litestar leaves both out of the answer to HEAD, and repeats the charset of a text.
    about = {"Content-Type": kind, "Content-Length": str(len(data))}
    return ASGIResponse(
        body=b"" if is_head else data,
        status_code=status,
        headers={**about, **_PRIVATE, **(headers or {})},
        is_head_response=is_head,
    )


def multistatus(responses: AsyncIterator[str]) -> ASGIStreamingResponse:
    """Sent while it is made: an address book may be larger than what should stand in memory."""

    async def whole() -> AsyncIterator[str]:
        yield MULTISTATUS_START
        async for response in responses:
            yield response
        yield MULTISTATUS_END

    return ASGIStreamingResponse(
        iterator=whole(), status_code=207, media_type=_XML, headers=_PRIVATE
    )
