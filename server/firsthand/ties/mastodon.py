"""Reads what Mastodon gives: the lists of its data export (CSV), and its archive. Pure.

Source: docs.joinmastodon.org/user/moving (Data export). The archive lists neither followers nor
whom the owner follows; the CSV files have no dates.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from firsthand.handles.names import spell
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, handle_key
from firsthand.ties.archive_files import Entry
from firsthand.ties.csv_rows import Table, cell, find_table
from firsthand.ties.kinds import (
    Found,
    FoundBlock,
    FoundList,
    FoundOwner,
    FoundTie,
    KindCount,
    Problem,
    Summary,
    TieKind,
    UnreadableExport,
)
from firsthand.ties.mastodon_archive import Archive, find_archive
from firsthand.ties.progress import Meter

MOST_PEOPLE = 300_000
_ADDRESS = re.compile(r"@?[A-Za-z0-9_][A-Za-z0-9_.-]{0,60}@[^\s@,;/]{3,253}")
_COLUMN = "account address"
_FOLLOWS, _BLOCKS, _MUTES = "follows", "blocks", "mutes"
_BARE = (
    "Some names have no server behind an @: they are people of your own server, which this list "
    "does not name. Import your archive (with actor.json) together with it. Left out"
)


@dataclass
class _List:
    what: str
    table: Table
    column: int


@dataclass
class _People:
    """By the key of their address; ``local`` counts those without a server."""

    domain: str
    follows: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    local: int = 0
    skipped: int = 0

    def add(self, what: str, text: str) -> None:
        name = text.removeprefix("@")
        if "@" not in name:
            if not self.domain:
                self.local += 1
                return
            name = f"{name}@{self.domain}"
        try:
            name = spell(Network.MASTODON, name)
        except HandleProblem:
            self.skipped += 1
            return
        people = self.follows if what == _FOLLOWS else self.hidden
        people.setdefault(handle_key(Network.MASTODON, name), name)
        if len(people) > MOST_PEOPLE:
            raise UnreadableExport("This list names more people than Firsthand can take in.")


def read_mastodon(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is nothing of Mastodon among them. Raises UnreadableExport, also later."""
    lists = [found for entry in entries if (found := _list_in(entry))]
    archive = find_archive(entries)
    return _read(lists, archive) if lists or archive else None


def _list_in(entry: Entry) -> _List | None:
    if table := find_table(entry, lambda columns: _COLUMN in columns):
        what = _MUTES if "hide notifications" in table.columns else _FOLLOWS
        return _List(_named(entry) or what, table, table.columns[_COLUMN])
    # Without a header nothing but the name tells a list of people from any list of addresses.
    what = _named(entry)
    if what and (table := find_table(entry, _is_address_row)):
        return _List(what, replace(table, has_header=False), 0)
    return None


def _named(entry: Entry) -> str:
    stem = entry.path.stem.lower()
    known = {"following": _FOLLOWS, "blocked_acc": _BLOCKS, "muted_acc": _MUTES}
    return next((what for part, what in known.items() if part in stem), "")


def _is_address_row(columns: dict[str, int]) -> bool:
    first = next((name for name, place in columns.items() if place == 0), "")
    return _ADDRESS.fullmatch(first) is not None and len(columns) <= 4


def _read(lists: Sequence[_List], archive: Archive | None) -> Iterator[Found]:
    meter = Meter([*(each.table.entry for each in lists), *(archive.entries if archive else ())])
    people = _People(archive.domain if archive else "")
    problems: list[Problem] = []
    for each in lists:
        rows = 0
        for row in each.table.rows():
            if text := cell(row, each.column):
                rows += 1
                people.add(each.what, text)
            if progress := meter.at(each.table.done):
                yield progress
        yield meter.end_of(each.table.entry)
        people.skipped += each.table.unreadable
        if each.table.unreadable:
            problems.append(Problem(each.table.entry.name, each.table.loss))
        elif not rows and each.what == _FOLLOWS:
            what = "The list is empty: it says that you follow nobody."
            problems.append(Problem(each.table.entry.name, what))
    if people.local:
        problems.append(Problem("Mastodon", f"{_BARE}: {people.local:,}."))
    if archive:
        yield from archive.read(meter)
        problems += archive.problems
    if not any(each.what == _FOLLOWS for each in lists):
        what = "following_accounts.csv, whom you follow, is not here: the archive does not have it."
        problems.append(Problem("Mastodon", what))
    yield from _findings(lists, people, archive, problems)


def _findings(
    lists: Sequence[_List], people: _People, archive: Archive | None, problems: Sequence[Problem]
) -> Iterator[Found]:
    if archive and archive.owner:
        yield FoundOwner(Network.MASTODON, archive.owner, None)
    yield from problems
    own = handle_key(Network.MASTODON, archive.owner) if archive and archive.owner else ""
    talked = {} if archive is None else archive.people()
    for key in sorted({*people.follows, *talked} - {own} - people.hidden.keys()):
        name, kinds = talked.get(key, (people.follows.get(key, ""), []))
        if key in people.follows:
            kinds = [KindCount(TieKind.FOLLOWS, 1), *kinds]
        yield FoundTie(Network.MASTODON, name, None, sorted(kinds, key=lambda each: each.kind))
    for name in sorted(people.hidden.values()):
        yield FoundBlock(Network.MASTODON, name=name)
    is_whole = not people.skipped and not people.local
    if is_whole and any(each.what == _FOLLOWS for each in lists):
        yield FoundList(Network.MASTODON, TieKind.FOLLOWS)
    skipped = people.skipped + (archive.skipped if archive else 0)
    yield Summary(Network.MASTODON, people.local, skipped)
