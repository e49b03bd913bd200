"""Reads a LinkedIn export, whole or one of its files: connections and messages. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from firsthand.handles.networks import Network
from firsthand.handles.parsing import handle_key
from firsthand.ties.archive_files import Entry
from firsthand.ties.csv_rows import Table, cell
from firsthand.ties.kinds import (
    Found,
    FoundHandle,
    FoundList,
    FoundOwner,
    FoundPerson,
    KindCount,
    Problem,
    Progress,
    Summary,
    TieKind,
)
from firsthand.ties.linkedin_messages import Messages
from firsthand.ties.linkedin_rows import Kind, LinkedInExport, day_of, find_linkedin, slug_of
from firsthand.ties.people_found import PeopleFound, emails, line, person_name
from firsthand.ties.progress import Meter

_LINKEDIN = Network.LINKEDIN


def read_linkedin(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is no file of a LinkedIn export among them.

    Raises UnreadableExport, also while iterating.
    """
    exports = find_linkedin(entries)
    return _Reading(exports).found() if exports else None


class _Reading:
    def __init__(self, exports: Sequence[LinkedInExport]) -> None:
        self._problems: list[Problem] = []
        self._exports = self._chosen(exports)
        self._people = PeopleFound()
        self._messages = Messages()
        self._connected: set[str] = set()
        self._whole = True
        self._skipped = 0
        self._name = ""
        self._meter = Meter(table.entry for kind in Kind for table in self._tables(kind))

    def found(self) -> Iterator[Found]:
        """All of it, a Summary last."""
        steps = {
            Kind.PROFILE: self._read_profile,
            Kind.CONNECTIONS: self._read_connections,
            Kind.INVITATIONS: self._messages.read_invitations,
            Kind.MESSAGES: self._messages.read_messages,
        }
        for kind, read in steps.items():
            for table in self._tables(kind):
                yield from self._progress(table, read(table))
        yield from self._results()

    def _results(self) -> Iterator[Found]:
        owner = self._owner()
        if not self._tables(Kind.CONNECTIONS):
            self._problem(
                "Connections.csv", "It is not here: it lists whom you are connected with."
            )
        yield from self._problems
        if owner:
            yield FoundOwner(_LINKEDIN, self._messages.spelling(owner), None)
            self._people.drop(_LINKEDIN, owner)
        yield from self._people.ties()
        yield from self._people.people()
        if self._connected and self._whole:
            yield FoundList(_LINKEDIN, TieKind.CONNECTED)
        skipped = self._skipped + self._messages.skipped
        made_at = self._exports[0].made_at
        yield Summary(_LINKEDIN, self._people.unresolved, skipped, made_at)

    def _chosen(self, exports: Sequence[LinkedInExport]) -> list[LinkedInExport]:
        """The newest, with what belongs to it; the days in the names tell."""
        newest = exports[0].made_at
        for other in exports:
            if other.made_at and other.made_at != newest:
                what = "An older export than the other one in this upload; left out."
                self._problem(other.place, what)
        return [each for each in exports if each.made_at in {newest, None}]

    def _tables(self, kind: Kind) -> list[Table]:
        return [table for each in self._exports for table in each.of(kind)]

    def _problem(self, where: str, what: str) -> None:
        self._problems.append(Problem(where, what))

    def _progress(self, table: Table, steps: Iterator[int]) -> Iterator[Progress]:
        for done in steps:
            if progress := self._meter.at(done):
                yield progress
        yield self._meter.end_of(table.entry)
        if table.unreadable:
            self._skipped += table.unreadable
            self._problem(table.entry.name, table.loss)

    def _read_profile(self, table: Table) -> Iterator[int]:
        """The owner's name; their own address is not in it, and their X name is no tie."""
        first, last = table.columns["first name"], table.columns["last name"]
        for row in table.rows():
            self._name = self._name or person_name(cell(row, first), cell(row, last))
            yield table.done

    def _read_connections(self, table: Table) -> Iterator[int]:
        link = table.column("url", "profile url")
        first, last = table.columns["first name"], table.columns["last name"]
        email, company = table.column("email address", "email"), table.column("company")
        position, connected = table.column("position", "title"), table.columns["connected on"]
        rows = hidden = undated = 0
        for row in table.rows():
            yield table.done
            rows += 1
            slug = slug_of(cell(row, link))
            name = person_name(cell(row, first), cell(row, last))
            if slug is None and not name:
                hidden += 1
                continue
            day = cell(row, connected)
            at = day_of(day)
            undated += at is None and day != ""
            person = FoundPerson(
                name,
                line(cell(row, position)),
                line(cell(row, company)),
                emails([cell(row, email)]),
                [],
                [FoundHandle(_LINKEDIN, slug)] if slug else [],
                at,
            )
            if slug is None:
                self._people.add_person(person)
                continue
            key = handle_key(_LINKEDIN, slug)
            self._connected.add(key)
            self._people.add_tie(_LINKEDIN, slug, _connection(at))
            self._people.add_person(person, same=key)
        self._say(table, rows, hidden, link)
        if undated:
            what = "Some dates could not be read; these people count without one"
            self._problem(table.entry.name, f"{what}: {undated:,}.")

    def _say(self, table: Table, rows: int, hidden: int, link: int) -> None:
        self._skipped += hidden
        self._whole = self._whole and link >= 0 and not table.unreadable
        name = table.entry.name
        if not rows:
            self._problem(name, "The list is empty: it says that you are connected with nobody.")
        if hidden:
            what = "Some people of this list keep their name from others; left out"
            self._problem(name, f"{what}: {hidden:,}.")
        if rows and link < 0:
            what = "It has no links to profiles, as before 2023: its names can only suggest people."
            self._problem(name, what)

    def _owner(self) -> str | None:
        """The owner's profile; counts what they wrote with others."""
        messages = self._messages
        owner = messages.owner(self._name, self._connected)
        if owner is None:
            if messages.rows:
                what = "Left out: nothing says which side of the messages is yours."
                self._problem("messages.csv", f"{what}{self._what_would_tell()}")
            return None
        for partner, kind in messages.partners(owner):
            spelling = messages.spelling(partner)
            self._people.add_tie(_LINKEDIN, spelling, kind)
            if partner not in self._connected and (name := messages.name_of(partner)):
                person = FoundPerson(name, handles=[FoundHandle(_LINKEDIN, spelling)])
                self._people.add_person(person, same=partner)
        return owner

    def _what_would_tell(self) -> str:
        """Files that could say who the owner is and are not here."""
        kinds = {
            "Profile.csv": Kind.PROFILE,
            "Connections.csv": Kind.CONNECTIONS,
            "Invitations.csv": Kind.INVITATIONS,
        }
        missing = [name for name, kind in kinds.items() if not self._tables(kind)]
        return f" Import {' and '.join(missing[:2])} together with it." if missing else ""


@lru_cache(maxsize=10_000)
def _connection(at: datetime | None) -> KindCount:
    """Shared by all the connections of a day."""
    return KindCount(TieKind.CONNECTED, 1, at)
