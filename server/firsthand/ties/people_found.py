"""What a list of people says: their ties by handle, and what it says of each human. Pure.

The order of the list never matters, nor how often it says the same.
"""

import re
import sys
from collections.abc import Iterable, Iterator

import msgspec

from firsthand.accounts.addresses import LONGEST_LINE, LONGEST_NAME, read_email, read_line
from firsthand.handles.networks import Network
from firsthand.handles.parsing import ParsedHandle, handle_key
from firsthand.problems import Invalid
from firsthand.ties.kinds import FoundHandle, FoundPerson, FoundTie, KindCount, UnreadableExport

# LinkedIn and Google themselves stop at some 30,000. What is kept of each person has no bound but
# this, so that a file which is made to grow ends before the memory does.
MOST_KEPT = 100 * 2**20
_EACH = 450
MOST_OF_A_KIND = 10
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FoundPerson)
_NO_DIGIT = re.compile(r"[^0-9+]")
_EXTENSION = re.compile(r"[;,xX#]|ext|p(?=[0-9])")

_Known = tuple[str, tuple[KindCount, ...]]


class PeopleFound:
    """``unresolved`` counts the people of whom no handle is known, once ``people`` were taken."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self.unresolved = 0
        self._room = most_kept
        self._ties: dict[Network, dict[str, _Known]] = {}
        self._people: dict[str | bytes, bytes] = {}

    def add_tie(self, network: Network, name: str, kind: KindCount) -> None:
        """Of two spellings of a name, and of two sayings of one kind, always the same is kept."""
        key = handle_key(network, name)
        ties = self._ties.setdefault(network, {})
        known = ties.get(key)
        if known is None:
            self._take(_EACH)
            ties[key] = (key if key == name else name, (kind,))
            return
        spelt, kinds = known
        if name != spelt or kind not in kinds:
            ties[key] = (min(spelt, name), _with(kinds, kind))

    def add_person(self, person: FoundPerson, same: str | None = None) -> None:
        """``same``: of all that is said of whom this names, only the fullest is kept."""
        said = _encoder.encode(person)
        key = said if same is None else same
        known = self._people.get(key)
        if known is None:
            self._take(sys.getsizeof(said) + _EACH // 3)
            self._people[key] = said
        elif known != said:
            self._people[key] = max(known, said, key=lambda each: (len(each), each))

    def drop(self, network: Network, name: str) -> None:
        """Nobody to tie to: the owner."""
        key = handle_key(network, name)
        self._ties.get(network, {}).pop(key, None)
        self._people.pop(key, None)

    def ties(self) -> Iterator[FoundTie]:
        """Each handle once, by network and name."""
        for network, ties in sorted(self._ties.items()):
            for _, (name, kinds) in sorted(ties.items()):
                yield FoundTie(network, name, None, list(kinds))

    def people(self) -> Iterator[FoundPerson]:
        """Counts ``unresolved``."""
        for said in sorted(self._people.values()):
            person = _decoder.decode(said)
            self.unresolved += not person.handles
            yield person

    def _take(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise UnreadableExport(
                "This file names more people than Firsthand can take in. Nothing of it was kept."
            )


def found_handles(handles: Iterable[ParsedHandle]) -> list[FoundHandle]:
    """Each handle once, in an order of their own."""
    once = {(handle.network, handle.key): handle for handle in handles}
    return [FoundHandle(network, handle.name) for (network, _), handle in sorted(once.items())]


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """One line without what must not be shown, cut at the longest."""
    if not text:
        return ""
    # Below the first combining mark every letter is composed already.
    if text.isprintable() and (text.isascii() or max(text) < "\u0300"):
        return " ".join(text[:longest].split())
    try:
        return read_line(text[:longest].strip(), "line", longest).strip()
    except Invalid:
        return ""  # composed in Unicode's own way it is longer


def person_name(*parts: str) -> str:
    """The parts of a name as one line."""
    return line(" ".join(part for part in parts if part), LONGEST_NAME)


def emails(texts: Iterable[str]) -> list[str]:
    """Those that are addresses, each once, in an order of their own."""
    found = set()
    for text in texts:
        if "@" in text:
            try:
                found.add(read_email(text.strip().removeprefix("mailto:")))
            except Invalid:
                continue
    return sorted(found)[:MOST_OF_A_KIND]


def phones(texts: Iterable[str]) -> list[str]:
    """The numbers without blanks and extensions, each once, in an order of their own."""
    found = set()
    for text in texts:
        number = text[:LONGEST_LINE].strip().removeprefix("tel:")
        digits = _NO_DIGIT.sub("", _EXTENSION.split(number)[0])
        if 4 <= len(digits) <= 20:
            found.add(digits)
    return sorted(found)[:MOST_OF_A_KIND]


def _with(kinds: tuple[KindCount, ...], more: KindCount) -> tuple[KindCount, ...]:
    others = tuple(each for each in kinds if each.kind != more.kind)
    same = next((each for each in kinds if each.kind == more.kind), None)
    together = (*others, _both(same, more) if same else more)
    return tuple(sorted(together, key=lambda each: each.kind))


def _both(one: KindCount, other: KindCount) -> KindCount:
    """The same fact, said twice."""
    firsts = [moment for moment in (one.first_at, other.first_at) if moment]
    lasts = [moment for moment in (one.last_at, other.last_at) if moment]
    return KindCount(
        one.kind,
        max(one.count, other.count),
        min(firsts, default=None),
        max(lasts, default=None),
    )
