"""Files that somebody sends: streamed to disk, never held in memory, gone when anything fails."""

import asyncio
import contextlib
import errno
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from litestar.exceptions import HTTPException
from multipart import (  # type: ignore[import-untyped]  # the package has no types
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from firsthand.problems import Invalid, Refused, TooLarge
from firsthand.requests import AnyRequest
from firsthand.upload_folders import UPLOAD_PREFIX, safe_name

MOST_FILES = 1_000
_MOST_TEXT = 64_000
_BOUNDARIES_AND_NAMES = 100_000
_WRITE_AT_ONCE = 1_000_000
_BROKEN = "This upload could not be read. Send it again."


class NoRoom(Refused):
    """The server's disk is full."""

    status = 507
    title = "No room"


@dataclass
class ReceivedForm:
    """The text fields, each with all its values, and the files as (name as sent, where it is now).

    Whoever receives it deletes ``folder`` in the end; nobody but this process can read it.
    """

    folder: Path
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[tuple[str, Path]] = field(default_factory=list)

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


async def receive_files(
    request: AnyRequest, folder: Path, most_bytes: int, too_large: str = ""
) -> ReceivedForm:
    """Stream the multipart form into a new folder within ``folder``.

    The route needs ``request_max_body_size=None``. ``too_large`` says what to send instead.
    Raises TooLarge (before reading anything, where the length is announced), Invalid, NoRoom;
    nothing stays on the disk then.
    """
    limit = most_bytes + _BOUNDARIES_AND_NAMES
    refusal = too_much(most_bytes, too_large)
    kind, options = request.content_type
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise Invalid("Files are expected, sent as multipart/form-data.")
    if (request.content_length or 0) > limit:
        raise refusal
    form = ReceivedForm(Path(tempfile.mkdtemp(prefix=UPLOAD_PREFIX, dir=folder)))
    try:
        parser = PushMultipartParser(boundary, max_segment_count=MOST_FILES)
        with refusing_when_full(), parser, _Sorter(form, most_bytes, refusal) as sorter:
            async for chunk in _limited(request, limit, refusal):
                await sorter.take(parser, chunk)
    except BaseException as problem:
        form.discard()
        match problem:
            case MultipartError() | UnicodeError():
                raise Invalid(_BROKEN) from None
            case HTTPException():
                raise Invalid("The upload broke off. Send it again.") from None
            case _:
                raise
    return form


async def received_pieces(request: AnyRequest, most_bytes: int) -> AsyncIterator[bytes]:
    """The body, some at a time; where the connection broke off, what had come until then.

    The route needs ``request_max_body_size=None``. Raises TooLarge.
    """
    refusal = too_much(most_bytes)
    if (request.content_length or 0) > most_bytes:
        raise refusal
    waiting = bytearray()
    with contextlib.suppress(HTTPException):
        async for chunk in _limited(request, most_bytes, refusal):
            waiting += chunk
            if len(waiting) >= _WRITE_AT_ONCE:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)


@contextlib.contextmanager
def refusing_when_full() -> Iterator[None]:
    """Raises NoRoom where the disk is full."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise NoRoom("There is no room for this upload just now. Try again later.") from None


def too_much(most_bytes: int, instead: str = "") -> TooLarge:
    """``instead`` says what to send."""
    return TooLarge(f"At most {size_words(most_bytes)} can be sent at once. {instead}".strip())


def size_words(size: int) -> str:
    """``2 GB``, ``750 MB``, ``3 kB``."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


async def _limited(request: AnyRequest, most: int, refusal: TooLarge) -> AsyncIterator[bytes]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > most:
            raise refusal
        if chunk:
            yield chunk


class _Sorter:
    """Puts each part where it belongs: text into the fields, files into the folder."""

    def __init__(self, form: ReceivedForm, most_bytes: int, refusal: TooLarge) -> None:
        self._form = form
        self._room = most_bytes
        self._refusal = refusal
        self._text_room = _MOST_TEXT
        self._part: MultipartSegment | None = None
        self._file: BinaryIO | None = None
        self._waiting = bytearray()

    def __enter__(self) -> "_Sorter":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    async def take(self, parser: PushMultipartParser, chunk: bytes) -> None:
        for found in parser.parse(chunk):
            if isinstance(found, MultipartSegment):
                self._begin(found)
            elif found is None:
                await self._end()
            else:
                self._count(len(found))
                self._waiting += found
        if self._file and len(self._waiting) >= _WRITE_AT_ONCE:
            await self._write()

    def _begin(self, part: MultipartSegment) -> None:
        self._part = part
        # An empty name is a file field that nothing was chosen for.
        if part.filename:
            place = self._form.folder / str(len(self._form.files))
            place.mkdir(mode=0o700)
            path = place / safe_name(part.filename)
            self._form.files.append((part.filename, path))
            self._file = path.open("xb")

    async def _end(self) -> None:
        if self._file:
            await self._write()
            self._file.close()
            self._file = None
        elif self._part and self._part.filename is None:
            text = self._waiting.decode()
            self._form.fields.setdefault(self._part.name, []).append(text)
        self._waiting.clear()

    def _count(self, length: int) -> None:
        if self._file:
            self._room -= length
            if self._room < 0:
                raise self._refusal
        else:
            self._text_room -= length
            if self._text_room < 0:
                raise Invalid("One of the text fields is far too long.")

    async def _write(self) -> None:
        if self._file and self._waiting:
            # A slow disk must not hold up everybody else's requests.
            await asyncio.to_thread(self._file.write, bytes(self._waiting))
            self._waiting.clear()
