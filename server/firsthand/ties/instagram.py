"""Reads an Instagram export and what lies in it of Threads: who follows whom, who is blocked. Pure.

Nothing says that a list is whole: an export can be of a range of dates. Before 2021 it could not.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

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
    UnreadableExport,
)
from firsthand.ties.meta_exports import (
    LONGEST_ENTRY,
    MetaExport,
    MetaList,
    find_lists,
    missing_parts,
)
from firsthand.ties.progress import Meter

# On all lists together: some 100 MB.
MOST_PEOPLE = 600_000
_ROWS_BETWEEN = 1_000
# Instagram opened in 2010. The last moment stands for none.
_FIRST, _LAST = 1_262_304_000, 4_102_444_800
_LATER = _LAST + 1
# What is asked for without a word about dates reaches a year back.
_USUAL_RANGE = 370 * 86_400
_NETWORKS = {Network.INSTAGRAM: "", Network.THREADS: THREADS}
_KINDS = {FOLLOWING: TieKind.FOLLOWS, FOLLOWERS: TieKind.FOLLOWED_BY}
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
        self._people: dict[str, dict[str, int]] = {}
        self._counts: dict[str, int] = {}
        self._problems = list(export.problems)
        self._skipped = 0
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
            entry.text(),
            decoder,
            entry.name,
            network,
            is_assigned=False,
            below=found.below,
            longest=LONGEST_ENTRY,
        )
        rows = 0
        people = self._people.setdefault(where, {})
        for row in array:
            rows += 1
            if row and (who := somebody(row, network)):
                _add(people, *who)
            else:
                self._skipped += 1
            if not rows % _ROWS_BETWEEN:
                self._check_room()
                if progress := self._meter.at(array.done):
                    yield progress
        self._check_room()
        self._counts[where] = self._counts.get(where, 0) + rows

    def _check_room(self) -> None:
        if sum(map(len, self._people.values())) > MOST_PEOPLE:
            raise UnreadableExport(
                "This export names more people than Firsthand can take in. Nothing of it was kept."
            )

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
                    _add(self._people.setdefault(what, {}), name, at)
                else:
                    self._skipped += 1
                if not self._counts[what] % _ROWS_BETWEEN:
                    self._check_room()
            if progress := self._meter.at(old.done):
                yield progress
        self._check_room()

    def _ties(self, owner: str | None) -> Iterator[FoundTie | FoundBlock]:
        """Each person once a network; and who was blocked."""
        for network, prefix in _NETWORKS.items():
            for name in sorted(self._people.get(prefix + BLOCKED, ())):
                yield FoundBlock(network, name=name)
            following = self._people.get(prefix + FOLLOWING, {})
            followers = self._people.get(prefix + FOLLOWERS, {})
            for name, at in following.items():
                kinds = [_count(TieKind.FOLLOWS, at)]
                if since := followers.get(name):
                    kinds.append(_count(TieKind.FOLLOWED_BY, since))
                if name != owner:
                    yield FoundTie(network, name, None, kinds)
            for name, at in followers.items():
                if name not in following and name != owner:
                    yield FoundTie(network, name, None, [_count(TieKind.FOLLOWED_BY, at)])

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
        dates = [
            range_
            for what, people in self._people.items()
            if not what.endswith(BLOCKED) and (range_ := _range(people))
        ]
        if not dates:
            return
        oldest, newest = min(first for first, _ in dates), max(last for _, last in dates)
        made_at = self._export.made_at
        if max(newest, made_at.timestamp() if made_at else 0) - oldest <= _USUAL_RANGE:
            day = datetime.fromtimestamp(oldest, UTC)
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


def _add(people: dict[str, int], name: str, at: int) -> None:
    """Of two dates always the same is kept, the earlier one."""
    if not _FIRST <= at < _LAST:
        at = _LAST
    if at < people.get(name, _LATER):
        people[name] = at


def _range(people: dict[str, int]) -> tuple[int, int] | None:
    dates = [at for at in people.values() if at != _LAST]
    return (min(dates), max(dates)) if dates else None


def _count(kind: TieKind, at: int) -> KindCount:
    return KindCount(kind, 1, None if at == _LAST else datetime.fromtimestamp(at, UTC))
