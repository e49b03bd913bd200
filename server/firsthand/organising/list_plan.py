"""Which row of a list is which attendee of the event. Pure."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from firsthand.organising.list_file import ListProblem, ListRow


@dataclass(frozen=True, slots=True)
class KnownAttendee:
    """What recognising an attendee needs.

    ``account_email`` of the account that claimed it; ``joined``: by the link, on no list so far.
    """

    id: UUID
    name: str
    email: str | None = None
    ticket: str | None = None
    account_email: str | None = None
    joined: bool = False


@dataclass(slots=True)
class Plan:
    """``known`` pairs rows with attendees, each attendee at most once; ``new`` are the others."""

    known: list[tuple[ListRow, UUID]] = field(default_factory=list)
    new: list[ListRow] = field(default_factory=list)
    problems: list[ListProblem] = field(default_factory=list)


def plan_import(attendees: Sequence[KnownAttendee], rows: Iterable[ListRow]) -> Plan:
    """By ticket if present, else by e-mail and name, else by a name that is unique in both lists.

    An attendee with another ticket than the row is somebody else. Who joined by the link is found
    by the account's e-mail alone, where it stands on one row. A row that says neither e-mail nor
    ticket cannot tell two people of one name apart: it is left out if one of them is known already.
    """
    plan = Plan()
    wanted = _without_duplicates(list(rows), plan)
    unique = _once(attendees) & _once(wanted)
    taken: set[UUID] = set()
    for find in (_by_ticket, _by_email_and_name, _by_joined_email, _by_name(unique)):
        found = find([a for a in attendees if a.id not in taken], wanted)
        wanted = [row for row in wanted if row.number not in found]
        plan.known += found.values()
        taken |= {attendee_id for _, attendee_id in found.values()}
    names = {name_key(attendee.name) for attendee in attendees if attendee.id not in taken}
    for row in wanted:
        if not row.email and not row.ticket and name_key(row.name) in names:
            what = "There are several people of this name, and neither e-mail nor ticket says whom."
            plan.problems.append(ListProblem(f"row {row.number}", what, skipped=True))
        else:
            plan.new.append(row)
    return plan


def name_key(name: str) -> str:
    """What two spellings of one name have in common."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_Found = dict[int, tuple[ListRow, UUID]]


def _without_duplicates(rows: list[ListRow], plan: Plan) -> list[ListRow]:
    kept, tickets, people = [], set(), set()
    for row in rows:
        person = (row.email, name_key(row.name))
        is_twice = row.ticket in tickets if row.ticket else bool(row.email) and person in people
        if is_twice:
            what = "It stands on the list twice. The first one counts."
            plan.problems.append(ListProblem(f"row {row.number}", what, skipped=True))
            continue
        kept.append(row)
        people.add(person)
        if row.ticket:
            tickets.add(row.ticket)
    return kept


def _by_ticket(attendees: Sequence[KnownAttendee], rows: Sequence[ListRow]) -> _Found:
    of_ticket = {attendee.ticket: attendee for attendee in attendees if attendee.ticket}
    return {
        row.number: (row, of_ticket[row.ticket].id)
        for row in rows
        if row.ticket and row.ticket in of_ticket
    }


def _by_email_and_name(attendees: Sequence[KnownAttendee], rows: Sequence[ListRow]) -> _Found:
    candidates: dict[tuple[str, str], list[KnownAttendee]] = defaultdict(list)
    for attendee in attendees:
        for email in {attendee.email, attendee.account_email} - {None, ""}:
            candidates[str(email), name_key(attendee.name)].append(attendee)
    found: _Found = {}
    taken: set[UUID] = set()
    for row in rows:
        for attendee in candidates.get((row.email or "", name_key(row.name)), ()):
            if attendee.id not in taken and not _other_ticket(row, attendee):
                found[row.number] = (row, attendee.id)
                taken.add(attendee.id)
                break
    return found


def _by_joined_email(attendees: Sequence[KnownAttendee], rows: Sequence[ListRow]) -> _Found:
    joined = {a.account_email: a for a in attendees if a.joined and a.account_email}
    times = Counter(row.email for row in rows)
    return {
        row.number: (row, joined[row.email].id)
        for row in rows
        if row.email in joined and times[row.email] == 1
    }


def _by_name(unique: set[str]) -> Callable[[Sequence[KnownAttendee], Sequence[ListRow]], _Found]:
    def find(attendees: Sequence[KnownAttendee], rows: Sequence[ListRow]) -> _Found:
        known = {name_key(attendee.name): attendee for attendee in attendees}
        found: _Found = {}
        for row in rows:
            attendee = known.get(name_key(row.name))
            if attendee and name_key(row.name) in unique and not _is_other(row, attendee):
                found[row.number] = (row, attendee.id)
        return found

    return find


def _once(people: Iterable[KnownAttendee | ListRow]) -> set[str]:
    """The names that stand once."""
    times = Counter(name_key(each.name) for each in people)
    return {name for name, count in times.items() if count == 1}


def _is_other(row: ListRow, attendee: KnownAttendee) -> bool:
    # Whoever joined has an address of their own; another one is another person.
    other_address = attendee.joined and bool(row.email) and row.email != attendee.account_email
    return other_address or _other_ticket(row, attendee)


def _other_ticket(row: ListRow, attendee: KnownAttendee) -> bool:
    return bool(row.ticket and attendee.ticket and row.ticket != attendee.ticket)
