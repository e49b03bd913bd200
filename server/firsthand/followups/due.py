"""When something is due, in words and under headings. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar


class Due(Protocol):
    """Anything that is due on a day."""

    @property
    def due(self) -> date: ...


T = TypeVar("T", bound=Due)


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """Follow-ups under one heading."""

    title: str
    rows: Sequence[T]


def by_due_date(rows: Sequence[T], today: date) -> list[Group[T]]:
    """Today with what is overdue, the next seven days, later; in the order given."""
    week = today + timedelta(days=7)
    groups = [
        Group("Today", [row for row in rows if row.due <= today]),
        Group("This week", [row for row in rows if today < row.due <= week]),
        Group("Later", [row for row in rows if row.due > week]),
    ]
    return [group for group in groups if group.rows]


def due_words(due: date, today: date) -> tuple[str, str]:
    """``today``, ``2 days late``, ``Fri``, ``14 July``; and the kind for the colour."""
    days = (due - today).days
    if days < 0:
        return (f"{-days} days late" if days < -1 else "a day late"), "late"
    if days == 0:
        return "today", "now"
    if days == 1:
        return "tomorrow", ""
    if days < 7:
        return f"{due:%a}", ""
    return f"{due.day} {due:%b}" + (f" {due.year}" if due.year != today.year else ""), ""
