"""Reads what Bluesky gives: the repository (CAR), and its API's lists of people (JSON). Pure.

Source of the lists: docs.bsky.app, app.bsky.graph.getFollows and getFollowers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from firsthand.handles.names import spell
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem
from firsthand.ties.archive_files import Entry
from firsthand.ties.bluesky_repository import read_repository
from firsthand.ties.car_files import is_car
from firsthand.ties.kinds import (
    Found,
    FoundList,
    FoundOwner,
    FoundTie,
    KindCount,
    Problem,
    Summary,
    TieKind,
    UnreadableExport,
)
from firsthand.ties.progress import Meter

MOST_PEOPLE = 300_000
_HEAD = 4_000
_LARGEST_PAGE = 32 * 2**20
_SUFFIXES = frozenset({"", ".json", ".txt"})
_PEOPLE = re.compile(rb'"(?:follows|followers)"\s*:\s*\[')
_UNKNOWN_NAME = "handle.invalid"


class _Profile(msgspec.Struct, gc=False):
    did: str
    handle: str = ""


class _Page(msgspec.Struct):
    subject: _Profile | None = None
    follows: list[_Profile] | None = None
    followers: list[_Profile] | None = None
    cursor: str | None = None


@dataclass
class _People:
    owner: _Profile | None = None
    skipped: int = 0
    known: dict[str, tuple[str | None, set[TieKind]]] = field(default_factory=dict)

    def add(self, profile: _Profile, kind: TieKind) -> None:
        if not profile.did.startswith("did:") or len(profile.did) > 300:
            self.skipped += 1
            return
        name, kinds = self.known.get(profile.did, (None, set()))
        if not kinds and len(self.known) == MOST_PEOPLE:
            raise UnreadableExport("These lists name more people than Firsthand can take in.")
        self.known[profile.did] = name or _name(profile), kinds | {kind}


def read_bluesky(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is nothing of Bluesky among them. Raises UnreadableExport, also later."""
    repositories = [entry for entry in entries if is_car(entry)]
    if repositories:
        return _read_newest(repositories)
    pages = [entry for entry in entries if _is_page(entry)]
    return _read_pages(pages) if pages else None


def _read_newest(repositories: Sequence[Entry]) -> Iterator[Found]:
    """One repository; of several the largest is the newest, for it only grows."""
    newest = max(repositories, key=lambda entry: entry.size)
    for entry in repositories:
        if entry is not newest:
            what = f"Two repositories in one upload: {newest.name}, the larger one, was read."
            yield Problem(entry.name, what)
    yield from read_repository(newest)


def _is_page(entry: Entry) -> bool:
    if entry.container and entry.path.suffix.lower() not in _SUFFIXES:
        return False
    head = next(entry.chunks(), b"")[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    is_list = _PEOPLE.search(head) is not None and head.startswith(b"{")
    return is_list and (b'"did"' in head or b'"subject"' in head)


def _read_pages(pages: Sequence[Entry]) -> Iterator[Found]:
    people = _People()
    meter = Meter(pages)
    lists: dict[TieKind, list[bool]] = {}
    for entry in pages:
        page = _decoded(entry)
        people.owner = people.owner or page.subject
        for kind, listed in (
            (TieKind.FOLLOWS, page.follows),
            (TieKind.FOLLOWED_BY, page.followers),
        ):
            if listed is None:
                continue
            lists.setdefault(kind, []).append(page.cursor is None)
            for profile in listed:
                people.add(profile, kind)
        yield meter.end_of(entry)
    yield from _findings(people, lists)


def _findings(people: _People, lists: dict[TieKind, list[bool]]) -> Iterator[Found]:
    if people.owner and people.owner.did.startswith("did:"):
        yield FoundOwner(Network.BLUESKY, _name(people.owner), people.owner.did)
    for kind, ends in lists.items():
        which = "whom you follow" if kind is TieKind.FOLLOWS else "who follows you"
        if not any(ends):
            what = f"The list of {which} goes on: its last page (without a cursor) is not here."
            yield Problem("Bluesky", what)
        if ends == [True]:
            yield FoundList(Network.BLUESKY, kind)
    if not people.known:
        yield Problem("Bluesky", "The list is empty: there is nobody on it.")
    unresolved = 0
    for did, (name, kinds) in sorted(people.known.items()):
        unresolved += name is None
        counts = [KindCount(kind, 1) for kind in sorted(kinds)]
        yield FoundTie(Network.BLUESKY, name, did, counts)
    yield Summary(Network.BLUESKY, unresolved, people.skipped)


def _decoded(entry: Entry) -> _Page:
    text = entry.small_text(_LARGEST_PAGE).removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(text, type=_Page)
    except (msgspec.DecodeError, RecursionError):
        raise UnreadableExport(
            f"{entry.name} is not as Bluesky writes it, or cut off. Nothing was kept."
        ) from None


def _name(profile: _Profile) -> str | None:
    if not profile.handle or profile.handle == _UNKNOWN_NAME:
        return None
    try:
        return spell(Network.BLUESKY, profile.handle)
    except HandleProblem:
        return None
