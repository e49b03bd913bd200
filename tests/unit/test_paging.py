"""A list in pages: every row once, and no cursor but the list's own."""

from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.paging import Cursors, page_size
from firsthand.problems import Invalid

ANA, BEN = uuid4(), uuid4()
CURSORS = Cursors("a secret of the tests")
Row = tuple[str, UUID]


@given(st.lists(st.tuples(st.text(), st.uuids()), unique=True), st.integers(1, 7))
def test_following_the_cursors_shows_every_row_once_in_order(rows: list[Row], size: int) -> None:
    rows.sort()
    seen: list[Row] = []
    cursor: str | None = ""
    while cursor is not None:
        page = CURSORS.page(ANA, "names", cursor, str, size)
        after = page.after
        rest = [row for row in rows if after is None or row > after]
        shown, cursor = page.cut(rest[: page.limit], lambda row: row)
        assert len(shown) <= size
        seen += shown
    assert seen == rows


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (0.25, float),
        (date(2026, 11, 23), date),
        (datetime.fromisoformat("2026-11-23T10:00Z"), datetime),
    ],
)
def test_a_position_comes_back_as_it_was(key: object, kind: type[object]) -> None:
    page = CURSORS.page(ANA, "q", None, kind, size=1)
    _, cursor = page.cut([(key, BEN), (key, BEN)], lambda row: row)
    assert CURSORS.page(ANA, "q", cursor, kind).after == (key, BEN)


@pytest.mark.parametrize(
    ("owner", "query"), [(BEN, "names"), (ANA, "other names")], ids=["whose", "what"]
)
def test_a_cursor_of_somebody_or_something_else_is_refused(owner: UUID, query: str) -> None:
    page = CURSORS.page(ANA, "names", None, str, size=1)
    _, cursor = page.cut([("a", ANA), ("b", BEN)], lambda row: row)
    with pytest.raises(Invalid, match="not made for this list"):
        CURSORS.page(owner, query, cursor, str)


@given(st.text(min_size=1))
def test_a_cursor_that_somebody_made_up_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        CURSORS.page(ANA, "names", cursor, str)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_limit_outside_its_range_is_refused(limit: int) -> None:
    with pytest.raises(Invalid, match="1 to 100"):
        page_size(limit)
