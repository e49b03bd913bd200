"""Intents: what should come next, and how soon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.followups.intents import (
    DAYS_UNTIL_DUE,
    LONGEST_INTENT,
    MOST_INTENTS,
    clean_intents,
    days_until_due,
    intent_label,
    unite,
)


@pytest.mark.parametrize(
    ("intent", "days"),
    [
        ("send", 2),
        ("message", 3),
        ("call", 7),
        ("coffee", 14),
        ("keep-in-touch", 90),
        ("lunch", 14),
    ],
)
def test_each_intent_has_its_days(intent: str, days: int) -> None:
    assert days_until_due(intent) == days


def test_known_intents_are_recognised_however_they_are_written() -> None:
    assert clean_intents([" Coffee ", "Keep in touch", "coffee"]) == ["coffee", "keep-in-touch"]


def test_the_owners_own_intents_stay_as_typed() -> None:
    assert clean_intents(["Go sailing"]) == ["Go sailing"]
    assert intent_label("Go sailing") == "Go sailing"
    assert intent_label("keep-in-touch") == "Keep in touch"


def test_joiners_stay_and_what_no_reader_can_hold_goes() -> None:
    assert clean_intents(["👩‍💻 pair", "می‌بینمت", "a\x00b\u202e"]) == ["👩‍💻 pair", "می‌بینمت", "ab"]


@pytest.mark.parametrize("wrong", [["x" * 61], [f"own {i}" for i in range(13)]])
def test_too_long_or_too_many_is_refused(wrong: list[str]) -> None:
    with pytest.raises(ValueError, match=r"[Ii]ntent"):
        clean_intents(wrong)


@given(st.lists(st.text(max_size=20), max_size=MOST_INTENTS))
def test_cleaning_twice_changes_nothing(raw: list[str]) -> None:
    try:
        once = clean_intents(raw)
    except ValueError:
        return
    assert clean_intents(once) == once
    assert len(once) == len(set(once))
    assert all(0 < len(intent) <= LONGEST_INTENT for intent in once)


lists = st.lists(st.sampled_from([*DAYS_UNTIL_DUE, "lunch"]))


@given(lists, lists)
def test_uniting_keeps_every_intent_once(one: list[str], other: list[str]) -> None:
    united = unite(one, other)

    assert set(united) == set(one) | set(other)
    assert len(united) == len(set(united))
