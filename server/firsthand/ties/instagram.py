"""Reads an Instagram export and what lies in it of Threads: who follows whom, who is blocked. Pure.

Nothing says that a list is whole: an export can be of a range of dates. Before 2021 it could not.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

import msgspec

from firsthand.handles.networks import Network
from firsthand.ties.archive_files import Entry
from firsthand.ties.instagram_2020 import OldConnections
from firsthand.ties.instagram_lists import (
    BLOCKED,
    FOLLOWERS,
    FOLLOWING,
    OLD,
    OLD_OWNER,
    OWNER,
    THREADS,
    Row,
    identify,
    owner_in,
    read_name,
    somebody,
)
from firsthand.ties.js_arrays import JsArray
from firsthand.ties.kinds import (
    Found,
    FoundBlock,
    FoundList,
    FoundOwner,
    FoundTie,
    KindCount,
    Problem,
    Progress,
    Summary,
    TieKind,
)
from firsthand.ties.meta_exports import MetaExport, MetaList, find_lists, missing_parts
from firsthand.ties.packed_rows import PackedRows
from firsthand.ties.progress import Meter

# Instagram opened in 2010.
_FIRST, _LAST = 1_262_304_000, 4_102_444_800
# What is asked for without a word about dates reaches a year back.
_USUAL_RANGE = 370 * 86_400
_NETWORKS = {Network.INSTAGRAM: "", Network.THREADS: THREADS}
_KINDS = {FOLLOWING: TieKind.FOLLOWS, FOLLOWERS: TieKind.FOLLOWED_BY}
_MARKS = {FOLLOWING: b"1", FOLLOWERS: b"2", BLOCKED: b"3"}
_MARKED = {_MARKS[what][0]: kind for what, kind in _KINDS.items()}
_OLD_LISTS = {
    "following": FOLLOWING,
    "followers": FOLLOWERS,
    "blocked_users": BLOCKED,
    "restricted_users": BLOCKED,
}
_NOBODY = {FOLLOWING: "you follow nobody", FOLLOWERS: "nobody follows you"}
_MISSING = {
    FOLLOWING: ("following.json", "It is not here: it lists whom you follow."),
    FOLLOWERS: ("followers_1.json", "It is not here: it lists who follows you."),
}


def read_instagram(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is no list of Instagram or Threads among them.

    Raises UnreadableExport, also while iterating.
    """
    export = find_lists(entries, identify)
    if export is None or all(each.what in {OWNER, OLD_OWNER} for each in export.lists):
        return None
    return _Reading(export).found()


class _Reading:
    def __init__(self, export: MetaExport) -> None:
        self._export = export
        self._rows = PackedRows()
        self._counts: dict[str, int] = {}
        self._problems = list(export.problems)
        self._skipped = 0
        self._oldest, self._newest = _LAST, 0
        self._meter = Meter(each.entry for each in export.lists)

    def found(self) -> Iterator[Found]:
        """All of it, a Summary last."""
        owner = None
        for each in self._export.lists:
            if each.what in {OWNER, OLD_OWNER}:
                owner = owner or owner_in(each)
            elif each.what == OLD:
                yield from self._read_old(each)
            else:
                yield from self._read(each)
            yield self._meter.end_of(each.entry)
        networks = [network for network in _NETWORKS if self._has(network)] or [Network.INSTAGRAM]
        for network in networks:
            self._say(network)
        self._say_range()
        yield from self._problems
        if owner:
            yield FoundOwner(Network.INSTAGRAM, owner, None)
        yield from self._ties(owner)
        yield from self._whole()
        yield Summary(networks[0], 0, self._skipped, self._export.made_at)

    def _read(self, found: MetaList) -> Iterator[Progress]:
        entry, where = found.entry, found.what
        is_threads = where.startswith(THREADS)
        network = Network.THREADS if is_threads else Network.INSTAGRAM
        decoder = msgspec.json.Decoder(Row)
        array = JsArray(
            entry.text(), decoder, entry.name, network, is_assigned=False, below=found.below
        )
        rows = 0
        for row in array:
            rows += 1
            who = somebody(row, network) if row else None
            if who:
                self._add(network, where.removeprefix(THREADS), *who)
            else:
                self._skipped += 1
            if progress := self._meter.at(array.done):
                yield progress
        self._counts[where] = self._counts.get(where, 0) + rows

    def _read_old(self, found: MetaList) -> Iterator[Progress]:
        old = OldConnections(found.entry)
        for section, text, at in old.rows():
            what = _OLD_LISTS.get(section)
            if what is None:
                continue
            self._counts.setdefault(what, 0)
            if text:
                self._counts[what] += 1
                if name := read_name(text, Network.INSTAGRAM):
                    self._add(Network.INSTAGRAM, what, name, at)
                else:
                    self._skipped += 1
            if progress := self._meter.at(old.done):
                yield progress

    def _add(self, network: Network, what: str, name: str, at: int) -> None:
        if not _FIRST <= at < _LAST:
            at = 0
        elif what != BLOCKED:
            self._oldest = min(self._oldest, at)
            self._newest = max(self._newest, at)
        mark = b"t" if network is Network.THREADS else b"i"
        self._rows.add(b"%b%b\0%b%010d" % (mark, name.encode(), _MARKS[what], at))

    def _ties(self, owner: str | None) -> Iterator[FoundTie | FoundBlock]:
        """Each person once a network, by name; who was blocked as well."""
        for who, rows in groupby(self._rows.once(), key=_who):
            network = Network.THREADS if who[:1] == b"t" else Network.INSTAGRAM
            name = who[1:].decode()
            kinds: dict[TieKind, KindCount] = {}
            is_blocked = False
            for row in rows:
                kind = _MARKED.get(row[len(who) + 1])
                is_blocked |= kind is None
                at = int(row[len(who) + 2 :])
                if kind and (kind not in kinds or kinds[kind].first_at is None):
                    moment = datetime.fromtimestamp(at, UTC) if at else None
                    kinds[kind] = KindCount(kind, 1, moment)
            if is_blocked:
                yield FoundBlock(network, name=name)
            if kinds and name != owner:
                yield FoundTie(network, name, None, list(kinds.values()))

    def _has(self, network: Network) -> bool:
        prefix = _NETWORKS[network]
        return any(each.startswith(THREADS) == bool(prefix) for each in self._counts)

    def _say(self, network: Network) -> None:
        prefix = _NETWORKS[network]
        for what, nobody in _NOBODY.items():
            lists = self._export.of(prefix + what)
            rows = self._counts.get(prefix + what)
            name, missing = _MISSING[what]
            if rows is None:
                self._problem(f"{network.label}: {name}", missing)
            elif not rows:
                said = f"The list is empty: it says that {nobody} on {network.label}."
                self._problem(network.label, said)
            self._problems += missing_parts(lists, what)

    def _say_range(self) -> None:
        made_at = self._export.made_at
        newest = max(self._newest, int(made_at.timestamp()) if made_at else 0)
        if self._newest and newest - self._oldest <= _USUAL_RANGE:
            day = datetime.fromtimestamp(self._oldest, UTC)
            self._problem(
                "Instagram",
                f"The oldest entry is of {day.day} {day:%B %Y}. If you have been there for longer, "
                "ask Instagram for it again, with “All time” as the range of dates.",
            )

    def _whole(self) -> Iterator[FoundList]:
        """The lists of before there were ranges of dates."""
        if {each.what for each in self._export.lists} <= {OLD, OWNER, OLD_OWNER}:
            for what, kind in _KINDS.items():
                if self._counts.get(what):
                    yield FoundList(Network.INSTAGRAM, kind)

    def _problem(self, where: str, what: str) -> None:
        self._problems.append(Problem(where, what))


def _who(row: bytes) -> bytes:
    return row[: row.index(0)]
