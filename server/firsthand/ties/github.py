"""Reads the answers of GitHub's API ``/users/NAME/following`` and ``/followers``. Pure.

GitHub's own export of an account lacks both lists. What a list is for, only its file's name says:
the answers look alike (docs.github.com/rest/users/followers).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from firsthand.handles.names import spell
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, handle_key
from firsthand.ties.archive_files import Entry
from firsthand.ties.js_arrays import JsArray
from firsthand.ties.kinds import (
    Found,
    FoundList,
    FoundTie,
    KindCount,
    Problem,
    Summary,
    TieKind,
    UnreadableExport,
)
from firsthand.ties.progress import Meter

MOST_PEOPLE = 300_000
_LONGEST_PAGE = 100
_HEAD = 4_000
_SUFFIXES = frozenset({"", ".json", ".txt"})
_LIST = re.compile(rb"\s*\[\s*\{")
_EMPTY = re.compile(rb"\s*\[\s*\]\s*")
_KINDS = {TieKind.FOLLOWS: "you follow nobody", TieKind.FOLLOWED_BY: "nobody follows you"}
_MISSING = {
    TieKind.FOLLOWS: "following.json, whom you follow, is not here.",
    TieKind.FOLLOWED_BY: "followers.json, who follows you, is not here.",
}
_UNSAID = (
    "Its name does not say which list this is: it was taken for the people whom you follow. If "
    "they follow you, undo this, name the file followers.json and import it again."
)

_Known = tuple[tuple[str, ...], frozenset[TieKind]]


class _User(msgspec.Struct):
    login: str
    id: int | None = None
    html_url: str = "https://github.com/"
    type: str = "User"


@dataclass
class _People:
    """Names and kinds by stable id, or by the name's key where the list has no ids."""

    skipped: int = 0
    _known: dict[int | str, _Known] = field(default_factory=dict)

    def add(self, user: _User | None, kind: TieKind) -> None:
        if user is None or not user.html_url.startswith("https://github.com/"):
            self.skipped += 1
            return
        if user.type != "User":
            return  # an organisation is nobody to meet
        try:
            name = spell(Network.GITHUB, user.login)
        except HandleProblem:
            self.skipped += 1
            return
        person: int | str = handle_key(Network.GITHUB, name)
        if user.id is not None and 0 < user.id < 2**63:
            person = user.id
        nothing: _Known = (), frozenset()
        names, kinds = self._known.get(person, nothing)
        if not names and len(self._known) == MOST_PEOPLE:
            raise UnreadableExport("These lists name more people than Firsthand can take in.")
        if name not in names:
            names = tuple(sorted((*names, name)))[:5]
        self._known[person] = names, _KINDS_TOGETHER[kinds | {kind}]

    def ties(self) -> Iterator[FoundTie]:
        """By rising id, then those without one."""
        ids = sorted(person for person in self._known if isinstance(person, int))
        named = {handle_key(Network.GITHUB, name) for each in ids for name in self._known[each][0]}
        without = sorted(person for person in self._known if isinstance(person, str))
        everybody: list[int | str] = [*ids, *(each for each in without if each not in named)]
        for person in everybody:
            (name, *aliases), kinds = self._known[person]
            counts = [KindCount(kind, 1) for kind in sorted(kinds)]
            stable_id = str(person) if isinstance(person, int) else None
            yield FoundTie(Network.GITHUB, name, stable_id, counts, aliases)


# One object for each combination, however many people there are.
_KINDS_TOGETHER = {
    kinds: kinds for kinds in (frozenset({first, second}) for first in _KINDS for second in _KINDS)
}


def read_github(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is no such list among them. Raises UnreadableExport, also while iterating."""
    lists = [entry for entry in entries if _is_list(entry)]
    return _read(lists) if lists else None


def _is_list(entry: Entry) -> bool:
    if entry.container and entry.path.suffix.lower() not in _SUFFIXES:
        return False
    # What a Windows shell saved is UTF-16: it is told so when it is read.
    head = next(entry.chunks(), b"")[:_HEAD].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf")
    if _EMPTY.fullmatch(head):
        return entry.path.stem.lower() in {"following", "followers"}
    is_elsewhere = b'"html_url"' in head and b"github.com" not in head
    return _LIST.match(head) is not None and b'"login"' in head and not is_elsewhere


def _kind_of(entry: Entry) -> TieKind | None:
    name = entry.name.lower()
    if "follower" in name:
        return TieKind.FOLLOWED_BY
    return TieKind.FOLLOWS if "following" in name else None


def _read(lists: Sequence[Entry]) -> Iterator[Found]:
    people = _People()
    problems: list[Problem] = []
    sizes: dict[TieKind, list[int]] = {}
    meter = Meter(lists)
    for entry in lists:
        kind = _kind_of(entry)
        if kind is None:
            problems.append(Problem(entry.name, _UNSAID))
        kind = kind or TieKind.FOLLOWS
        array = JsArray(
            entry.text(), msgspec.json.Decoder(_User), entry.name, Network.GITHUB, is_assigned=False
        )
        rows = 0
        for user in array:
            rows += 1
            people.add(user, kind)
            if progress := meter.at(array.done):
                yield progress
        yield meter.end_of(entry)
        sizes.setdefault(kind, []).append(rows)
    yield from (*problems, *_said_of(sizes))
    yield from people.ties()
    yield from _whole(sizes)
    yield Summary(Network.GITHUB, 0, people.skipped)


def _said_of(sizes: dict[TieKind, list[int]]) -> Iterator[Problem]:
    for kind, nobody in _KINDS.items():
        if kind not in sizes:
            yield Problem("GitHub", _MISSING[kind])
        elif not any(sizes[kind]):
            yield Problem("GitHub", f"The list is empty: it says that {nobody}.")


def _whole(sizes: dict[TieKind, list[int]]) -> Iterator[FoundList]:
    """A file longer than any page was joined from all of them; of a page nobody can say."""
    for kind, rows in sizes.items():
        if len(rows) == 1 and rows[0] > _LONGEST_PAGE:
            yield FoundList(Network.GITHUB, kind)
