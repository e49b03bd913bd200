"""Reads the CSV of Google Contacts, with the headers of before and since 2023. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from firsthand.handles.parsing import ParsedHandle
from firsthand.ties.address_books import add_person, handle_in, network_called
from firsthand.ties.archive_files import Entry
from firsthand.ties.csv_rows import Row, Table, cell, find_table
from firsthand.ties.kinds import Found, Problem, Summary
from firsthand.ties.people_found import PeopleFound, emails, line, person_name, phones
from firsthand.ties.progress import Meter

_TOGETHER = " ::: "
_VALUE = re.compile(r"(e-mail|phone|website|custom field|relation|im) ([0-9]{1,3}) - value")


def read_google_contacts(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is no such CSV among them. Raises UnreadableExport, also while iterating."""
    tables = [table for entry in entries if (table := find_table(entry, _is_header))]
    return _read(tables) if tables else None


def _is_header(columns: dict[str, int]) -> bool:
    is_old = "given name" in columns and "family name" in columns
    is_new = "first name" in columns and "last name" in columns
    return (is_old or is_new) and (
        any(_VALUE.fullmatch(name) for name in columns)
        or "group membership" in columns
        or {"file as", "labels"} <= columns.keys()
    )


def _read(tables: Sequence[Table]) -> Iterator[Found]:
    people = PeopleFound()
    problems: list[Problem] = []
    meter = Meter(table.entry for table in tables)
    skipped = 0
    for table in tables:
        contacts = _Contacts(table)
        rows = 0
        for row in table.rows():
            rows += 1
            skipped += not contacts.add(people, row)
            if progress := meter.at(table.done):
                yield progress
        yield meter.end_of(table.entry)
        if table.unreadable:
            skipped += table.unreadable
            problems.append(Problem(table.entry.name, table.loss))
        elif not rows:
            what = "The list is empty: it says that you have no contacts."
            problems.append(Problem(table.entry.name, what))
    yield from problems
    yield from people.ties()
    yield from people.people()
    yield Summary("google-contacts", people.unresolved, skipped)


class _Contacts:
    """Where in this table each thing stands."""

    def __init__(self, table: Table) -> None:
        self._whole_name = table.column("name")
        self._names = [
            table.column("given name", "first name"),
            table.column("additional name", "middle name"),
            table.column("family name", "last name"),
        ]
        self._nickname = table.column("nickname")
        self._company = table.column("organization 1 - name", "organization name")
        self._title = table.column("organization 1 - title", "organization title")
        self._emails: list[int] = []
        self._phones: list[int] = []
        # Labels (-1 where there are none) with their values.
        self._links: list[tuple[int, int]] = []
        for name, place in table.columns.items():
            found = _VALUE.fullmatch(name)
            if found and found[1] == "e-mail":
                self._emails.append(place)
            elif found and found[1] == "phone":
                self._phones.append(place)
            elif found and found[1] in {"website", "custom field"}:
                before = name.removesuffix("value")
                label = table.column(f"{before}label", f"{before}type")
                self._links.append((label, place))

    def add(self, people: PeopleFound, row: Row) -> bool:
        """False for a row of which nothing can be used."""
        return add_person(
            people,
            self._handles(row),
            self._name(row),
            line(_first(cell(row, self._title))),
            line(_first(cell(row, self._company))),
            emails(_all(row, self._emails)),
            phones(_all(row, self._phones)),
        )

    def _name(self, row: Row) -> str:
        parts = [cell(row, place) for place in self._names]
        return (
            person_name(cell(row, self._whole_name))
            or person_name(*parts)
            or person_name(cell(row, self._nickname))
        )

    def _handles(self, row: Row) -> Iterator[ParsedHandle]:
        for label, value in self._links:
            network = network_called(cell(row, label))
            for text in _all(row, [value]):
                if handle := handle_in(text, network):
                    yield handle


def _all(row: Row, places: Iterable[int]) -> Iterator[str]:
    """Every value of these cells; Google joins several of a label into one."""
    for place in places:
        if text := cell(row, place):
            yield from (part.strip() for part in text[:5_000].split(_TOGETHER.strip()))


def _first(text: str) -> str:
    return text.partition(_TOGETHER)[0]
