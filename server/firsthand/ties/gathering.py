"""Who the owner has to do with on one network, added up from an export's records. Pure.

People are told apart by their stable id; a name alone stands for the id that the export shows with
that name, if that is one id only. Display names are never looked at.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from firsthand.handles.networks import Network
from firsthand.ties.kinds import FoundTie, KindCount, TieKind, UnreadableExport

MOST_PEOPLE = 2_000_000

# A stable id, or the lower-case name of somebody whose id is unknown.
Person = int | str
_Tally = list[int | None]  # count, first, last


class Gathering:
    """Times are seconds since 1970, None where the export is silent."""

    def __init__(self, network: Network, most_people: int = MOST_PEOPLE) -> None:
        self.unresolved = 0
        self._network = network
        self._room = most_people
        self._listed: dict[TieKind, set[int]] = {}
        self._tallies: dict[TieKind, dict[Person, _Tally]] = {}
        self._names: dict[int, tuple[str, int]] = {}
        self._older: dict[int, dict[str, tuple[str, int]]] = {}
        self._spellings: dict[str, str] = {}
        self._dropped: set[Person] = set()

    def add_listed(self, stable_id: int, kind: TieKind) -> None:
        """On a list of people, without a date."""
        people = self._listed.setdefault(kind, set())
        if stable_id not in people:
            self._make_room()
            people.add(stable_id)

    def add(self, person: Person, kind: TieKind, at: int | None) -> None:
        """One more reply, mention, message or repost."""
        tallies = self._tallies.setdefault(kind, {})
        tally = tallies.get(person)
        if tally is None:
            self._make_room()
            tallies[person] = [1, at, at]
            return
        count, first, last = tally
        tally[0] = (count or 0) + 1
        if at is not None:
            if first is None or at < first:
                tally[1] = at
            if last is None or at > last:
                tally[2] = at

    def named(self, name: str) -> str:
        """The person of whom only the name is known here."""
        key = name.lower()
        if key not in self._spellings:
            self._make_room()
            self._spellings[key] = name
        return key

    def learn_name(self, stable_id: int, name: str, at: int | None) -> None:
        """The export shows this id with this name at that time; the newest is the name."""
        when = at or 0
        known = self._names.get(stable_id)
        if known is None:
            self._make_room()
            self._names[stable_id] = (name, when)
            return
        newest, newest_at = known
        if name == newest:
            if when > newest_at:
                self._names[stable_id] = (newest, when)
            return
        if when >= newest_at:
            self._names[stable_id] = (name, when)
            name, when = newest, newest_at
        older = self._older.setdefault(stable_id, {})
        before = older.get(name.lower())
        if before is None:
            self._make_room()
        if before is None or when > before[1]:
            older[name.lower()] = (name, when)

    def drop(self, person: Person) -> None:
        """Nobody to tie to: the owner."""
        self._dropped.add(person)

    def found(self) -> Iterator[FoundTie]:
        """Each person once, by rising id, then the name-only ones; counts ``unresolved``."""
        self._merge_names_into_ids()
        people: set[Person] = set()
        for group in (*self._listed.values(), *self._tallies.values()):
            people.update(group)
        people -= self._dropped
        ids = sorted(person for person in people if isinstance(person, int))
        bearers = self._newest_bearers(ids)
        for stable_id in ids:
            name, aliases = self._names_of(stable_id, bearers)
            self.unresolved += name is None
            yield FoundTie(self._network, name, str(stable_id), self._kinds(stable_id), aliases)
        for key in sorted(person for person in people if isinstance(person, str)):
            yield FoundTie(self._network, self._spellings[key], None, self._kinds(key))

    def _make_room(self) -> None:
        self._room -= 1
        if self._room < 0:
            raise UnreadableExport(
                "This export names more people than Firsthand can take in (some two million)."
            )

    def _merge_names_into_ids(self) -> None:
        ids_of: dict[str, set[int]] = {key: set() for key in self._spellings}
        for stable_id, (name, _) in self._names.items():
            if (key := name.lower()) in ids_of:
                ids_of[key].add(stable_id)
        for stable_id, older in self._older.items():
            for key in older.keys() & ids_of.keys():
                ids_of[key].add(stable_id)
        for tallies in self._tallies.values():
            for key in [person for person in tallies if isinstance(person, str)]:
                if len(ids_of[key]) == 1:
                    (stable_id,) = ids_of[key]
                    tally = tallies.pop(key)
                    mine = tallies.setdefault(stable_id, [0, None, None])
                    tallies[stable_id] = _sum(mine, tally)

    def _newest_bearers(self, ids: list[int]) -> dict[str, int]:
        """Whose each name is now: a name that was given up can be somebody else's since."""
        bearers: dict[str, int] = {}
        for stable_id in ids:
            if known := self._names.get(stable_id):
                key = known[0].lower()
                other = bearers.get(key)
                if other is None or known[1] > self._names[other][1]:
                    bearers[key] = stable_id
        return bearers

    def _names_of(self, stable_id: int, bearers: dict[str, int]) -> tuple[str | None, list[str]]:
        if stable_id not in self._names:
            return None, []
        name = self._names[stable_id][0]
        older = sorted(
            self._older.get(stable_id, {}).items(), key=lambda item: item[1][1], reverse=True
        )
        aliases = [spelt for key, (spelt, _) in older if key != name.lower()]
        if bearers[name.lower()] != stable_id:
            return None, [name, *aliases]
        return name, aliases

    def _kinds(self, person: Person) -> list[KindCount]:
        kinds = [KindCount(kind, 1) for kind, people in self._listed.items() if person in people]
        for kind, tallies in self._tallies.items():
            if tally := tallies.get(person):
                count, first, last = tally
                kinds.append(KindCount(kind, count or 0, _moment(first), _moment(last)))
        return kinds


def _sum(one: _Tally, other: _Tally) -> _Tally:
    firsts = [moment for moment in (one[1], other[1]) if moment is not None]
    lasts = [moment for moment in (one[2], other[2]) if moment is not None]
    return [
        (one[0] or 0) + (other[0] or 0),
        min(firsts, default=None),
        max(lasts, default=None),
    ]


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
