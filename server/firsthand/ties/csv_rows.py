"""The tables of an export that are CSV: found by their header, read row by row. Pure.

Networks put notes before the header, spreadsheets change what separates the cells: the header row
is looked for, with every separator.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from firsthand.csv_text import DELIMITERS, NoCsvError, open_text, records
from firsthand.ties.archive_files import CHUNK, Entry

Row = list[str]

_HEAD = 64 * 1024
_HEADER_WITHIN = 12
_MOST_COLUMNS = 1_000
_SUFFIXES = frozenset({"", ".csv", ".tsv", ".txt"})
_NULLS = frozenset({"null", "(null)"})


@dataclass
class Table:
    """``columns`` maps the header's names, in lower case, to their places.

    Without ``has_header`` the row that was found is one like the others.

    While it is read, ``unreadable`` counts the records that were left out and ``done`` the bytes.
    """

    entry: Entry
    columns: dict[str, int]
    _header: Row
    _delimiter: str
    has_header: bool = True
    unreadable: int = 0
    done: int = 0

    def rows(self) -> Iterator[Row]:
        """The rows below the header that are not empty. Raises UnreadableExport."""
        stream = _EntryStream(self.entry)
        text = open_text(io.BufferedReader(stream, CHUNK))
        is_below = not self.has_header
        for cells in records(text.lines(), self._delimiter):
            self.done = stream.read_bytes
            if cells is None:
                self.unreadable += 1
            elif self.has_header and cells == self._header:
                is_below = True  # files that were joined repeat it
            elif is_below and any(cells):
                yield cells

    @property
    def loss(self) -> str:
        """What is wrong with the unreadable ones, for the owner."""
        what = "Some rows cannot be read: a cell is far too long, or a quotation mark is not closed"
        return f"{what}. Left out: {self.unreadable:,}."

    def column(self, *names: str) -> int:
        """The place of the first of these columns that is there; -1 without any."""
        return next((self.columns[name] for name in names if name in self.columns), -1)


def find_table(entry: Entry, is_header: Callable[[dict[str, int]], bool]) -> Table | None:
    """The table, if this file has such a header near its start. Raises UnreadableExport."""
    if entry.container and entry.path.suffix.lower() not in _SUFFIXES:
        return None
    try:
        lines = list(open_text(io.BytesIO(_head(entry))).lines())
    except NoCsvError:
        return None
    for delimiter in DELIMITERS:
        for number, cells in enumerate(records(iter(lines), delimiter)):
            if number == _HEADER_WITHIN:
                break
            if cells and len(cells) <= _MOST_COLUMNS and is_header(columns := _columns(cells)):
                return Table(entry, columns, cells, delimiter)
    return None


def cell(row: Row, place: int) -> str:
    """What stands there without blanks around it; empty where the row has no such cell."""
    if not 0 <= place < len(row):
        return ""
    text = row[place].strip()
    return "" if text[:1] in "(nN" and text.lower() in _NULLS else text


def _columns(cells: Row) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, name in enumerate(cells):
        columns.setdefault(" ".join(name.replace("\ufeff", "").lower().split()), place)
    return columns


def _head(entry: Entry) -> bytes:
    """The whole lines near its start, so that no character is cut in two."""
    head = b""
    for chunk in entry.chunks():
        head += chunk[: _HEAD - len(head)]
        if len(head) >= _HEAD:
            is_wide = b"\0" in head[:4]
            return head if is_wide else head[: head.rfind(b"\n") + 1] or head
    return head


class _EntryStream(io.RawIOBase):
    """A file of the upload as a stream that can only be read, or read again from its start."""

    def __init__(self, entry: Entry) -> None:
        self.read_bytes = 0
        self._entry = entry
        self._chunks = entry.chunks()
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if offset == 0 and whence == io.SEEK_SET:
            self.read_bytes = 0
            self._chunks = self._entry.chunks()
            self._left = memoryview(b"")
        elif offset or whence != io.SEEK_CUR:
            raise io.UnsupportedOperation("only back to the start")
        return self.read_bytes

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # it is always one
        if not self._left:
            self._left = memoryview(next(self._chunks, b""))
        taken = min(len(buffer), len(self._left))
        buffer[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        self.read_bytes += taken
        return taken
