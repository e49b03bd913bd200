"""Reads the friends of a Facebook export: names only, so hints and never ties. Pure.

Three layouts: ``friends/friends.json`` with the key ``friends`` (2018), then
``friends_and_followers/friends.json`` and ``connections/friends/your_friends.json`` with
``friends_v2``. Text is written byte by byte (``mojibake``).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from firsthand.accounts.addresses import LONGEST_NAME
from firsthand.handles.networks import Network
from firsthand.ties.archive_files import Entry
from firsthand.ties.js_arrays import JsArray
from firsthand.ties.kinds import Found, FoundPerson, Problem, Summary
from firsthand.ties.meta_exports import (
    LONGEST_ENTRY,
    MetaExport,
    MetaList,
    find_lists,
    head_of,
    html_lists,
)
from firsthand.ties.mojibake import mended
from firsthand.ties.packed_rows import PackedRows
from firsthand.ties.people_found import emails, line
from firsthand.ties.progress import Meter

# Facebook opened in 2004.
_FIRST, _LAST = 1_072_915_200, 4_102_444_800
_UNDATED = "0" * 10  # as many digits as all moments between those have
_ROWS_BETWEEN = 1_000
_MOST_KEPT = 130 * 2**20
_LIST = re.compile(rb'\{\s*"(friends_v2|friends)"\s*:\s*\[\s*(?:null\s*,\s*)*(\]|\{)?')
_FIELDS = re.compile(
    rb'\s*"(?:name|timestamp|contact_info)"\s*:\s*(?:"(?:[^"\\]|\\.){0,1000}"|[0-9]{1,12})\s*(,|\})'
)
_STEM = re.compile(r"(?:your_)?friends(?:_[0-9]{1,4})?(?: ?\([0-9]+\))?")
_HTML = re.compile(r"/(?:your_)?friends(?:_[0-9]{1,4})?(?: ?\([0-9]+\))?\.html?$")
_OTHER = re.compile(
    rb'\{\s*"(?:profile_v2|(?:deleted_friends|rejected_requests|sent_requests|'
    rb'received_requests|following|followers)_v[23])"\s*:'
)
_GONE = frozenset({"Facebook User", "Facebook user", "Facebook Nutzer", "Utilisateur de Facebook"})
_NAMES_ONLY = "Facebook gives the names of your friends and no links: they can only suggest people."


class _Friend(msgspec.Struct, gc=False):
    name: str
    timestamp: int | None = None
    contact_info: str | None = None


def read_facebook(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is no list of friends among them.

    Raises UnreadableExport, also while iterating.
    """
    export = find_lists(entries, _identify)
    return _Reading(export).found() if export else None


def what_is_lacking(entries: Sequence[Entry]) -> str | None:
    """What to ask Facebook for if this is an export of it that lists nobody."""
    if html_lists(entries, _HTML, b"facebook"):
        return (
            "This Facebook export was made as web pages (HTML), which Firsthand does not read. "
            "Ask Facebook for it again, and choose JSON as the format."
        )
    if any(_OTHER.match(head_of(entry)) for entry in entries):
        return (
            "This Facebook export does not hold your friends. Ask Facebook for it again, with "
            "“Friends” (or “Connections”) among what it should hold."
        )
    return None


def _identify(entry: Entry) -> MetaList | None:
    head = head_of(entry)
    found = _LIST.match(head)
    if not found:
        return None
    key = found[1].decode()
    if key == "friends":
        # Anybody's list may be called that: here the fields of the first friend tell.
        is_ours = _is_friend(head, found) if found[2] == b"{" else _STEM.fullmatch(_stem(entry))
        if not is_ours:
            return None
    return MetaList(key, key, entry)


def _is_friend(head: bytes, found: re.Match[bytes]) -> bool:
    at = found.end()
    while field := _FIELDS.match(head, at):
        if field[1] == b"}":
            return True
        at = field.end()
    return False


def _stem(entry: Entry) -> str:
    return entry.path.stem.lower()


class _Reading:
    def __init__(self, export: MetaExport) -> None:
        self._export = export
        self._friends = PackedRows(_MOST_KEPT)
        self._skipped = 0
        self._meter = Meter(each.entry for each in export.lists)

    def found(self) -> Iterator[Found]:
        """All of it, a Summary last."""
        rows = 0
        for each in self._export.lists:
            array = JsArray(
                each.entry.text(),
                msgspec.json.Decoder(_Friend),
                each.entry.name,
                Network.FACEBOOK,
                below=each.below,
                longest=LONGEST_ENTRY,
            )
            for friend in array:
                rows += 1
                if not (friend and self._add(friend)):
                    self._skipped += 1
                if not rows % _ROWS_BETWEEN and (progress := self._meter.at(array.done)):
                    yield progress
            yield self._meter.end_of(each.entry)
        yield from self._export.problems
        what = _NAMES_ONLY if rows else "The list is empty: it says that you have no friends there."
        yield Problem(Network.FACEBOOK.label, what)
        unresolved = 0
        for row in self._friends.once():
            unresolved += 1
            yield _person(row)
        yield Summary(Network.FACEBOOK, unresolved, self._skipped, self._export.made_at)

    def _add(self, friend: _Friend) -> bool:
        """Two friends of one name are two, unless they came in the same second."""
        name = line(mended(friend.name), LONGEST_NAME)
        if not name or name in _GONE:
            return False
        at = friend.timestamp or 0
        # The moment first: Facebook sorts by it, and what is sorted is sorted again at once.
        row = f"{at}{name}" if _FIRST <= at < _LAST else _UNDATED + name
        if friend.contact_info:
            row = "\0".join([row, *emails([friend.contact_info])[:1]])
        self._friends.add(row)
        return True


def _person(row: str) -> FoundPerson:
    at = int(row[:10])
    moment = datetime.fromtimestamp(at, UTC) if at else None
    name = row[10:]
    if "\0" not in name:
        return FoundPerson(name, at=moment)
    name, email = name.split("\0")
    return FoundPerson(name, emails=[email], at=moment)
