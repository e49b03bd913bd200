"""When something is due, in words and under headings."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.followups.due import by_due_date, due_words

TODAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Row:
    due: date
    important: bool = False


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, ("3 days late", "late")),
        (-1, ("a day late", "late")),
        (0, ("today", "now")),
        (1, ("tomorrow", "")),
        (4, ("Fri", "")),
        (30, ("23 Dec", "")),
        (60, ("22 Jan 2027", "")),
    ],
)
def test_a_due_day_reads_as_a_person_says_it(days: int, words: tuple[str, str]) -> None:
    assert due_words(TODAY + timedelta(days=days), TODAY) == words


@given(st.lists(st.integers(-400, 400)))
def test_every_row_stands_under_exactly_one_heading_in_order(days: list[int]) -> None:
    rows = [Row(TODAY + timedelta(days=number)) for number in sorted(days)]
    groups = by_due_date(rows, TODAY)
    assert [row for group in groups for row in group.rows] == rows
    assert all(group.rows for group in groups)


@given(st.lists(st.tuples(st.integers(-400, 400), st.booleans())))
def test_under_each_heading_what_matters_most_comes_first(marked: list[tuple[int, bool]]) -> None:
    rows = [Row(TODAY + timedelta(days=number), first) for number, first in sorted(marked)]
    for group in by_due_date(rows, TODAY):
        assert [row.important for row in group.rows] == sorted(
            (row.important for row in group.rows), reverse=True
        )
        for mark in (True, False):
            due = [row.due for row in group.rows if row.important is mark]
            assert due == sorted(due)
