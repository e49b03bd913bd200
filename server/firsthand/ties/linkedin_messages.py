"""Who wrote with whom on LinkedIn, and which of them the owner is. Pure.

No file of the export names the owner's own profile. But the owner takes part in every message, and
is the one who sent the outgoing invitations and got the incoming ones. What was written is not
looked at, but to know a message that stands in the upload twice.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from firsthand.handles.networks import Network
from firsthand.handles.parsing import handle_key
from firsthand.ties.csv_rows import Row, Table, cell
from firsthand.ties.kinds import KindCount, TieKind, UnreadableExport
from firsthand.ties.linkedin_rows import moment_of, slug_of
from firsthand.ties.people_found import person_name

MOST_PAIRS = 100_000
# More than these are told something, they are not talked with.
LARGEST_TALK = 20
# A few messages may lack the owner: their profile had another address once.
_NEARLY_ALL = 0.8
_REMEMBERED = 200_000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

_Pair = tuple[str, str]


class Messages:
    """People stand as the keys of their profiles' names (``handle_key``).

    ``rows`` counts the messages between people, ``skipped`` those that could not be read.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.skipped = 0
        self._took_part: Counter[str] = Counter()
        self._invited: Counter[str] = Counter()
        self._pairs: dict[_Pair, KindCount] = {}
        self._names: dict[str, tuple[datetime, str]] = {}
        self._spellings: dict[str, str] = {}
        self._seen: set[int] = set()

    def read_messages(self, table: Table) -> Iterator[int]:
        """Counts what is in the table; yields the bytes read from time to time."""
        columns = table.columns
        sender, recipients = columns["sender profile url"], table.column("recipient profile urls")
        date, name, to = columns["date"], columns["from"], table.column("to")
        draft, folder = table.column("is message draft"), table.column("folder")
        for row in table.rows():
            yield table.done
            if len(row) <= max(sender, date):
                self.skipped += 1
                continue
            if cell(row, draft).lower() in {"yes", "true"} or cell(row, folder).lower() == "spam":
                continue
            writer = self._person(cell(row, sender))
            readers = {self._person(link) for link in cell(row, recipients).split(",")[:1_000]}
            readers -= {None, writer}
            if writer is None or not readers or not self._is_new(row):
                continue
            at = moment_of(cell(row, date))
            self._count(writer, sorted(filter(None, readers)), at)
            self._name(writer, cell(row, name), at)
            if len(readers) == 1:
                self._name(next(filter(None, readers)), cell(row, to), at)

    def read_invitations(self, table: Table) -> Iterator[int]:
        """Learns from them who the owner is: an invitation that nobody has accepted ties nobody."""
        direction = table.columns["direction"]
        outgoing = table.column("inviterprofileurl", "inviter profile url")
        incoming = table.column("inviteeprofileurl", "invitee profile url")
        for row in table.rows():
            yield table.done
            way = cell(row, direction).lower()
            mine = outgoing if way == "outgoing" else incoming if way == "incoming" else -1
            if owner := self._person(cell(row, mine)):
                self._invited[owner] += 1

    def owner(self, name: str, connected: set[str]) -> str | None:
        """The owner's profile, None where nothing tells it.

        ``name`` is the one in the owner's profile, ``connected`` are the people whom the list of
        connections has: not the owner.
        """
        for counts, all_ in ((self._invited, self._invited.total()), (self._took_part, self.rows)):
            most = max(counts.values(), default=0)
            if not most or most < _NEARLY_ALL * all_:
                continue
            first = {person for person, count in counts.items() if count == most}
            if self.rows:
                first &= self._took_part.keys()
            named = {each for each in first if name and self.name_of(each) == name}
            for candidates in (first, named, first - connected):
                if len(candidates) == 1:
                    return next(iter(candidates))
        return None

    def spelling(self, person: str) -> str:
        """The name as the profile's address spells it."""
        return self._spellings[person]

    def name_of(self, person: str) -> str:
        """The human's name, as the newest message has it; empty if none has."""
        return self._names.get(person, (_LONG_AGO, ""))[1]

    def partners(self, owner: str) -> Iterator[tuple[str, KindCount]]:
        """With whom the owner wrote, and how often."""
        for pair, kind in self._pairs.items():
            if owner in pair:
                yield pair[pair[0] == owner], kind

    def _person(self, link: str) -> str | None:
        slug = slug_of(link.strip())
        if slug is None:
            return None
        key = handle_key(Network.LINKEDIN, slug)
        known = self._spellings.get(key)
        if known is None or slug < known:
            self._spellings[key] = slug
        return key

    def _is_new(self, row: Row) -> bool:
        mark = hash(tuple(row))
        if mark in self._seen:
            return False
        if len(self._seen) < _REMEMBERED:
            self._seen.add(mark)
        return True

    def _count(self, writer: str, readers: list[str], at: datetime | None) -> None:
        self.rows += 1
        self._took_part.update([writer, *readers])
        for reader in readers if len(readers) <= LARGEST_TALK else ():
            pair = (writer, reader) if writer < reader else (reader, writer)
            known = self._pairs.get(pair)
            if known is None and len(self._pairs) == MOST_PAIRS:
                raise UnreadableExport("These messages are between more people than can be.")
            self._pairs[pair] = _one_more(known, at)

    def _name(self, person: str, text: str, at: datetime | None) -> None:
        said = (at or _LONG_AGO, person_name(text))
        if said[1] and said > self._names.get(person, (_LONG_AGO, "")):
            self._names[person] = said


def _one_more(known: KindCount | None, at: datetime | None) -> KindCount:
    if known is None:
        return KindCount(TieKind.MESSAGED, 1, at, at)
    first, last = known.first_at, known.last_at
    if at is not None:
        first = at if first is None or at < first else first
        last = at if last is None or at > last else last
    return KindCount(TieKind.MESSAGED, known.count + 1, first, last)
