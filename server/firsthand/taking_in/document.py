"""The document as it lies on the disk: its tables, each a list of rows that nobody has read yet."""

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from firsthand.export_shape import FORMAT, VERSION
from firsthand.taking_in.kinds import Flaw
from firsthand.ties.kinds import UnreadableExport
from firsthand.ties.zip_files import zip_members

MOST_BYTES = 500_000_000
MOST_ROWS = 1_000_000
_ZIP = b"PK"
_NOT_OURS = (
    "This is no file of Firsthand's own. Bring firsthand.json, or the zip that "
    "firsthand export has made."
)


@dataclass(frozen=True)
class Document:
    """Rows by table; each row is its JSON."""

    tables: dict[str, list[msgspec.Raw]]

    def rows(self, table: str) -> list[msgspec.Raw]:
        return self.tables.get(table, [])


def open_document(path: Path, stack: ExitStack) -> Document:
    """A JSON document, or a zip with one in it; stays readable until ``stack`` closes.

    Raises Flaw.
    """
    file: BinaryIO = stack.enter_context(path.open("rb"))
    if file.read(2) == _ZIP:
        file = _unpacked(path, stack)
    size = file.seek(0, 2)
    if size > MOST_BYTES:
        raise Flaw(f"This file is larger than {MOST_BYTES // 1_000_000} MB.")
    if size == 0:
        raise Flaw("This file is empty.")
    # The rows are views of it, so that they need no memory of their own.
    return _read(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _read(content: mmap.mmap) -> Document:
    try:
        parts = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        raise Flaw(_NOT_OURS) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Flaw(f"This file is broken or cut off: {problem}.") from None
    if bytes(parts.pop("format", b"")) != b'"' + FORMAT.encode() + b'"':
        raise Flaw(_NOT_OURS)
    if bytes(parts.pop("version", b"")) != str(VERSION).encode():
        raise Flaw("This file comes from another version of Firsthand, which is not known here.")
    return Document(dict(_tables(parts)))


def _tables(parts: dict[str, msgspec.Raw]) -> Iterator[tuple[str, list[msgspec.Raw]]]:
    room = MOST_ROWS
    for name, part in parts.items():
        try:
            rows = msgspec.json.decode(part, type=list[msgspec.Raw])
        except (msgspec.DecodeError, RecursionError):
            raise Flaw(f"{name[:100]}: it should be a list of rows.") from None
        room -= len(rows)
        if room < 0:
            raise Flaw(f"This file has more than {MOST_ROWS:,} rows.")
        yield name, rows


def _unpacked(path: Path, stack: ExitStack) -> BinaryIO:
    try:
        members = list(zip_members(path, stack))
        documents = [read for inside, _, read in members if inside.suffix.lower() == ".json"]
        if len(documents) != 1:
            raise Flaw(_NOT_OURS)
        file: BinaryIO = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # so it does
        room = MOST_BYTES
        for chunk in documents[0]():
            room -= len(chunk)
            if room < 0:
                raise Flaw(f"This file is larger than {MOST_BYTES // 1_000_000} MB.")
            file.write(chunk)
        file.flush()
        return file
    except UnreadableExport as problem:
        raise Flaw(str(problem)) from None
