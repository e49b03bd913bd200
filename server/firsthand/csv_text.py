"""The bytes of a CSV as lines and records, whatever program wrote them. Pure.

Nothing is held but the line that is read: a list may be larger than what should stand in memory.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

# No cell of a real list comes near this; a quote that is never closed would swallow the file.
LONGEST_LINE = 200_000
_CHUNK = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = (",", ";", "\t")
_OTHER_FILES = (
    (b"PK\x03\x04", "This is a spreadsheet or a zip. Save the sheet as CSV and choose that file."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel file. Save the sheet as CSV and choose that file."),
    (b"%PDF", "This is a PDF. Export the list as CSV and choose that file."),
    (b"\x89PNG", "This is a picture. Export the list as CSV and choose that file."),
    (b"\xff\xd8\xff", "This is a picture. Export the list as CSV and choose that file."),
    (b"\x1f\x8b", "This file is compressed. Unpack it and choose the CSV in it."),
)


class NoCsvError(ValueError):
    """The file is no CSV at all; the message says, for a person, what to do."""


@dataclass(slots=True)
class CsvText:
    """A CSV's lines, each ending in a line break; ``notes`` grows while they are read."""

    stream: BinaryIO
    encoding: str
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """From the start, without NUL characters and with overlong lines cut off."""
        self.stream.seek(0)
        text = io.TextIOWrapper(self.stream, self.encoding, errors="replace", newline="")
        try:
            yield from self._tidied(text)
        finally:
            text.detach()

    def _tidied(self, text: io.TextIOWrapper) -> Iterator[str]:
        going_on = False
        while line := text.readline(LONGEST_LINE):
            if "\0" in line:
                self._note("NUL characters in it were left out.")
                line = line.replace("\0", "")
            was_going_on, going_on = going_on, not line.endswith(("\n", "\r"))
            if not was_going_on:
                yield line

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def open_text(stream: BinaryIO) -> CsvText:
    """Find the encoding of a stream that can be rewound. Raises NoCsvError."""
    head = stream.read(_CHUNK)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise NoCsvError("This file is empty. Choose the list with its header row.")
    for start, advice in _OTHER_FILES:
        if head.startswith(start):
            raise NoCsvError(advice)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return CsvText(stream, encoding)
    if _is_utf8(stream, head):
        return CsvText(stream, "utf-8")
    note = "It is not UTF-8, so it was read as Windows-1252. Check the letters with accents."
    return CsvText(stream, "cp1252", [note])


def delimiter_of(line: str) -> str:
    """What separates the cells of a header row: the sign that makes the most of them."""
    return max(
        DELIMITERS, key=lambda delimiter: len(next(csv.reader([line], delimiter=delimiter), []))
    )


def records(
    lines: Iterator[str], delimiter: str | None = None, *, whole: bool = False
) -> Iterator[list[str] | None]:
    """The cells of every record from the first line that is not empty on; None: unreadable.

    Without ``delimiter`` the cells are apart as a line ``sep=;`` says, or else the first line
    shows. ``whole``: raises NoCsvError instead of the last record if the file ends within quotes,
    which have then swallowed the records after them.
    """
    first = next(lines, "")
    declared = declared_delimiter(first)
    if declared is not None:
        first = next(lines, "")
        delimiter = delimiter or declared
    while first and not first.strip(' ,;\t\r\n"'):
        first = next(lines, "")
    if delimiter not in DELIMITERS:
        delimiter = delimiter_of(first)
    read: list[str] = []
    reader = csv.reader(_remembered(chain((first,), lines), read), delimiter=delimiter)
    number = 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            record = None
        number += 1
        if whole and record is not None and len(read) > 1 and _is_cut_off(read, delimiter):
            raise NoCsvError(
                f"A quotation mark in row {number} is never closed, so that the rows after it "
                "cannot be told apart. Close it, and choose the file again."
            )
        read.clear()
        yield record


def _remembered(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    for line in lines:
        read.append(line)
        yield line


def _is_cut_off(lines: list[str], delimiter: str) -> bool:
    """Whether a record ends within quotes. A strict reader says so only of where a file ends."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as problem:
        return "unexpected end" in str(problem)
    return False


def declared_delimiter(line: str) -> str | None:
    """The delimiter of a line ``sep=;`` as spreadsheets write it before the header row."""
    said = line.strip("\r\n").strip('"')
    if said[:4].lower() == "sep=" and len(said) == 5:
        return said[4]
    return None


def _is_utf8(stream: BinaryIO, head: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        chunk = head
        while chunk:
            decoder.decode(chunk)
            chunk = stream.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
