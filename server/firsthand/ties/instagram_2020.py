"""Instagram's ``connections.json`` of up to 2020: ``{"followers": {NAME: DATE, ...}, ...}``. Pure.

Read pair by pair: the object of a list is as long as the list.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from firsthand.ties.archive_files import Entry
from firsthand.ties.kinds import UnreadableExport

_LONGEST = 10_000
_TEXT = rb'"(?:[^"\\]++|\\.)*+"'
_SECTION = re.compile(rb"\s*(?:,\s*)?(" + _TEXT + rb")\s*:\s*(\{|null)", re.DOTALL)
_PAIR = re.compile(
    rb"\s*(?:,\s*)?(" + _TEXT + rb")\s*:\s*(" + _TEXT + rb"|null|[0-9]{1,12})(?=\s*[,}])", re.DOTALL
)
_END = re.compile(rb"\s*\}")
_REST = re.compile(rb"\s*")


class OldConnections:
    """``done`` is the number of bytes read so far."""

    def __init__(self, entry: Entry) -> None:
        self.done = 0
        self._name = entry.name
        self._chunks = entry.text()
        self._data = b""
        self._at = 0
        self._pairs = 0

    def rows(self) -> Iterator[tuple[str, str, int]]:
        """List, name, and seconds since 1970 (0: not said). Raises UnreadableExport."""
        if self._more():
            self._data = self._data.removeprefix(b"\xef\xbb\xbf")
        if not self._take(re.compile(rb"\s*\{")):
            raise self._broken("is not as Instagram writes it")
        while not self._take(_END):
            section = self._take(_SECTION)
            if section is None:
                raise self._broken("is cut off or damaged")
            name = _text(section[1])
            yield name, "", 0
            if section[2] == b"{":
                yield from self._pairs_of(name)
        self._take(_REST)
        if self._at < len(self._data) or self._more():
            raise self._broken("goes on after its end")

    def _pairs_of(self, section: str) -> Iterator[tuple[str, str, int]]:
        while not self._take(_END):
            pair = self._take(_PAIR)
            if pair is None:
                raise self._broken("is cut off or damaged")
            self._pairs += 1
            if name := _text(pair[1]):
                yield section, name, _seconds(pair[2])

    def _take(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """What stands here, if it is this and wholly here."""
        while len(self._data) - self._at < _LONGEST and self._more():
            pass
        found = pattern.match(self._data, self._at)
        if found:
            self._at = found.end()
        return found

    def _more(self) -> bool:
        chunk = next(self._chunks, b"")
        self._data = self._data[self._at :] + chunk
        self._at = 0
        self.done += len(chunk)
        return bool(chunk)

    def _broken(self, what: str) -> UnreadableExport:
        return UnreadableExport(
            f"{self._name} {what}: {self._pairs:,} entries could be read. Nothing was kept; "
            "download the export again."
        )


def _text(quoted: bytes) -> str:
    try:
        return msgspec.json.decode(quoted, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _seconds(value: bytes) -> int:
    if not value.startswith(b'"'):
        return 0
    try:
        moment = datetime.fromisoformat(_text(value))
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return 0
