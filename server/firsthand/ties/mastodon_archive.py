"""The archive of a Mastodon account: what it wrote, to whom, what it boosted and liked. Pure.

``outbox.json`` is a collection of activities (w3.org/TR/activitystreams-vocabulary): a Create with
its Note, whose tags mention people; an Announce of somebody's post, whose author stands in ``cc``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from firsthand.handles.names import spell
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, handle_key
from firsthand.ties.archive_files import Entry
from firsthand.ties.js_arrays import JsArray
from firsthand.ties.kinds import Found, KindCount, Problem, TieKind, UnreadableExport
from firsthand.ties.progress import Meter
from firsthand.ties.tallies import Tallies, added_up, seconds_of

_PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
_HEAD = 64 * 1024
_LARGEST_ACTOR = 2 * 2**20
_LARGEST_LIKES = 48 * 2**20
_LONGEST_ACTIVITY = 4 * 2**20
_MOST_RENAMED = 300_000
_COLLECTION = re.compile(rb'"type"\s*:\s*"OrderedCollection"')
_ITEMS = re.compile(rb'"orderedItems"\s*:\s*(?=\[)')
_ACTIVITY = re.compile(rb"\[\s*(?:\{|\]|null)")
_STATUS = re.compile(r"(https?://[^/\s]+/(?:users/|@)[^/\s]+)/(?:statuses/)?[^/\s]+/?")
_PROFILE = re.compile(r"https?://([^/\s]+)/(?:users/|@|u/|profile/)([A-Za-z0-9_.-]{1,60})/?")

_Some = list[str] | str | None


class _Tag(msgspec.Struct, gc=False):
    type: str = ""
    name: str | None = None
    href: str | None = None


class _Note(msgspec.Struct, gc=False, rename="camel"):
    in_reply_to: str | None = None
    tag: list[_Tag] | None = None


class _Activity(msgspec.Struct, gc=False):
    type: str
    actor: str | None = None
    published: str | None = None
    to: _Some = None
    cc: _Some = None
    object: _Note | str | None = None


class _Actor(msgspec.Struct, rename="camel"):
    id: str
    preferred_username: str


class _Likes(msgspec.Struct, rename="camel"):
    ordered_items: list[str]


@dataclass
class Archive:
    """``read`` it once, then ask ``people``: by key, the name and the kinds."""

    actor: Entry | None
    outbox: Entry | None
    likes: Entry | None
    owner: str = ""
    domain: str = ""
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    _own_id: str = ""
    _tallies: Tallies = field(default_factory=Tallies)
    # What mentions call the people whose address is known otherwise only by its form.
    _called: dict[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> list[Entry]:
        return [entry for entry in (self.outbox, self.likes) if entry]

    def learn_owner(self) -> None:
        """From actor.json. Raises UnreadableExport."""
        if self.actor is None:
            return
        text = self.actor.small_text(_LARGEST_ACTOR).removeprefix(b"\xef\xbb\xbf")
        try:
            actor = msgspec.json.decode(text, type=_Actor)
            host = urlsplit(actor.id).hostname or ""
            self.owner = spell(Network.MASTODON, f"{actor.preferred_username}@{host}")
            self.domain, self._own_id = host, actor.id
        except (msgspec.DecodeError, ValueError, HandleProblem):
            what = "This file does not say whose archive it is."
            self.problems.append(Problem(self.actor.name, what))

    def read(self, meter: Meter) -> Iterator[Found]:
        """Raises UnreadableExport."""
        if self.outbox:
            array = JsArray(
                _from_items(self.outbox),
                msgspec.json.Decoder(_Activity),
                self.outbox.name,
                Network.MASTODON,
                below="orderedItems",
                longest=_LONGEST_ACTIVITY,
            )
            for activity in array:
                self._add(activity)
                if progress := meter.at(array.done):
                    yield progress
            yield meter.end_of(self.outbox)
        else:
            what = "outbox.json, what you wrote and boosted, is not here."
            self.problems.append(Problem("Mastodon", what))
        if self.likes:
            self._add_likes(self.likes)
            yield meter.end_of(self.likes)

    def people(self) -> dict[str, tuple[str, list[KindCount]]]:
        """Without the owner."""
        people: dict[str, tuple[str, list[KindCount]]] = {}
        for person, kinds in self._tallies.people():
            name = self._called.get(person) or _name_of(person)
            if name is None:
                self.skipped += 1
                continue
            key = handle_key(Network.MASTODON, name)
            known = people.get(key, (name, []))
            people[key] = known[0], added_up([*known[1], *kinds])
        return people

    def _add(self, activity: _Activity | None) -> None:
        if activity is None:
            self.skipped += 1
            return
        self._own_id = self._own_id or activity.actor or ""
        at = seconds_of(activity.published)
        if activity.type == "Announce":
            self._add_boost(activity, at)
        elif activity.type == "Create" and isinstance(activity.object, _Note):
            self._add_note(activity.object, _is_private(activity), at)

    def _add_boost(self, activity: _Activity, at: int) -> None:
        posted = _STATUS.match(activity.object) if isinstance(activity.object, str) else None
        authors = [uri for uri in _listed(activity.cc) if self._is_somebody(uri)]
        author = authors[0] if authors else posted[1] if posted else ""
        if self._is_somebody(author):
            self._tallies.add(TieKind.REPOSTED, author, at)

    def _add_note(self, note: _Note, is_private: bool, at: int) -> None:
        mentioned = dict.fromkeys(
            tag.href
            for tag in note.tag or ()
            if tag.type == "Mention" and tag.href and self._is_somebody(tag.href)
        )
        for tag in note.tag or ():
            if tag.type == "Mention":
                self._learn_name(tag)
        answered = self._answered(note, list(mentioned))
        if answered:
            mentioned.setdefault(answered)
        for href in mentioned:
            kind = TieKind.REPLIED if href == answered else TieKind.MENTIONED
            self._tallies.add(TieKind.MESSAGED if is_private else kind, href, at)

    def _answered(self, note: _Note, mentioned: Sequence[str]) -> str | None:
        """Whose post this answers: by its address, else the first whom it mentions."""
        if not note.in_reply_to:
            return None
        posted = _STATUS.match(note.in_reply_to)
        author = posted[1] if posted else ""
        if author and not self._is_somebody(author):
            return None  # the owner goes on
        if author in mentioned or not mentioned:
            return author or None
        names = {_name_of(href): href for href in mentioned}
        return names.get(_name_of(author), mentioned[0])

    def _is_somebody(self, uri: str) -> bool:
        """Another person: not the owner, the public, or a list of followers."""
        return (
            uri not in _PUBLIC
            and uri.startswith(("https://", "http://"))
            and not uri.endswith("/followers")
            and not (self._own_id and (uri == self._own_id or uri.startswith(f"{self._own_id}/")))
            and (not self.owner or _name_of(uri) != self.owner)
        )

    def _learn_name(self, tag: _Tag) -> None:
        if not tag.href or not tag.name or len(self._called) == _MOST_RENAMED:
            return
        name = _called(tag.name, tag.href)
        if name and name != _name_of(tag.href):
            self._called[tag.href] = name

    def _add_likes(self, likes: Entry) -> None:
        text = likes.small_text(_LARGEST_LIKES).removeprefix(b"\xef\xbb\xbf")
        try:
            liked = msgspec.json.decode(text, type=_Likes).ordered_items
        except (msgspec.DecodeError, RecursionError):
            raise UnreadableExport(
                f"{likes.name} is not as Mastodon writes it, or cut off. Nothing was kept."
            ) from None
        for uri in liked:
            posted = _STATUS.match(uri)
            if posted and self._is_somebody(posted[1]):
                self._tallies.add(TieKind.LIKED, posted[1], 0)


def find_archive(entries: Sequence[Entry]) -> Archive | None:
    """The archive in this upload; None without any. Raises UnreadableExport."""
    actor = outbox = likes = None
    for entry in entries:
        name = entry.name.lower()
        if not name.endswith(".json"):
            continue
        head = _head(entry)
        if b'"preferredUsername"' in head and b'"inbox"' in head and name.startswith("actor"):
            actor = entry
        elif _COLLECTION.search(head) and (items := _ITEMS.search(head)):
            is_outbox = _ACTIVITY.match(head, items.end()) and not name.startswith("like")
            if is_outbox and not name.startswith("bookmark"):
                outbox = entry
            elif name.startswith("like"):
                likes = entry
    if not (outbox or actor):
        return None
    archive = Archive(actor, outbox, likes)
    archive.learn_owner()
    return archive


def _head(entry: Entry) -> bytes:
    head = b""
    for chunk in entry.chunks():
        head += chunk[: _HEAD - len(head)]
        if len(head) >= _HEAD:
            break
    return head


def _from_items(entry: Entry) -> Iterator[bytes]:
    """The collection as if the items were its first key: what stands before them says nothing."""
    head = b""
    chunks = entry.text()
    for chunk in chunks:
        head += chunk
        if found := _ITEMS.search(head):
            yield b'{"orderedItems":' + head[found.end() :]
            break
        if len(head) > 4 * _HEAD:
            break
    yield from chunks


def _is_private(activity: _Activity) -> bool:
    to = [*_listed(activity.to), *_listed(activity.cc)]
    return bool(to) and not any(uri in _PUBLIC or uri.endswith("/followers") for uri in to)


def _listed(some: _Some) -> list[str]:
    return [some] if isinstance(some, str) else some or []


@lru_cache(maxsize=20_000)
def _called(said: str, href: str) -> str | None:
    """What a mention calls somebody, with the server; None for what is no name."""
    name = said.removeprefix("@")
    try:
        if "@" not in name:
            name = f"{name}@{urlsplit(href).hostname or ''}"
        return spell(Network.MASTODON, name)
    except (HandleProblem, ValueError):
        return None


@lru_cache(maxsize=20_000)
def _name_of(uri: str) -> str | None:
    """The address that the form of a profile's address tells; None where it tells none."""
    found = _PROFILE.fullmatch(uri)
    if not found:
        return None
    try:
        return spell(Network.MASTODON, f"{found[2]}@{found[1]}")
    except HandleProblem:
        return None
