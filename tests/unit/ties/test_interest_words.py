"""What the owner writes about: hashtags, counted, and named in what others say of themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.ties.interest_words import (
    MOST_INTERESTS,
    InterestCounts,
    common_interests,
    interest_tag,
)

MINE = {"databases": 40, "machinelearning": 12, "sailing": 3, "go": 9}


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("DataBases", "databases"),
        ("#Databases", "databases"),
        ("\uff33ailing", "sailing"),
        ("Stra\u00dfenbahn", "strassenbahn"),
        ("go", ""),
        ("2024", ""),
        ("The", ""),
        ("x" * 51, ""),
        ("", ""),
    ],
)
def test_a_tag_is_folded_or_says_nothing(written: str, tag: str) -> None:
    assert interest_tag(written) == tag


def test_a_tag_counts_once_a_post_and_once_alone_is_chance() -> None:
    counts = InterestCounts()
    for tags in (["Databases", "databases", "sailing"], ["databases"], ["once"], ["Sailing"]):
        counts.add(tags)
    assert counts.most() == [("databases", 2), ("sailing", 2)]


def test_only_the_most_used_are_kept() -> None:
    counts = InterestCounts()
    for number in range(MOST_INTERESTS + 50):
        for _ in range(2 + number % 3):
            counts.add([f"tag{number}"])
    most = counts.most()
    assert len(most) == MOST_INTERESTS
    assert [count for _, count in most] == sorted((count for _, count in most), reverse=True)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["I sail, and build #databases", "Sailing Ltd"], ["databases", "sailing"]),
        (["Machine learning at Harbour Labs"], ["machinelearning"]),
        (["#MachineLearning"], ["machinelearning"]),
        (["Metadatabases"], []),
        ([""], []),
        ([], []),
    ],
)
def test_a_text_names_whole_words_the_most_used_first(texts: list[str], found: list[str]) -> None:
    assert common_interests(MINE, *texts) == found


@given(st.dictionaries(st.text(max_size=9), st.integers(1, 9)), st.text(max_size=200))
def test_what_is_common_is_the_owners_and_no_more_than_three(
    interests: dict[str, int], text: str
) -> None:
    found = common_interests(interests, text)
    assert set(found) <= set(interests)
    assert len(found) <= 3
