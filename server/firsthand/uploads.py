"""Files that somebody sends: streamed to disk, never held in memory, gone when anything fails."""

import asyncio
import errno
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
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

_MOST_PARTS = 1_000
_MOST_TEXT = 64_000
_BOUNDARIES_AND_NAMES = 100_000
_WRITE_AT_ONCE = 1_000_000
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
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
    refusal = TooLarge(f"At most {size_words(most_bytes)} can be sent at once. {too_large}".strip())
    kind, options = request.content_type
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise Invalid("Files are expected, sent as multipart/form-data.")
    if (request.content_length or 0) > limit:
        raise refusal
    form = ReceivedForm(Path(tempfile.mkdtemp(prefix="firsthand-upload-", dir=folder)))
    try:
        parser = PushMultipartParser(boundary, max_segment_count=_MOST_PARTS)
        with parser, _Sorter(form, most_bytes, refusal) as sorter:
            async for chunk in _limited(request, limit, refusal):
                await sorter.take(parser, chunk)
    except BaseException as problem:
        form.discard()
        match problem:
            case MultipartError() | UnicodeError():
                raise Invalid(_BROKEN) from None
            case HTTPException():
                raise Invalid("The upload broke off. Send it again.") from None
            case OSError(errno=errno.ENOSPC | errno.EDQUOT):
                raise NoRoom(
                    "There is no room for this upload just now. Try again later."
                ) from None
            case _:
                raise
    return form


def size_words(size: int) -> str:
    """``2 GB``, ``750 MB``, ``3 kB``."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def safe_name(name: str) -> str:
    """What is harmless of a sent file name: its last part, in ASCII letters, with its ending."""
    last = _UNSAFE.sub("-", re.split(r"[/\\]", name)[-1])
    stem, dot, ending = last.rpartition(".") if "." in last else (last, "", "")
    return f"{stem.strip('.-')[:60] or 'file'}{dot}{ending.strip('.-')[:10]}".rstrip(".-")


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
