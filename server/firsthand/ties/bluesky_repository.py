"""Reads the repository that Bluesky exports as a CAR file: follows, likes, posts. Pure.

It knows people by their DID only, the owner too. What the newest commit's tree does not hold was
deleted since, and counts only where the tree is not whole.
Source: atproto.com/specs/repository.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from firsthand.handles.networks import Network
from firsthand.ties.archive_files import Entry
from firsthand.ties.car_files import CarFile, Digest, digest_of
from firsthand.ties.kinds import (
    Found,
    FoundBlock,
    FoundList,
    FoundOwner,
    FoundTie,
    Problem,
    Summary,
    TieKind,
    UnreadableExport,
)
from firsthand.ties.progress import Meter
from firsthand.ties.tallies import Tallies, seconds_of

_FOLLOW, _BLOCK = "app.bsky.graph.follow", "app.bsky.graph.block"
_LIKE, _REPOST, _POST = "app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.feed.post"
_WANTED = frozenset({_FOLLOW, _BLOCK, _LIKE, _REPOST, _POST})
_MENTION = "app.bsky.richtext.facet#mention"
_DID = re.compile(r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,240}")
_AUTHOR = re.compile(r"at://(did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,240})(?:/|$)")
# A tree of so many records is kept in some sixty megabytes.
_MOST_RECORDS = 1_500_000
_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[2-7a-z]{13}")
_PART = (
    "This file holds only a part of your repository. What it holds was read; for the whole, "
    "export it in Bluesky's settings again."
)


@dataclass
class _Tree:
    """What the nodes of all trees in the file link to, as digests."""

    links: dict[Digest, "array[int]"] = field(default_factory=dict)
    owner: str | None = None
    revision: str | None = None
    top: Digest | None = None
    records: int = 0

    def live(self) -> set[Digest] | None:
        """The records of the newest commit; None where a part of its tree is not here."""
        if self.top is None or self.records > _MOST_RECORDS:
            return None
        live: set[Digest] = set()
        seen: set[Digest] = set()
        waiting = [self.top]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node not in self.links:
                return None
            links = self.links[node]
            records_from = 1 + links[0]
            waiting += links[1:records_from]
            live.update(links[records_from:])
        return live


@dataclass
class _Ties:
    tallies: Tallies = field(default_factory=Tallies)
    blocked: set[str] = field(default_factory=set)
    skipped: int = 0
    followed: int = 0

    def add(self, record: dict[str, Any], owner: str | None) -> None:
        at = seconds_of(record.get("createdAt"))
        match record["$type"]:
            case "app.bsky.graph.follow":
                self.followed += 1
                self._add(TieKind.FOLLOWS, _did(record.get("subject")), at, owner)
            case "app.bsky.graph.block":
                if did := _did(record.get("subject")):
                    self.blocked.add(did)
            case "app.bsky.feed.like":
                self._add(TieKind.LIKED, _author(record.get("subject")), at, owner)
            case "app.bsky.feed.repost":
                self._add(TieKind.REPOSTED, _author(record.get("subject")), at, owner)
            case "app.bsky.feed.post":
                self._add_post(record, at, owner)

    def _add_post(self, post: dict[str, Any], at: int, owner: str | None) -> None:
        reply = post.get("reply")
        answered = None
        if isinstance(reply, dict) and (answered := _author(reply.get("parent"))):
            self._add(TieKind.REPLIED, answered, at, owner)
        for did in sorted(_mentioned(post) - {answered}):
            self._add(TieKind.MENTIONED, did, at, owner)

    def _add(self, kind: TieKind, did: str | None, at: int, owner: str | None) -> None:
        if did is None:
            self.skipped += 1
        elif did != owner:
            self.tallies.add(kind, did, at)


def read_repository(entry: Entry) -> Iterator[Found]:
    """Raises UnreadableExport while iterating."""
    # Twice over the same file: blocks come in any order, and the tree says which of them count.
    meter = Meter([entry, entry])
    tree = _Tree()
    damaged = 0
    first = CarFile(entry)
    for block in first:
        damaged += block.value is None
        _learn(tree, block.digest, block.value, first.roots)
        if progress := meter.at(first.done):
            yield progress
    yield meter.end_of(entry)
    if tree.owner is None:
        raise UnreadableExport(
            f"{entry.name} holds no commit of a Bluesky repository. Export it in Bluesky's "
            "settings, and import that file as it is."
        )
    live = tree.live()
    tree.links.clear()
    ties = _Ties()
    found: set[Digest] = set()
    second = CarFile(entry)
    for block in second:
        if _is_wanted(block.value) and block.digest not in found:
            if live is None or block.digest in live:
                ties.add(block.value, tree.owner)
            found.add(block.digest)
        elif live is not None and block.digest in live:
            live.discard(block.digest)
        if progress := meter.at(second.done):
            yield progress
    yield meter.end_of(entry)
    yield from _findings(entry, tree, ties, None if live is None else live - found, damaged)


def _findings(
    entry: Entry, tree: _Tree, ties: _Ties, missing: set[Digest] | None, damaged: int
) -> Iterator[Found]:
    yield FoundOwner(Network.BLUESKY, None, tree.owner)
    if missing is None or missing:
        yield Problem(entry.name, _PART)
    if damaged:
        what = f"Some of its blocks are damaged or of an unknown kind. Left out: {damaged:,}."
        yield Problem(entry.name, what)
    if not ties.followed:
        yield Problem(entry.name, "It says that you follow nobody.")
    unresolved = 0
    for did, kinds in ties.tallies.people():
        if did not in ties.blocked:
            unresolved += 1
            yield FoundTie(Network.BLUESKY, None, did, kinds)
    for did in sorted(ties.blocked):
        yield FoundBlock(Network.BLUESKY, did)
    if missing is not None and not missing and not damaged:
        yield FoundList(Network.BLUESKY, TieKind.FOLLOWS)
    yield Summary(Network.BLUESKY, unresolved, ties.skipped, _made_at(tree.revision))


def _learn(tree: _Tree, digest: Digest, value: Any, roots: list[Digest]) -> None:
    if not isinstance(value, dict):
        return
    if isinstance(value.get("e"), list):
        links = _links(value)
        tree.records += len(links) - 1 - links[0]
        if tree.records <= _MOST_RECORDS:
            tree.links[digest] = links
    elif _is_commit(value) and (tree.owner is None or digest in roots):
        # Of several commits the root is the newest.
        tree.owner, tree.top = value["did"], digest_of(value["data"])
        tree.revision = value.get("rev")


def _is_commit(value: dict[str, Any]) -> bool:
    return "$type" not in value and "data" in value and _did(value.get("did")) is not None


def _links(node: dict[str, Any]) -> "array[int]":
    """How many nodes are below, their digests, and those of the records."""
    nodes = [digest_of(node.get("l"))]
    records: list[Digest | None] = []
    for each in node["e"]:
        if isinstance(each, dict):
            nodes.append(digest_of(each.get("t")))
            records.append(digest_of(each.get("v")))
    below = [each for each in nodes if each is not None]
    return array("Q", [len(below), *below, *(each for each in records if each is not None)])


def _is_wanted(value: Any) -> bool:
    kind = value.get("$type") if isinstance(value, dict) else None
    return isinstance(kind, str) and kind in _WANTED


def _did(text: Any) -> str | None:
    return text if isinstance(text, str) and _DID.fullmatch(text) else None


def _author(subject: Any) -> str | None:
    """Whose record a strong reference means."""
    uri = subject.get("uri") if isinstance(subject, dict) else None
    found = _AUTHOR.match(uri) if isinstance(uri, str) else None
    return found[1] if found else None


def _mentioned(post: dict[str, Any]) -> set[str]:
    """By facets, or by the entities of the first months."""
    features = [
        each for facet in _dicts(post.get("facets")) for each in _dicts(facet.get("features"))
    ]
    said = [each.get("did") for each in features if each.get("$type") == _MENTION]
    entities = _dicts(post.get("entities"))
    said += [each.get("value") for each in entities if each.get("type") == "mention"]
    return {did for text in said if (did := _did(text))}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _made_at(revision: Any) -> datetime | None:
    """A revision is a timestamp: microseconds since 1970 and ten bits of a clock's name.

    Source: atproto.com/specs/tid.
    """
    if not isinstance(revision, str) or not _TID.fullmatch(revision):
        return None
    number = 0
    for letter in revision:
        number = number * 32 + _TID_DIGITS.index(letter)
    seconds = (number >> 10) / 1_000_000
    return datetime.fromtimestamp(seconds, UTC) if 1.1e9 < seconds < 4.1e9 else None
