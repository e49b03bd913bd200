"""The elements of a huge ``window.YTD.tweets.part0 = [ {...}, ... ]``, one by one. Pure.

No proper beginning of a JSON object is itself a JSON object. So a piece that starts where an
element starts and decodes *is* the element, or as many of them as it holds, however its end was
guessed. The guess is the text that stood between the two elements before (they are all printed
alike); where it fails, the end is found by counting brackets.
"""

import re
from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from firsthand.handles.networks import Network
from firsthand.ties.kinds import UnreadableExport

T = TypeVar("T")

LONGEST_OBJECT = 64 * 2**20
DEEPEST = 64
_LONGEST_PREFIX = 1000
_GUESS_WITHIN = 64 * 1024

_BOM = b"\xef\xbb\xbf"
_PREFIX = re.compile(rb"(?:\xef\xbb\xbf)?\s*([A-Za-z_$][\w$. ]{0,200}?)\s*=")
_SPACE = re.compile(rb"[ \t\r\n]*")
_SEPARATOR = re.compile(rb'\}[ \t\r\n]*,[ \t\r\n]*\{[ \t\r\n]*"[^"\\]{1,100}"')
_TOKEN = re.compile(rb'([{\[])|([}\]])|"(?:[^"\\]++|\\.)*+("?)', re.DOTALL)


def assigned_name(chunks: Iterator[bytes]) -> str | None:
    """What the file assigns to: ``window.YTD.tweets.part0``; None if it is no such file."""
    start = b""
    for chunk in chunks:
        start += chunk[:_LONGEST_PREFIX]
        if b"=" in start or len(start) >= _LONGEST_PREFIX:
            break
    found = _PREFIX.match(start)
    return found[1].decode("ascii") if found else None


def assigned_value(text: bytes) -> bytes:
    """The JSON after the first ``=`` of a small file."""
    return text.partition(b"=")[2].strip().removesuffix(b";")


_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


class JsArray(Generic[T]):
    """Iterate over it once: each element, or None for one that is null or of another shape.

    Without ``is_assigned`` it is plain JSON: an array, or several one after another, as pages that
    were joined are. With ``below`` it is a JSON object whose first key is this, and the array its
    value; what stands under other keys is not looked at.

    No element may be longer than ``longest`` bytes.

    ``done`` is the number of bytes taken from the chunks so far. Raises UnreadableExport, naming
    the place, for what is no such array. Where the chunks are cut never matters.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        decoder: msgspec.json.Decoder[T],
        name: str,
        network: Network = Network.X,
        *,
        is_assigned: bool = True,
        below: str | None = None,
        longest: int = LONGEST_OBJECT,
    ):
        self.done = 0
        self._chunks = chunks
        self._decode = decoder.decode
        element = decoder.type
        self._decode_many = msgspec.json.Decoder(list[element | None]).decode  # type: ignore[valid-type]  # known when it runs
        self._name = name
        self._odd = f"is not as {network.label} writes it"
        self._is_assigned = is_assigned and below is None
        self._below = below
        self._longest = longest
        self._data = b""
        self._at = 0
        self._before = 0
        self._elements = 0

    def __iter__(self) -> Iterator[T | None]:
        if self._is_assigned:
            self._skip_prefix()
        elif self._next() == _BOM[0] and (len(self._data) >= len(_BOM) or self._more(len(_BOM))):
            self._at += len(_BOM)
        if self._below is not None:
            yield from self._array_below(f'"{self._below}"'.encode())
            return
        if self._next() != ord("["):
            raise self._broken("has no list after the =" if self._is_assigned else self._odd)
        yield from self._array()
        while not self._is_assigned and self._next() == ord("["):
            yield from self._array()
        self._check_end()

    def _array(self) -> Iterator[T | None]:
        self._at += 1
        separator = b""
        brace = 0
        one_by_one_until = 0
        while (byte := self._next()) != ord("]"):
            if byte == ord("{"):
                while separator and self._before + self._at >= one_by_one_until:
                    end = self._last_guess(separator)
                    if end < 0:
                        break
                    try:
                        elements = self._decode_many(b"[%b]" % self._data[self._at : end + 1])
                    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                        one_by_one_until = self._before + end
                        break
                    self._elements += len(elements)
                    self._at = end + brace
                    yield from elements
                while separator and (end := self._guess(separator)) >= 0:
                    try:
                        element = self._decode(self._data[self._at : end + 1])
                    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                        break
                    self._elements += 1
                    self._at = end + brace
                    yield element
                end = self._end_of_object()
                yield self._decode_exactly(self._data[self._at : end])
                if learnt := _SEPARATOR.match(self._data, end - 1):
                    separator = learnt[0]
                    brace = separator.index(b"{")
                self._at = end
            elif self._is_null():
                self._at += 4
                yield None
            else:
                raise self._broken("is cut off" if byte < 0 else self._odd)
            self._elements += 1
            self._skip_comma()
        self._at += 1

    def _array_below(self, key: bytes) -> Iterator[T | None]:
        for expected in (b"{", key, b":"):
            self._next()
            while len(self._data) - self._at < len(expected) and self._more():
                pass
            if not self._data.startswith(expected, self._at):
                raise self._broken(self._odd)
            self._at += len(expected)
        if self._next() != ord("["):
            raise self._broken(self._odd)
        yield from self._array()
        if self._next() == ord(","):
            self._skip_rest()
        elif self._next() == ord("}"):
            self._at += 1
            self._check_end()
        else:
            raise self._broken("is cut off" if self._next() < 0 else self._odd)

    def _skip_rest(self) -> None:
        """To the end of the file, which is the object's."""
        last = b""
        while self._next() >= 0:
            last = self._data[self._at :].rstrip()[-1:] or last
            self._at = len(self._data)
        if last != b"}":
            raise self._broken("is cut off")

    def _skip_prefix(self) -> None:
        while (at := self._data.find(b"=")) < 0:
            if len(self._data) > _LONGEST_PREFIX or not self._more():
                raise self._broken("has no = near its start")
        self._at = at + 1

    def _skip_comma(self) -> None:
        byte = self._next()
        if byte == ord(","):
            self._at += 1
        elif byte != ord("]"):
            raise self._broken("is cut off" if byte < 0 else self._odd)

    def _check_end(self) -> None:
        if self._is_assigned and self._next() == ord(";"):
            self._at += 1
        if self._next() >= 0:
            raise self._broken("goes on after its list has ended")

    def _next(self) -> int:
        """The next byte that is no space, now at ``_at``; -1 at the end."""
        while True:
            if space := _SPACE.match(self._data, self._at):
                self._at = space.end()
            if self._at < len(self._data):
                return self._data[self._at]
            if not self._more():
                return -1

    def _more(self, at_least: int = 1) -> bool:
        """Take more of the chunks, forgetting what was consumed; False at the end."""
        parts = [self._data[self._at :]]
        taken = 0
        while taken < at_least and (chunk := next(self._chunks, b"")):
            parts.append(chunk)
            taken += len(chunk)
        self._before += self._at
        self._at = 0
        self._data = b"".join(parts)
        self.done += taken
        return taken > 0

    def _last_guess(self, separator: bytes) -> int:
        """Where the last element that is here probably ends (its last byte), or -1."""
        if len(self._data) - self._at < _GUESS_WITHIN:
            self._more()
        return self._data.rfind(separator, self._at, self._at + _GUESS_WITHIN)

    def _guess(self, separator: bytes) -> int:
        """Where the element probably ends (its last byte), or -1."""
        while True:
            end = self._data.find(separator, self._at, self._at + _GUESS_WITHIN)
            enough = len(self._data) - self._at >= _GUESS_WITHIN
            if end >= 0 or enough or not self._more():
                return end

    def _end_of_object(self) -> int:
        """One past the element's last byte, by counting brackets outside strings."""
        while True:
            depth = 0
            for token in _TOKEN.finditer(self._data, self._at):
                if token.lastindex == 1:
                    depth += 1
                    if depth > DEEPEST:
                        raise self._broken("is nested too deeply")
                elif token.lastindex == 2:
                    depth -= 1
                    if depth == 0:
                        return token.end()
                elif not token[3]:
                    break  # a string whose end is not here yet
            length = len(self._data) - self._at
            if length > self._longest:
                raise self._broken("has an entry that is too long")
            # Twice as much each time: what is looked at again stays in proportion.
            if not self._more(length):
                raise self._broken("is cut off")

    def _decode_exactly(self, piece: bytes) -> T | None:
        # Of an emoji that was cut in two, half stays behind in the text.
        for text in (piece, _ESCAPE.sub(_whole, piece)):
            try:
                return self._decode(text)
            except msgspec.ValidationError:
                if _is_json(text):
                    return None
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
        raise self._broken(self._odd)

    def _is_null(self) -> bool:
        while len(self._data) - self._at < 4:
            if not self._more():
                return False
        return self._data.startswith(b"null", self._at)

    def _broken(self, what: str) -> UnreadableExport:
        return UnreadableExport(
            f"{self._name} {what}: {self._elements:,} entries could be read, up to byte "
            f"{self._before + self._at:,}. Nothing was kept; download the export again."
        )


def _whole(escape: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if escape[1] else escape[0]


def _is_json(piece: bytes) -> bool:
    try:
        msgspec.json.decode(piece, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
