"""The parser against a naive reading of the same made-up posts, and its parts by tables."""

import json
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand.ties.kinds import FoundTie, TieKind
from firsthand.ties.reading import read_export
from firsthand.ties.x_records import exact_id, is_inexact, screen_name, seconds
from tests.archives import (
    OWNER_ID,
    OWNER_NAME,
    Crowd,
    account,
    answer_to,
    assignment,
    mention,
    some_tweets,
    tweet,
    write_zip,
)

PEOPLE = [("ana_owner", OWNER_ID), ("Bea", "601"), ("bea_2", "602"), ("cem", "1" + "0" * 18)]
IDS = {name.lower(): stable_id for name, stable_id in PEOPLE}
START = datetime(2015, 1, 1, tzinfo=UTC)

people = st.sampled_from(PEOPLE)


@st.composite
def posts(draw: st.DrawFn) -> dict[str, Any]:
    mentions = [mention(*person) for person in draw(st.lists(people, max_size=3))]
    at = START + timedelta(minutes=draw(st.integers(0, 5_000_000)))
    number = draw(st.integers(1, 40))
    kind = draw(st.sampled_from(["post", "reply", "repost"]))
    name, stable_id = draw(people)
    if kind == "repost":
        return tweet(number, f"RT @{name.upper()}: x", at, [*mentions, mention(name, stable_id)])
    more = answer_to(name, stable_id) if kind == "reply" else {}
    return tweet(number, "x", at, mentions, **more)


def naive(all_posts: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    wanted: dict[str, Counter[str]] = {}
    seen = set()
    for post in (each["tweet"] for each in all_posts):
        if post["id_str"] in seen:
            continue
        seen.add(post["id_str"])
        mentioned = {one["id_str"] for one in post["entities"]["user_mentions"]}
        answered = post.get("in_reply_to_user_id_str")
        did = [(answered, "replied")] if answered else []
        did += [(one, "mentioned") for one in mentioned - {answered}]
        if post["full_text"].startswith("RT @"):
            name = post["full_text"][4:].partition(":")[0].lower()
            did = [(IDS[name], "reposted")]
        for whom, kind in did:
            if whom != OWNER_ID:
                wanted.setdefault(str(whom), Counter())[kind] += 1
    return wanted


def ties_of(files: dict[str, str | bytes]) -> list[FoundTie]:
    with tempfile.TemporaryDirectory() as folder:
        found = list(read_export([write_zip(Path(folder, "x.zip"), files)]))
    return [each for each in found if isinstance(each, FoundTie)]


@settings(deadline=None, max_examples=60)
@given(st.lists(posts(), max_size=30), st.integers(0, 30))
def test_counts_are_those_of_a_naive_reading(all_posts: list[dict[str, Any]], cut: int) -> None:
    ties = ties_of(
        {
            "data/account.js": assignment("account", [account()]),
            "data/tweets.js": assignment("tweets", all_posts[:cut]),
            "data/tweets-part1.js": assignment("tweets", all_posts[cut:], 1),
        }
    )
    got = {tie.stable_id: Counter({k.kind.value: k.count for k in tie.kinds}) for tie in ties}
    assert got == naive(all_posts)
    assert all(tie.name in {name for name, _ in PEOPLE} for tie in ties)


def test_the_made_up_archive_holds_what_a_naive_reading_of_it_finds() -> None:
    all_posts = list(some_tweets(400, Crowd(60)))
    ties = ties_of({"data/tweets.js": assignment("tweets", all_posts)})
    kinds: Counter[str] = Counter()
    for tie in ties:
        kinds.update({kind.kind.value: kind.count for kind in tie.kinds})
    posts_ = [post["tweet"] for post in all_posts]
    assert kinds[TieKind.REPOSTED] == sum(p["full_text"].startswith("RT @") for p in posts_)
    assert kinds[TieKind.REPLIED] == sum("in_reply_to_user_id" in p for p in posts_)
    assert len(json.dumps(posts_[0])) > 700


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sat Feb 18 12:33:11 +0000 2023", datetime(2023, 2, 18, 12, 33, 11, tzinfo=UTC)),
        ("Sat Feb 18 12:33:11 +0200 2023", datetime(2023, 2, 18, 10, 33, 11, tzinfo=UTC)),
        ("2016-05-03 05:21:50 +0000", datetime(2016, 5, 3, 5, 21, 50, tzinfo=UTC)),
        ("2016-05-03 05:21:50 -0100", datetime(2016, 5, 3, 6, 21, 50, tzinfo=UTC)),
        ("2023-08-12T17:10:37.123Z", datetime(2023, 8, 12, 17, 10, 37, tzinfo=UTC)),
        ("2023-08-12T17:10:37Z", datetime(2023, 8, 12, 17, 10, 37, tzinfo=UTC)),
        ("Sat Foo 18 12:33:11 +0000 2023", None),
        ("Sat Feb 31 12:33:11 +0000 2023", None),
        ("Sat Feb 18 12:33:11 +0000 1970", None),
        ("0000-00-00T00:00:00.000Z", None),
        ("2023-08-12T99:10:37Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_both_eras(text: str | None, moment: datetime | None) -> None:
    assert seconds(text) == (None if moment is None else int(moment.timestamp()))


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2} Feb [0-9 ]{2} .{8} \+0000 [0-9]{4}"))
def test_no_text_breaks_the_dates(text: str) -> None:
    assert seconds(text) is None or isinstance(seconds(text), int)


@pytest.mark.parametrize(
    ("spellings", "number", "inexact"),
    [
        (("601", 601), 601, False),
        ((None, 601), 601, False),
        ((None, 2**53 + 1), None, True),
        (("9007199254740993", 9007199254740992), 9007199254740993, False),
        (("-1", -1), None, False),
        (("0",), None, False),
        ((True,), None, False),
        ((1e300,), None, True),
        (("6" * 30,), None, False),
        (("٣",), None, False),
        (("x",), None, False),
    ],
)
def test_only_exact_ids_are_used(spellings: Any, number: int | None, inexact: bool) -> None:
    assert exact_id(*spellings) == number
    assert is_inexact(*spellings) is inexact


@pytest.mark.parametrize(
    ("text", "name"),
    [("Bea_1", "Bea_1"), (" @bea ", "bea"), ("", None), (None, None), ("a b", None), ("é", None)],
)
def test_only_names_as_x_spells_them_are_names(text: str | None, name: str | None) -> None:
    assert screen_name(text) == name
    assert screen_name(OWNER_NAME) == OWNER_NAME
