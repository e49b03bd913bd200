"""An event's attendees as its organiser works with them: found, added, removed, badges replaced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import told_claimed
from firsthand.badges.issuing import issue_badges, revoke_badge
from firsthand.badges.models import Badge
from firsthand.folding import found_in
from firsthand.organising.list_columns import ListColumn
from firsthand.organising.list_file import ListProblem, read_row
from firsthand.organising.list_import import ImportReport, import_list
from firsthand.problems import Invalid, NotFound
from firsthand.scans.circles import forget_seen_names

BY_HAND = ("name", "email", "headline", "company", "ticket", "listed")
Position = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class ListedAttendee:
    """A row of the organiser's table; ``short_code`` is empty without a badge in force.

    ``claimed``: by somebody who has chosen here themselves.
    """

    id: UUID
    name: str
    email: str
    company: str
    ticket: str
    listed: bool
    claimed: bool
    short_code: str
    sort_key: str


def attendees_of_event(
    session: Session, event_id: UUID, q: str, limit: int, after: Position | None = None
) -> list[ListedAttendee]:
    """By name; ``q`` is a part of a name, address, company or ticket."""
    key = func.lower(Attendee.name)
    stmt = (
        select(
            Attendee.id, Attendee.name, Attendee.email, Attendee.company, Attendee.ticket,
            Attendee.listed, told_claimed(), Badge.short_code, key,
        )
        .outerjoin(Badge, (Badge.attendee_id == Attendee.id) & Badge.revoked_at.is_(None))
        .where(Attendee.event_id == event_id)
        .order_by(key, Attendee.id)
        .limit(limit)
    )  # fmt: skip
    if after:
        stmt = stmt.where(tuple_(key, Attendee.id) > after)
    if q:
        columns = (Attendee.name, Attendee.email, Attendee.company, Attendee.ticket)
        stmt = stmt.where(found_in(q, *columns))
    return [
        ListedAttendee(
            row.id, row.name, row.email or "", row.company, row.ticket or "", row.listed,
            row[6], row.short_code or "", row[-1],
        )
        for row in session.execute(stmt)
    ]  # fmt: skip


def count_attendees(session: Session, event_id: UUID) -> int:
    stmt = select(func.count()).select_from(Attendee).where(Attendee.event_id == event_id)
    return session.scalar(stmt) or 0


def sample_attendee(session: Session, event_id: UUID) -> Attendee | None:
    """Whose badge shows best how a layout copes: the longest name."""
    return session.scalar(
        select(Attendee)
        .where(Attendee.event_id == event_id)
        .order_by(func.length(Attendee.name).desc(), Attendee.id)
        .limit(1)
    )


def add_by_hand(
    session: Session, event_id: UUID, typed: Mapping[str, str], key: bytes
) -> ImportReport:
    """Add one person, read like a row of a list. Raises Invalid, naming the fields."""
    columns = [ListColumn(index, name, name) for index, name in enumerate(BY_HAND)]
    found = list(read_row(1, columns, [typed.get(name, "") for name in BY_HAND]))
    wrong = [problem for problem in found if isinstance(problem, ListProblem)]
    if wrong or not found:
        fields = {problem.where.rpartition(", ")[2]: problem.what for problem in wrong}
        name_problem = fields.pop("row 1", "" if found else "A name is needed.")
        if name_problem:
            fields["name"] = name_problem.replace(" This row was left out.", "")
        raise Invalid("Please check what is marked. Nobody was added.", fields)
    rows = [row for row in found if not isinstance(row, ListProblem)]
    report = import_list(session, event_id, rows, key=key)
    if report.removed:
        message = "This person asked to be removed from this event."
        raise Invalid(message, {"email" if typed.get("email") else "name": message})
    if report.skipped:
        raise Invalid(report.problems[0].what, {"name": report.problems[0].what})
    return report


def remove_attendee(session: Session, event_id: UUID, attendee_id: UUID) -> None:
    """Off the list, badge and all; what others keep about meeting them stays theirs."""
    forget_seen_names(session, Attendee.id == attendee_id)
    gone = session.scalar(
        delete(Attendee)
        .where(Attendee.id == attendee_id, Attendee.event_id == event_id)
        .returning(Attendee.id)
    )
    if gone is None:
        raise NotFound


def take_badge_away(session: Session, event_id: UUID, attendee_id: UUID) -> None:
    """Raises NotFound."""
    _check(session, event_id, attendee_id)
    revoke_badge(session, event_id, attendee_id)


def give_new_badge(session: Session, event_id: UUID, attendee_id: UUID) -> None:
    """Another code from now on: the badge that they had, leads nowhere. Raises NotFound."""
    _check(session, event_id, attendee_id)
    revoke_badge(session, event_id, attendee_id)
    issue_badges(session, event_id, [attendee_id])


def _check(session: Session, event_id: UUID, attendee_id: UUID) -> None:
    stmt = select(Attendee.id).where(Attendee.id == attendee_id, Attendee.event_id == event_id)
    if session.scalar(stmt) is None:
        raise NotFound


def preview_cells(columns: Sequence[ListColumn], cells: Sequence[str]) -> list[str]:
    """A raw row as wide as the header."""
    return [cells[column.index] if column.index < len(cells) else "" for column in columns]
