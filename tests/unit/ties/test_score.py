"""The strength of a tie: more, newer or mutual is never lower, and time changes no order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from firsthand.ties.kinds import KindCount, TieKind
from firsthand.ties.score import AS_USUAL, LESS, MORE, USUAL, Tuning, score, strength

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MOMENTS = st.datetimes(
    datetime(2006, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(2026, 11, 1),  # noqa: DTZ001  # hypothesis adds the zone
    timezones=st.just(UTC),
)
KINDS = st.lists(
    st.builds(
        KindCount,
        kind=st.sampled_from([*TieKind]),
        count=st.integers(1, 100_000),
        first_at=st.none(),
        last_at=st.none() | MOMENTS,
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each.kind,
)
TUNINGS = st.just(AS_USUAL) | st.builds(
    Tuning, *[st.sampled_from([LESS, USUAL, MORE])] * len(Tuning.__struct_fields__)
)


@given(KINDS, st.integers(1, 1000), TUNINGS)
def test_more_of_the_same_is_never_weaker(
    kinds: list[KindCount], more: int, tuning: Tuning
) -> None:
    first, *rest = kinds
    grown = KindCount(first.kind, first.count + more, first.first_at, first.last_at)
    assert strength([grown, *rest], tuning) >= strength(kinds, tuning)


@given(KINDS, TUNINGS)
def test_a_further_kind_is_never_weaker(kinds: list[KindCount], tuning: Tuning) -> None:
    assert strength(kinds, tuning) >= strength(kinds[1:], tuning)


@given(KINDS, MOMENTS, TUNINGS)
def test_newer_is_never_weaker(kinds: list[KindCount], moment: datetime, tuning: Tuning) -> None:
    first, *rest = kinds
    dated = KindCount(first.kind, first.count, None, moment)
    newer = KindCount(first.kind, first.count, None, moment + timedelta(days=20))
    assert strength([newer, *rest], tuning) >= strength([dated, *rest], tuning)


@given(KINDS, TUNINGS)
def test_whatever_there_is_weighs_something(kinds: list[KindCount], tuning: Tuning) -> None:
    assert strength(kinds, tuning) > 0


@given(KINDS, st.sampled_from([LESS, USUAL]), TUNINGS)
def test_a_kind_that_matters_more_is_never_weaker(
    kinds: list[KindCount], level: int, tuning: Tuning
) -> None:
    for name in set(Tuning.__struct_fields__) - {"recent"}:
        less, more = replace(tuning, **{name: level}), replace(tuning, **{name: level + 1})
        assert strength(kinds, more) >= strength(kinds, less)


def test_where_conversations_matter_more_a_reply_stands_three_years_later() -> None:
    at = datetime(2020, 6, 1, tzinfo=UTC)
    replied = [KindCount(TieKind.REPLIED, 3, None, at)]
    later = [KindCount(TieKind.REPLIED, 3, None, at + timedelta(days=3 * 365))]
    assert strength(replied, Tuning(conversations=MORE)) == pytest.approx(strength(later))


def test_where_being_recent_matters_more_one_new_like_outweighs_many_old_messages() -> None:
    like = [KindCount(TieKind.LIKED, 1, None, datetime(2026, 11, 1, tzinfo=UTC))]
    messages = [KindCount(TieKind.MESSAGED, 500, None, datetime(2023, 11, 1, tzinfo=UTC))]
    assert strength(like) < strength(messages)
    assert strength(like, Tuning(recent=MORE)) > strength(messages, Tuning(recent=MORE))


@given(KINDS, TUNINGS)
def test_following_each_other_is_stronger_than_one_side(
    kinds: list[KindCount], tuning: Tuning
) -> None:
    rest = [each for each in kinds if each.kind not in {TieKind.FOLLOWS, TieKind.FOLLOWED_BY}]
    one = [*rest, KindCount(TieKind.FOLLOWS, 1)]
    both = [*one, KindCount(TieKind.FOLLOWED_BY, 1)]
    assert strength(both, tuning) >= strength(one, tuning)
    assert strength(both[-2:], tuning) > strength(one[-1:], tuning)


@given(KINDS, KINDS, st.integers(0, 4000), TUNINGS)
def test_time_passing_never_changes_the_order(
    one: list[KindCount], other: list[KindCount], days: int, tuning: Tuning
) -> None:
    later = NOW + timedelta(days=days)
    if strength(one, tuning) >= strength(other, tuning):
        assert score(strength(one, tuning), later) >= score(strength(other, tuning), later)


@given(st.floats(-1e3, 1e3), MOMENTS)
def test_a_score_lies_between_0_and_1(value: float, moment: datetime) -> None:
    assert 0 <= score(value, moment) <= 1


def test_a_message_this_week_outweighs_a_hundred_old_likes() -> None:
    message = [KindCount(TieKind.MESSAGED, 1, None, NOW - timedelta(days=2))]
    likes = [KindCount(TieKind.LIKED, 100, None, NOW - timedelta(days=2000))]
    assert strength(message) > strength(likes)
    assert 0.6 < score(strength(message), NOW) < 0.9


def test_nothing_weighs_nothing() -> None:
    assert strength([]) == 0
