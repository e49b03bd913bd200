"""The plain attendee list: a CSV with the columns name, email, headline, company, listed, ticket
and one for each network, in any order; all but the name may be missing. Pure.

Whatever is in the file, reading it never raises: what cannot be used is told as a problem that
names the row (as a spreadsheet counts them: the header is row 1) and the column; the rest is kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import msgspec

from firsthand.accounts.addresses import (
    LONGEST_LINE,
    LONGEST_NAME,
    one_line,
    read_email,
    read_line,
    read_name,
)
from firsthand.csv_text import CsvText, NoCsvError, open_text, records
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, ParsedHandle, parse_handle
from firsthand.organising.list_columns import NETWORKS, ListColumn, ListField, read_columns
from firsthand.problems import Invalid

MOST_COLUMNS = 200
_NULLS = {"null", "(null)", "n/a", "nan", "none", "-", "—"}
_YES = {"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí", "on", "✓", "agreed"}
_NO = {"no", "n", "false", "0", "nein", "non", "off", "✗", "declined"}
# Spreadsheets are kept from computing a cell by an apostrophe before it.
_SHIELDED = re.compile(r"'(?=[=+@-])")


class ListRow(msgspec.Struct, frozen=True, tag="row"):
    """One person of the list. None: the list does not say, or what it says cannot be used.

    ``order``: under which the ticket was bought; several people may have come with it.
    """

    number: int
    name: str
    email: str | None = None
    headline: str | None = None
    company: str | None = None
    listed: bool | None = None
    ticket: str | None = None
    handles: tuple[ParsedHandle, ...] | None = None
    order: str | None = None


class ListProblem(msgspec.Struct, frozen=True, tag="problem"):
    """What is wrong and where; ``skipped``: the whole row is left out for it."""

    where: str
    what: str
    skipped: bool = False


class ListFile:
    """A list that is being read.

    ``trouble`` says, where it is not empty, why no row can be read at all. ``notes`` are remarks on
    the file as a whole; some come only while rows are read.
    """

    def __init__(
        self, stream: BinaryIO, chosen: Mapping[int, str] | None = None, *, first: int = 1
    ):
        self.columns: list[ListColumn] = []
        self.trouble = ""
        self._text: CsvText | None = None
        self._column_notes: list[str] = []
        # What the spreadsheet calls the header's row.
        self._header_row = first
        try:
            self._text = open_text(stream)
            self._open(chosen)
        except NoCsvError as problem:
            self.trouble = str(problem)
        except OSError:
            self.trouble = "This file could not be read. Choose it again."

    @property
    def notes(self) -> list[str]:
        return [*(self._text.notes if self._text else ()), *self._column_notes]

    def _open(self, chosen: Mapping[int, str] | None) -> None:
        _, headers = next(self._records(), (0, None))
        if not headers:
            raise NoCsvError("This file is empty. Choose the list with its header row.")
        if len(headers) > MOST_COLUMNS:
            raise NoCsvError(f"This list has more than {MOST_COLUMNS} columns. Is it a list?")
        self.columns, self._column_notes = read_columns(headers, chosen)
        meanings = {column.meaning for column in self.columns}
        if not meanings & {ListField.NAME, ListField.FIRST_NAME, ListField.LAST_NAME}:
            self.trouble = (
                "No column holds the names. The first row needs their names, such as "
                "name, email and company; or say which column is the name."
            )

    def raw_rows(self) -> Iterator[tuple[int, list[str] | None]]:
        """The rows below the header as they are, each with its number; None: unreadable."""
        records = self._records()
        next(records, None)
        return records

    def read(self) -> Iterator[ListRow | ListProblem]:
        """Rows and problems in the order of the file; of empty rows nothing is said.

        ``trouble`` may be found only here.
        """
        if self.trouble:
            return
        try:
            yield from self._rows()
        except NoCsvError as problem:
            self.trouble = str(problem)

    def _rows(self) -> Iterator[ListRow | ListProblem]:
        for number, cells in self.raw_rows():
            if cells is None:
                what = (
                    "It cannot be read: a cell is far too long, or a quotation mark is not closed."
                )
                yield ListProblem(f"row {number}", what, skipped=True)
                continue
            if len(cells) > len(self.columns):
                more = len(cells) - len(self.columns)
                what = f"It has {more} more cells than there are columns; they were ignored."
                if any(cell.strip() for cell in cells[len(self.columns) :]):
                    yield ListProblem(f"row {number}", what)
            yield from read_row(number, self.columns, cells)

    def _records(self) -> Iterator[tuple[int, list[str] | None]]:
        """Numbered records that are not empty, the header first."""
        if self._text is None:
            return
        for number, cells in enumerate(records(self._text.lines(), whole=True), self._header_row):
            if cells is None or any(cell.strip() for cell in cells):
                yield number, cells


def read_row(
    number: int, columns: Sequence[ListColumn], cells: Sequence[str]
) -> Iterator[ListRow | ListProblem]:
    texts = {c.index: _cell(cells[c.index]) for c in columns if c.meaning and c.index < len(cells)}
    if not any(texts.values()):
        return
    row = _Row(number, columns, texts)
    name = row.name()
    if name is not None:
        yield ListRow(
            number=number,
            name=name,
            email=row.email(),
            headline=row.line(ListField.HEADLINE),
            company=row.line(ListField.COMPANY),
            listed=row.listed(),
            ticket=row.line(ListField.TICKET) or None,
            handles=row.handles(),
            order=row.line(ListField.ORDER) or None,
        )
    yield from row.problems


class _Row:
    """One row's cells, read one meaning at a time; what is wrong is collected."""

    def __init__(self, number: int, columns: Sequence[ListColumn], texts: Mapping[int, str]):
        self._number = number
        self._columns = columns
        self._texts = texts
        self.problems: list[ListProblem] = []

    def name(self) -> str | None:
        whole = self._text(ListField.NAME)
        parts = [self._text(ListField.FIRST_NAME), self._text(ListField.LAST_NAME)]
        if whole and parts[0] and parts[1] is None and parts[0] not in whole:
            # "Name" beside "Vorname" is what the family is called.
            parts[1], whole = whole, None
        name = whole or " ".join(part for part in parts if part)
        try:
            return read_name(name)
        except Invalid:
            missing = "There is no name in it. This row was left out."
            too_long = (
                f"The name is too long: at most {LONGEST_NAME} characters. This row was left out."
            )
            what = too_long if one_line(name) else missing
            self.problems.append(ListProblem(f"row {self._number}", what, skipped=True))
            return None

    def email(self) -> str | None:
        text = self._text(ListField.EMAIL)
        if not text:
            return text
        try:
            return read_email(text)
        except Invalid as invalid:
            self._problem(self._column(ListField.EMAIL), invalid.detail)
            return None

    def line(self, field: ListField) -> str | None:
        text = self._text(field)
        if text is None:
            return None
        try:
            return read_line(text, field)
        except Invalid:
            what = f"It is longer than {LONGEST_LINE} characters and was left out."
            self._problem(self._column(field), what)
            return None

    def listed(self) -> bool | None:
        text = (self._text(ListField.LISTED) or "").casefold()
        if not text or text in _YES:
            return True if text else None
        if text not in _NO:
            self._problem(self._column(ListField.LISTED), "Write yes or no. It was taken for no.")
        return False

    def handles(self) -> tuple[ParsedHandle, ...] | None:
        columns = [column for column in self._columns if column.meaning in NETWORKS]
        found: dict[tuple[str, str], ParsedHandle] = {}
        for column in columns:
            text = self._texts.get(column.index, "")
            if not text:
                continue
            try:
                handle = parse_handle(text, Network(column.meaning))
            except HandleProblem as problem:
                self._problem(column, str(problem))
            else:
                found.setdefault((handle.network, handle.key), handle)
        return tuple(found.values()) if columns else None

    def _column(self, field: ListField) -> ListColumn:
        return next(column for column in self._columns if column.meaning == field)

    def _text(self, field: ListField) -> str | None:
        """The cell of that column; empty where the row is too short, None without such a column."""
        for column in self._columns:
            if column.meaning == field:
                return self._texts.get(column.index, "")
        return None

    def _problem(self, column: ListColumn, what: str) -> None:
        self.problems.append(ListProblem(f"row {self._number}, {column.header}", what))


def _cell(raw: str) -> str:
    text = _SHIELDED.sub("", raw.strip(), count=1) if raw[:1] == "'" else raw.strip()
    return "" if text.casefold() in _NULLS else text
