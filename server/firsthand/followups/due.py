"""When something is due, in words and under headings. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, Protocol, TypeVar


class Due(Protocol):
    """Anything that is due on a day."""

    @property
    def due(self) -> date: ...

    @property
    def important(self) -> bool: ...


T = TypeVar("T", bound=Due)


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """Follow-ups under one heading."""

    title: str
    rows: Sequence[T]


def by_due_date(rows: Sequence[T], today: date) -> list[Group[T]]:
    """Today with what is overdue, the next seven days, later.

    Under each heading what matters most comes first, otherwise in the order given.
    """
    week = today + timedelta(days=7)
    rows = sorted(rows, key=lambda row: not row.important)
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


def days_of_rows(today: date) -> dict[str, Any]:
    """What the templates of follow-ups need of the calendar."""
    return {
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "next_week": today + timedelta(days=7 - today.weekday()),
    }
