"""The blocks of a CAR file, one by one: what a repository of the AT protocol is exported as. Pure.

Source: ipld.io/specs/transport/car/carv1 and github.com/multiformats/cid.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libipld

from firsthand.ties.archive_files import Entry
from firsthand.ties.kinds import UnreadableExport

# The protocol allows records of one megabyte and nodes that are smaller still.
LONGEST_BLOCK = 2 * 2**20
_LONGEST_VARINT = 10
_SHA2_256 = 0x12
_DAG_CBOR = 0x71
_ROOTS = b"eroots"

Digest = int


@dataclass(frozen=True, slots=True)
class Block:
    """``digest`` tells the block among others; ``value`` is None for one that cannot be read."""

    digest: Digest
    value: Any


def is_car(entry: Entry) -> bool:
    """By its beginning: the header has the key ``roots``."""
    head = next(entry.chunks(), b"")[:64]
    return len(head) > 12 and head[1] in {0xA1, 0xA2} and _ROOTS in head[2:24]


def digest_of(link: object) -> Digest | None:
    """Of a link as it stands in a block; None for what is no link."""
    if not isinstance(link, bytes) or len(link) < 9:
        return None
    return int.from_bytes(link[-8:], "big")


class CarFile:
    """Iterate over it once; ``roots`` is known from the start, ``done`` are the bytes read.

    Raises UnreadableExport, also while iterating.
    """

    def __init__(self, entry: Entry) -> None:
        self.done = 0
        self._name = entry.name
        self._chunks = entry.chunks()
        self._data = b""
        self._at = 0
        header = self._decoded(self._take(self._length()))
        if not isinstance(header, dict) or header.get("version") != 1:
            raise UnreadableExport(f"{self._name} is no repository that Bluesky exports (CARv1).")
        roots = header.get("roots")
        self.roots = [digest for root in roots or () if (digest := digest_of(root)) is not None]

    def __iter__(self) -> Iterator[Block]:
        while not self._is_at_end():
            section = self._take(self._length())
            codec, hashed_by, digest, data = self._split(section)
            is_sound = hashed_by != _SHA2_256 or hashlib.sha256(data).digest() == digest
            readable = is_sound and codec == _DAG_CBOR
            number = int.from_bytes(digest[-8:], "big")
            yield Block(number, self._decoded(data) if readable else None)

    def _split(self, section: bytes) -> tuple[int, int, bytes, bytes]:
        """Codec, hash function, digest, and the block itself."""
        if section[:2] == b"\x12\x20":  # a CID of version 0
            return 0x70, _SHA2_256, section[2:34], section[34:]
        at = 0
        numbers = []
        try:
            for _ in range(4):  # version, codec, hash function, length
                number, at = _varint(section, at)
                numbers.append(number)
        except IndexError:
            raise self._damaged() from None
        end = at + numbers[3]
        if numbers[0] != 1 or end > len(section) or numbers[3] < 8:
            raise self._damaged()
        return numbers[1], numbers[2], section[at:end], section[end:]

    def _decoded(self, data: bytes) -> Any:
        try:
            return libipld.decode_dag_cbor(data)
        except (ValueError, RecursionError, OverflowError):
            return None

    def _length(self) -> int:
        start = self._peek(_LONGEST_VARINT)
        try:
            length, used = _varint(start, 0)
        except IndexError:
            raise self._cut_off() from None
        if length > LONGEST_BLOCK:
            raise self._damaged()
        self._at += used
        return length

    def _take(self, length: int) -> bytes:
        taken = self._peek(length)[:length]
        if len(taken) < length:
            raise self._cut_off()
        self._at += length
        return taken

    def _is_at_end(self) -> bool:
        return not self._peek(1)

    def _peek(self, length: int) -> bytes:
        """At least so many bytes, where there are as many."""
        if len(self._data) - self._at < length:
            parts = [self._data[self._at :]]
            here = len(parts[0])
            while here < length and (chunk := next(self._chunks, b"")):
                parts.append(chunk)
                here += len(chunk)
                self.done += len(chunk)
            self._data, self._at = b"".join(parts), 0
        return self._data[self._at : self._at + max(length, 1)]

    def _cut_off(self) -> UnreadableExport:
        return UnreadableExport(
            f"{self._name} is cut off, near byte {self.done:,}. Nothing was kept; download the "
            "repository again."
        )

    def _damaged(self) -> UnreadableExport:
        return UnreadableExport(
            f"{self._name} is damaged, near byte {self.done:,}. Nothing was kept; download the "
            "repository again."
        )


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that starts there (unsigned LEB128), and where it ends. Raises IndexError."""
    number = 0
    for place in range(_LONGEST_VARINT):
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    raise IndexError
