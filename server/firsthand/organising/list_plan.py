"""Which row of a list is which attendee of the event. Pure."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from msgspec.structs import replace

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
    """``known`` pairs rows with attendees, each attendee at most once; ``new`` are the others.

    Their rows say only what the import may write.
    """

    known: list[tuple[ListRow, UUID]] = field(default_factory=list)
    new: list[ListRow] = field(default_factory=list)
    problems: list[ListProblem] = field(default_factory=list)


def plan_import(attendees: Sequence[KnownAttendee], rows: Iterable[ListRow]) -> Plan:
    """By ticket if present, else by e-mail and name, else by a name that is unique in both lists.

    An attendee with another ticket than the row is somebody else; so is one with another e-mail,
    unless the ticket says otherwise: whoever signs in with an address gets its place. An order says
    who it is together with the name. Who joined by the link is found by the account's e-mail alone,
    where it stands on one row. A row that says neither e-mail nor ticket cannot tell two people of
    one name apart: it is left out if one of them is known already.
    """
    plan = Plan()
    wanted = _without_duplicates(list(rows), plan)
    orders = _own_orders(attendees, wanted)
    unique = _once(attendees) & _once(wanted)
    taken: set[UUID] = set()
    for find in (
        _by_ticket,
        _by_order_and_name,
        _by_email_and_name,
        _by_joined_email,
        _by_name(unique),
    ):
        found = find([a for a in attendees if a.id not in taken], wanted)
        wanted = [row for row in wanted if row.number not in found]
        plan.known += found.values()
        taken |= {attendee_id for _, attendee_id in found.values()}
    tickets = {attendee.id: attendee.ticket for attendee in attendees}
    plan.known = [
        (row if tickets[each] else _with_order(row, orders), each) for row, each in plan.known
    ]
    namesakes: dict[str, list[KnownAttendee]] = defaultdict(list)
    for attendee in attendees:
        if attendee.id not in taken:
            namesakes[name_key(attendee.name)].append(attendee)
    for row in wanted:
        known = namesakes.get(name_key(row.name), [])
        if known and not row.email and not row.ticket:
            what = (
                "There are several people of this name, and neither e-mail nor ticket says which."
            )
            plan.problems.append(ListProblem(f"row {row.number}", what, skipped=True))
            continue
        if any(not _other_ticket(row, attendee) for attendee in known):
            what = (
                f"{row.name} stands on the list already, and neither e-mail nor ticket says that "
                "this is the same person, so it counts as another one. If it is the same person, "
                "remove one of the two from the attendees."
            )
            plan.problems.append(ListProblem(f"row {row.number}", what))
        plan.new.append(_with_order(row, orders))
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


def _own_orders(attendees: Iterable[KnownAttendee], rows: Sequence[ListRow]) -> set[str]:
    """Orders of one person each: only they can be kept as that person's ticket."""
    times = Counter(row.order for row in rows if row.order)
    tickets = {a.ticket for a in attendees} | {row.ticket for row in rows}
    return {order for order, count in times.items() if count == 1 and order not in tickets}


def _with_order(row: ListRow, orders: set[str]) -> ListRow:
    if row.ticket or row.order not in orders:
        return row
    return replace(row, ticket=row.order)


def _by_ticket(attendees: Sequence[KnownAttendee], rows: Sequence[ListRow]) -> _Found:
    of_ticket = {attendee.ticket: attendee for attendee in attendees if attendee.ticket}
    return {
        row.number: (row, of_ticket[row.ticket].id)
        for row in rows
        if row.ticket and row.ticket in of_ticket
    }


def _by_order_and_name(attendees: Sequence[KnownAttendee], rows: Sequence[ListRow]) -> _Found:
    of_order = {(a.ticket, name_key(a.name)): a for a in attendees if a.ticket}
    times = Counter((row.order, name_key(row.name)) for row in rows)
    return {
        row.number: (row, of_order[key].id)
        for row in rows
        if not row.ticket and times[key := (row.order, name_key(row.name))] == 1 and key in of_order
    }


def _by_email_and_name(attendees: Sequence[KnownAttendee], rows: Sequence[ListRow]) -> _Found:
    candidates: dict[tuple[str, str], list[KnownAttendee]] = defaultdict(list)
    for attendee in attendees:
        for email in _addresses(attendee):
            candidates[email, name_key(attendee.name)].append(attendee)
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
                found[row.number] = (_careful(row, attendee), attendee.id)
        return found

    return find


def _once(people: Iterable[KnownAttendee | ListRow]) -> set[str]:
    """The names that stand once."""
    times = Counter(name_key(each.name) for each in people)
    return {name for name, count in times.items() if count == 1}


def _is_other(row: ListRow, attendee: KnownAttendee) -> bool:
    # Whoever joined has an address of their own, even where it is not known here.
    addresses = _addresses(attendee)
    has_address = bool(addresses) or attendee.joined
    other_address = bool(row.email) and has_address and row.email not in addresses
    return other_address or _other_ticket(row, attendee)


def _other_ticket(row: ListRow, attendee: KnownAttendee) -> bool:
    return bool(row.ticket and attendee.ticket and row.ticket != attendee.ticket)


def _addresses(attendee: KnownAttendee) -> set[str]:
    return {email for email in (attendee.email, attendee.account_email) if email}


def _careful(row: ListRow, attendee: KnownAttendee) -> ListRow:
    """Of somebody known by more than a name, the name alone takes nothing away."""
    if not (row.email or row.ticket or attendee.ticket or _addresses(attendee)):
        return row
    return replace(
        row,
        email=row.email or None,
        headline=row.headline or None,
        company=row.company or None,
        handles=row.handles or None,
    )
