"""Importing an attendee list: everything of it or nothing, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.attendees.list_claims import ATTENDEE_LISTED, claim_for_accounts
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import is_told_claimed
from firsthand.badges.issuing import issue_badges
from firsthand.contacts.models import ContactAttendee
from firsthand.db import insert_new, lock_owners, new_id, now
from firsthand.folding import fold
from firsthand.handles.keeping import LISTED_HANDLES, handle_rows, replace_listed_handles
from firsthand.handles.models import Handle
from firsthand.handles.parsing import ParsedHandle
from firsthand.organising.list_file import ListProblem, ListRow
from firsthand.organising.list_plan import KnownAttendee, Plan, plan_import
from firsthand.organising.list_reading import MOST_ROWS
from firsthand.organising.removing import without_removed
from firsthand.outbox import enqueue
from firsthand.problems import Invalid
from firsthand.ties.matching import MATCH_EVENT

# A statement holds only so many parameters.
_AT_ONCE = 2_000
T = TypeVar("T")
Listed = Literal["all", "none"]


class ImportReport(msgspec.Struct):
    """What an import did; ``skipped`` rows are left out, each for one of the problems.

    ``removed`` rows are left out as well: these people asked to be removed from the event.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    problems: list[ListProblem] = []
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an import would do: the names of those added and of those changed, in the list's order,
    and the rest as an ImportReport counts it.
    """

    added: list[str]
    updated: list[str]
    unchanged: int
    skipped: int
    problems: list[ListProblem]
    removed: int


def forecast(
    session: Session, event_id: UUID, rows: Sequence[ListRow], key: bytes | None = None
) -> Forecast:
    """What ``import_list`` would do with these rows, as far as they say it; nothing is written.

    Raises Invalid as it does.
    """
    work = _prepare(session, event_id, rows, None, key)
    return Forecast(
        added=[row.name for row in work.plan.new],
        updated=[row.name for row, each in work.plan.known if each in work.changed],
        unchanged=len(work.plan.known) - len(work.changed),
        skipped=_skipped(work.plan),
        problems=work.plan.problems,
        removed=len(rows) - len(work.rows),
    )


def import_list(
    session: Session,
    event_id: UUID,
    rows: Sequence[ListRow],
    listed_default: Listed | None = None,
    key: bytes | None = None,
) -> ImportReport:
    """Add and update the event's attendees, give badges, claim for accounts with a row's e-mail.

    ``listed_default``: "all": the organiser affirms that everybody agreed whose row does not say
    no; "none": nobody did; None: what each row says, no for a new one that says nothing. What a
    person chose is never overridden. ``key``: by which those are known who asked to be removed.
    Raises Invalid for more rows than MOST_ROWS, or without the key where somebody asked.
    """
    lock_owners(session, [event_id])
    work = _prepare(session, event_id, rows, listed_default, key)
    plan, before = work.plan, work.before
    added = _add(session, event_id, plan.new, listed_default)
    _write_changes(session, work)
    issue_badges(session, event_id, [*added, *(attendee_id for _, attendee_id in plan.known)])
    session.flush()
    for some in _batches(sorted({row.email for row in work.rows if row.email})):
        claim_for_accounts(session, event_id, some)
    shown_anew = [
        each for each in work.changes if before[each].listed != work.changes[each]["listed"]
    ]
    for attendee_id in shown_anew:
        if before[attendee_id].account_id:
            enqueue(session, ATTENDEE_LISTED, attendee_id)
    enqueue(session, MATCH_EVENT, event_id)
    for attendee_id in _on_cards(session, {*work.other_handles, *shown_anew}):
        enqueue(session, LISTED_HANDLES, attendee_id)
    return ImportReport(
        added=len(plan.new),
        updated=len(work.changed),
        unchanged=len(plan.known) - len(work.changed),
        skipped=_skipped(plan),
        removed=len(rows) - len(work.rows),
        problems=plan.problems,
    )


@dataclass(slots=True)
class _Work:
    """An import that is thought through and not written yet.

    ``rows``: without those who asked to be removed; ``changes``: columns by attendee;
    ``other_handles``: everybody whose handles change; ``changed``: or whose columns.
    """

    rows: Sequence[ListRow]
    before: dict[UUID, Any]
    plan: Plan
    changes: dict[UUID, dict[str, Any]]
    changed: set[UUID]
    outdated_handles: list[UUID]
    fresh_handles: list[dict[str, object]]
    other_handles: list[UUID]


def _prepare(
    session: Session,
    event_id: UUID,
    rows: Sequence[ListRow],
    listed_default: Listed | None,
    key: bytes | None,
) -> _Work:
    if len(rows) > MOST_ROWS:
        raise Invalid(f"A list has at most {MOST_ROWS:,} rows. Split it, and import part by part.")
    rows = without_removed(session, key, event_id, rows)
    before = {attendee.id: attendee for attendee in _attendees(session, event_id)}
    plan = plan_import(_known(before), rows)
    changes = _changes(before, plan, listed_default)
    work = _Work(rows, before, plan, changes, set(changes), [], [], [])
    _compare_handles(session, work)
    return work


def _skipped(plan: Plan) -> int:
    return sum(problem.skipped for problem in plan.problems)


def _attendees(session: Session, event_id: UUID) -> Sequence[Any]:
    columns = (
        Attendee.id, Attendee.account_id, Attendee.name, Attendee.folded, Attendee.email,
        Attendee.headline, Attendee.company, Attendee.ticket, Attendee.listed,
        Attendee.chose_listed_at, Attendee.joined, Account.email.label("account_email"),
    )  # fmt: skip
    return session.execute(
        select(*columns)
        .outerjoin(Account, Account.id == Attendee.account_id)
        .where(Attendee.event_id == event_id)
        .order_by(Attendee.id)
    ).all()


def _known(before: dict[UUID, Any]) -> list[KnownAttendee]:
    return [
        KnownAttendee(
            a.id, a.name, a.email, a.ticket, a.account_email if is_told_claimed(a) else None,
            a.joined,
        )
        for a in before.values()
    ]  # fmt: skip


def _add(
    session: Session, event_id: UUID, rows: Sequence[ListRow], listed_default: Listed | None
) -> list[UUID]:
    made = now()
    ids = [new_id() for _ in rows]
    attendees = [
        {
            "id": attendee_id,
            "event_id": event_id,
            "account_id": None,
            "name": row.name,
            "folded": fold(row.name),
            "email": row.email or None,
            "headline": row.headline or "",
            "company": row.company or "",
            "ticket": row.ticket,
            "listed": bool(_listed(row, listed_default)),
            "created_at": made,
        }
        for attendee_id, row in zip(ids, rows, strict=True)
    ]
    for some in _batches(attendees):
        insert_new(session, Attendee, some)
    handles: list[dict[str, object]] = []
    for attendee_id, row in zip(ids, rows, strict=True):
        handles += handle_rows(row.handles or (), attendee_id=attendee_id)
    for batch in _batches(handles):
        replace_listed_handles(session, batch)
    return ids


def _changes(
    before: dict[UUID, Any], plan: Plan, listed_default: Listed | None
) -> dict[UUID, dict[str, Any]]:
    """Whom the list says otherwise, and their columns as they will be."""
    changes = {}
    for row, attendee_id in plan.known:
        was = before[attendee_id]
        after = _after(was, row, _listed(row, listed_default))
        if any(getattr(was, column) != value for column, value in after.items()):
            changes[attendee_id] = after
    return changes


def _after(was: Any, row: ListRow, listed: bool | None) -> dict[str, Any]:
    """The columns that a list decides, as they are after this row; the same keys for every row."""
    keeps_listed = was.chose_listed_at is not None or listed is None
    return {
        "name": row.name,
        "folded": fold(row.name),
        "email": was.email if row.email is None else row.email or None,
        "headline": was.headline if row.headline is None else row.headline,
        "company": was.company if row.company is None else row.company,
        "ticket": row.ticket or was.ticket,
        "listed": was.listed if keeps_listed else listed,
        "joined": False,
    }


def _listed(row: ListRow, listed_default: Listed | None) -> bool | None:
    """What the list says of this row's consent; None where it says nothing."""
    if listed_default == "none":
        return False
    if row.listed is None and listed_default == "all":
        return True
    return row.listed


def _compare_handles(session: Session, work: _Work) -> None:
    """The list's handles for whom nobody is known to have claimed."""
    wanted: dict[UUID, Sequence[ParsedHandle]] = {
        attendee_id: row.handles
        for row, attendee_id in work.plan.known
        if row.handles is not None and not is_told_claimed(work.before[attendee_id])
    }
    kept = _listed_handles(session, list(wanted))
    for attendee_id, handles in wanted.items():
        had = kept[attendee_id]
        keys = {(str(handle.network), handle.key, handle.name) for handle in handles}
        outdated = [handle_id for key, handle_id in had.items() if key not in keys]
        fresh = [h for h in handles if (str(h.network), h.key, h.name) not in had]
        work.outdated_handles += outdated
        work.fresh_handles += handle_rows(fresh, attendee_id=attendee_id)
        if outdated or fresh:
            work.other_handles.append(attendee_id)
            work.changed.add(attendee_id)


def _write_changes(session: Session, work: _Work) -> None:
    changes = [{"id": attendee_id, **after} for attendee_id, after in work.changes.items()]
    for some in _batches(changes):
        session.execute(update(Attendee), some)
    for gone in _batches(work.outdated_handles):
        session.execute(delete(Handle).where(Handle.id.in_(gone)))
    for fresh in _batches(work.fresh_handles):
        replace_listed_handles(session, fresh)


def _on_cards(session: Session, attendee_ids: Collection[UUID]) -> list[UUID]:
    """Those of these attendees of whom somebody has a card."""
    place = ContactAttendee.attendee_id
    return [
        attendee_id
        for some in _batches(sorted(attendee_ids))
        for attendee_id in session.scalars(select(place).where(place.in_(some)).distinct())
    ]


def _listed_handles(
    session: Session, attendee_ids: Sequence[UUID]
) -> dict[UUID, dict[tuple[str, str, str], UUID]]:
    kept: dict[UUID, dict[tuple[str, str, str], UUID]] = defaultdict(dict)
    for some in _batches(attendee_ids):
        for handle_id, attendee_id, network, key, name in session.execute(
            select(Handle.id, Handle.attendee_id, Handle.network, Handle.key, Handle.name).where(
                Handle.attendee_id.in_(some)
            )
        ):
            if attendee_id is not None:
                kept[attendee_id][network, key, name] = handle_id
    return kept


def _batches(items: Sequence[T] | Collection[T]) -> Iterator[list[T]]:
    everything = list(items)
    for start in range(0, len(everything), _AT_ONCE):
        yield everything[start : start + _AT_ONCE]
