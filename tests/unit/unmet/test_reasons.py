"""Reasons in words: never empty, never a bare number."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.ties.kinds import TieKind
from firsthand.unmet.reasons import Reason, reason_line, reason_lines, score_words

TODAY = date(2026, 11, 23)
FOLLOWS = Reason("x", "follows", 1, None, None)
MOMENTS = st.none() | st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(9998, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    timezones=st.just(UTC),
)
REASONS = st.lists(
    st.builds(
        Reason,
        network=st.sampled_from([*Network]).map(str),
        kind=st.sampled_from([*TieKind]).map(str) | st.just("winked"),
        count=st.integers(0, 10**9),
        first_at=MOMENTS,
        last_at=MOMENTS,
    ),
    max_size=8,
)


def at(year: int, month: int) -> datetime:
    return datetime(year, month, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reasons", "line"),
    [
        (
            [Reason("x", "replied", 14, at(2024, 3), at(2026, 3))],
            "You replied 14 times, last in March",
        ),
        ([Reason("x", "replied", 1, None, None)], "You replied once"),
        (
            [Reason("mastodon", "liked", 2, None, at(2019, 5))],
            "You liked their posts twice on Mastodon, last in 2019",
        ),
        (
            [Reason("linkedin", "connected", 1, at(2019, 5), None)],
            "Connected on LinkedIn since 2019",
        ),
        ([FOLLOWS, Reason("x", "followed_by", 1, None, None)], "You follow each other on X"),
        (
            [
                Reason("x", "follows", 1, at(2019, 5), None),
                Reason("x", "followed_by", 1, at(2021, 5), None),
            ],
            "You follow each other on X since 2021",
        ),
        (
            [
                Reason("x", "follows", 1, at(2019, 5), None),
                Reason("x", "followed_by", 1, None, None),
            ],
            "You follow each other on X, you since 2019",
        ),
        (
            [FOLLOWS, Reason("x", "followed_by", 1, at(2026, 5), None)],
            "You follow each other on X, they since May",
        ),
        ([Reason("x", "replied", 1, None, at(2019, 5))], "You replied once, in 2019"),
        ([Reason("github", "follows", 1, None, at(2019, 5))], "You follow them on GitHub"),
        ([FOLLOWS, Reason("github", "followed_by", 1, None, None)], "Follows you on GitHub"),
        ([], "You know each other online"),
    ],
)
def test_a_reason_reads_like_a_sentence(reasons: list[Reason], line: str) -> None:
    assert reason_line(reasons, TODAY) == line


def test_the_last_time_is_said_with_its_day_where_that_is_asked_for() -> None:
    reasons = [
        Reason("x", "replied", 14, at(2024, 2), at(2026, 2)),
        Reason("x", "mentioned", 1, None, at(2024, 2)),
        Reason("x", "liked", 3, None, None),
    ]
    assert reason_lines(reasons, TODAY, exact=True) == [
        "You replied 14 times, last on 9 Feb 2026",
        "You mentioned them once, on 9 Feb 2024",
        "You liked their posts 3 times",
    ]


@given(REASONS, st.booleans())
def test_no_year_is_said_that_no_fact_holds(reasons: list[Reason], exact: bool) -> None:
    held = {f"{moment.year}" for r in reasons for moment in (r.first_at, r.last_at) if moment}
    for line in reason_lines([replace(r, count=0) for r in reasons], TODAY, exact=exact):
        assert set(re.findall(r"\b\d{4}\b", line)) <= held


@given(REASONS)
def test_a_line_is_never_empty_and_never_a_bare_number(reasons: list[Reason]) -> None:
    for line in [reason_line(reasons, TODAY), *reason_lines(reasons, TODAY)]:
        assert sum(character.isalpha() for character in line) > 5
        assert line == line.strip()


@given(REASONS, st.floats(0, 1))
def test_a_score_is_never_shown_without_its_words(reasons: list[Reason], score: float) -> None:
    for word, value in score_words(reasons, score, TODAY):
        assert word
        assert any(character.isalpha() for character in value)


@given(REASONS)
def test_no_line_comes_twice(reasons: list[Reason]) -> None:
    lines = reason_lines(reasons, TODAY)
    assert len(lines) == len(set(lines))
