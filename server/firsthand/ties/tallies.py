"""How often the owner did what with whom, and when first and last. Pure.

A number for each person and three numbers for each kind: that is all that is kept, so that half a
million people need some hundred megabytes, whatever was written.
"""

from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from firsthand.ties.kinds import KindCount, TieKind, UnreadableExport

MOST_PEOPLE = 500_000
# Nobody wrote there before, or will write later; a date outside is a mistake and left out.
_EARLIEST = datetime(2006, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_UNKNOWN = 0


def seconds_of(text: object) -> int:
    """RFC 3339 as seconds since 1970; 0 for what is no believable date."""
    if not isinstance(text, str) or len(text) > 40:
        return _UNKNOWN
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(moment.timestamp()) if _EARLIEST <= moment < _LATEST else _UNKNOWN
    except (ValueError, OverflowError):
        return _UNKNOWN


class Tallies:
    """People are told by whatever text names them."""

    def __init__(self, most_people: int = MOST_PEOPLE) -> None:
        self._most = most_people
        self._people: dict[str, int] = {}
        self._kinds: dict[TieKind, tuple[array[int], array[int], array[int]]] = {}

    def add(self, kind: TieKind, person: str, at: int) -> None:
        """Once more. Raises UnreadableExport when these are too many people."""
        number = self._people.get(person)
        if number is None:
            number = len(self._people)
            if number == self._most:
                raise UnreadableExport("This export names more people than Firsthand can take in.")
            self._people[person] = number
        counts, firsts, lasts = self._kinds.setdefault(kind, (array("q"), array("q"), array("q")))
        if number >= len(counts):
            for numbers in (counts, firsts, lasts):
                numbers.frombytes(bytes(8 * (number + 1 - len(numbers))))
        counts[number] += 1
        if at:
            firsts[number] = min(firsts[number] or at, at)
            lasts[number] = max(lasts[number], at)

    def people(self) -> Iterator[tuple[str, list[KindCount]]]:
        """Each person with their kinds, in the order of their names."""
        for person in sorted(self._people):
            yield person, self._kinds_of(self._people[person])

    def _kinds_of(self, number: int) -> list[KindCount]:
        kinds = []
        for kind, (counts, firsts, lasts) in sorted(self._kinds.items()):
            if number < len(counts) and counts[number]:
                first, last = _moment(firsts[number]), _moment(lasts[number])
                # A list has everybody once, however often it repeats them.
                is_once = kind in {TieKind.FOLLOWS, TieKind.FOLLOWED_BY}
                count = 1 if is_once else counts[number]
                kinds.append(KindCount(kind, count, first, None if is_once else last))
        return kinds


def added_up(kinds: Iterable[KindCount]) -> list[KindCount]:
    """Of one person under several names: each kind once, counts together."""
    whole: dict[TieKind, KindCount] = {}
    for each in kinds:
        known = whole.get(each.kind)
        firsts = [part.first_at for part in (known, each) if part and part.first_at]
        lasts = [part.last_at for part in (known, each) if part and part.last_at]
        count = each.count + (known.count if known else 0)
        first, last = min(firsts, default=None), max(lasts, default=None)
        whole[each.kind] = KindCount(each.kind, count, first, last)
    return [whole[kind] for kind in sorted(whole)]


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
