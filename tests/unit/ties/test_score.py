"""The strength of a tie: more, newer or mutual is never lower, and time changes no order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from firsthand.ties.kinds import KindCount, TieKind
from firsthand.ties.score import score, strength

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


@given(KINDS, st.integers(1, 1000))
def test_more_of_the_same_is_never_weaker(kinds: list[KindCount], more: int) -> None:
    first, *rest = kinds
    grown = KindCount(first.kind, first.count + more, first.first_at, first.last_at)
    assert strength([grown, *rest]) >= strength(kinds)


@given(KINDS, MOMENTS)
def test_newer_is_never_weaker(kinds: list[KindCount], moment: datetime) -> None:
    first, *rest = kinds
    dated = KindCount(first.kind, first.count, None, moment)
    newer = KindCount(first.kind, first.count, None, moment + timedelta(days=20))
    assert strength([newer, *rest]) >= strength([dated, *rest])


@given(KINDS)
def test_following_each_other_is_stronger_than_one_side(kinds: list[KindCount]) -> None:
    rest = [each for each in kinds if each.kind not in {TieKind.FOLLOWS, TieKind.FOLLOWED_BY}]
    one = [*rest, KindCount(TieKind.FOLLOWS, 1)]
    both = [*one, KindCount(TieKind.FOLLOWED_BY, 1)]
    assert strength(both) > strength(one)


@given(KINDS, KINDS, st.integers(0, 4000))
def test_time_passing_never_changes_the_order(
    one: list[KindCount], other: list[KindCount], days: int
) -> None:
    later = NOW + timedelta(days=days)
    if strength(one) >= strength(other):
        assert score(strength(one), later) >= score(strength(other), later)


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
