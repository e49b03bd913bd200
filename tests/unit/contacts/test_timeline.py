"""The path between two people."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from firsthand.contacts.timeline import (
    MetOn,
    Moment,
    meeting_moments,
    newest_first,
    tie_moments,
    touch_moment,
)
from firsthand.ties.kinds import KindCount, TieKind

MOMENTS = st.datetimes(datetime(2006, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def met(at: datetime, event: str | None = "Seaside", *, known_before: bool = False) -> MetOn:
    return MetOn(at, at.date(), "seaside", event, "Europe/Paris", "", known_before)


def test_the_first_day_is_met_and_a_later_day_met_again() -> None:
    days = [datetime(2026, 2, day, 10, tzinfo=UTC) for day in (23, 22, 22)]
    kinds = [(moment.kind, moment.title) for moment in meeting_moments(map(met, days))]
    assert kinds == [
        ("met", "Met at Seaside"),
        ("met", "Met at Seaside"),
        ("met-again", "Met again at Seaside"),
    ]


def test_somebody_known_before_is_met_again_here() -> None:
    before = met(datetime(2026, 2, 22, tzinfo=UTC), None, known_before=True)
    here = met(datetime(2026, 2, 23, tzinfo=UTC))
    assert [moment.kind for moment in meeting_moments([here, before])] == [
        "known-before",
        "met-again",
    ]


def test_undated_ties_leave_no_moment() -> None:
    assert tie_moments("x", [KindCount(TieKind.FOLLOWS, 1)]) == []


def test_replies_show_the_first_and_the_last_with_their_number() -> None:
    replied = KindCount(
        TieKind.REPLIED, 14, datetime(2024, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    )
    titles = [moment.title for moment in tie_moments("x", [replied])]
    assert titles == ["Your first reply on X", "14 replies on X"]


@given(st.lists(MOMENTS), st.lists(MOMENTS))
def test_everything_comes_once_and_newest_first(
    meetings: list[datetime], touches: list[datetime]
) -> None:
    parts: list[list[Moment]] = [
        meeting_moments(met(at) for at in meetings),
        [touch_moment("call", at, "") for at in touches],
    ]
    path = newest_first(*parts)
    assert len(path) == len(meetings) + len(touches)
    assert [moment.at for moment in path] == sorted((m.at for m in path), reverse=True)
