import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from firsthand.handles.networks import Network
from firsthand.ties.kinds import (
    Found,
    FoundBlock,
    FoundOwner,
    FoundTie,
    KindCount,
    Problem,
    Progress,
    Summary,
    TieKind,
)
from firsthand.ties.reading import read_export
from tests.archives import (
    OWNER_ID,
    OWNER_NAME,
    account,
    answer_to,
    assignment,
    conversation,
    listed,
    manifest,
    mention,
    tweet,
    write_zip,
)

NOON = datetime(2023, 2, 18, 12, 33, 11, tzinfo=UTC)
LATER = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
LISTS = {
    "data/account.js": assignment("account", [account()]),
    "data/following.js": assignment("following", [listed("following", "501")]),
    "data/follower.js": assignment("follower", [listed("follower", "502")]),
}
BEA = mention("Bea", "601")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(path: Path | Sequence[Path]) -> list[Found]:
    paths = [path] if isinstance(path, Path) else path
    return [found for found in read_export(paths) if not isinstance(found, Progress)]


def zipped(folder: Path, files: Mapping[str, str | bytes], name: str = "x.zip") -> list[Found]:
    return read(write_zip(folder / name, files))


def with_tweets(folder: Path, *tweets: dict[str, Any], **more: str) -> list[Found]:
    return zipped(folder, {**LISTS, "data/tweets.js": assignment("tweets", tweets), **more})


def ties(found: Iterable[Found]) -> dict[str, FoundTie]:
    """By name, or by id where there is none; without the two of the lists."""
    people = [each for each in found if isinstance(each, FoundTie)]
    return {
        each.name or str(each.stable_id): each
        for each in people
        if each.stable_id not in {"501", "502"}
    }


def counts(found: Iterable[Found]) -> dict[str, dict[TieKind, int]]:
    return {
        name: {kind.kind: kind.count for kind in tie.kinds} for name, tie in ties(found).items()
    }


T = TypeVar("T")


def only(found: Iterable[Found], type_: type[T]) -> list[T]:
    return [each for each in found if isinstance(each, type_)]


def test_the_lists_give_ids_without_names(folder: Path) -> None:
    found = with_tweets(folder, tweet(1))
    assert only(found, FoundTie) == [
        FoundTie(Network.X, None, "501", [KindCount(TieKind.FOLLOWS, 1)]),
        FoundTie(Network.X, None, "502", [KindCount(TieKind.FOLLOWED_BY, 1)]),
    ]
    assert found[-1] == Summary("x", unresolved=2, skipped=0)
    assert only(found, FoundOwner) == [FoundOwner(Network.X, OWNER_NAME, OWNER_ID)]
    assert not only(found, Problem)


def test_a_mention_names_a_followed_id(folder: Path) -> None:
    found = with_tweets(folder, tweet(1, at=NOON, mentions=[mention("Cem", "501")]))
    tie = next(each for each in only(found, FoundTie) if each.stable_id == "501")
    assert tie.name == "Cem"
    assert tie.kinds == [
        KindCount(TieKind.FOLLOWS, 1),
        KindCount(TieKind.MENTIONED, 1, NOON, NOON),
    ]
    assert only(found, Summary)[0].unresolved == 1


def test_a_reply_counts_once_though_it_mentions_the_same_person(folder: Path) -> None:
    first = tweet(1, at=NOON, mentions=[BEA, mention("Cem", "602")], **answer_to("Bea", "601"))
    second = tweet(2, at=LATER, mentions=[BEA], **answer_to("Bea", "601"))
    found = with_tweets(folder, second, first)
    assert counts(found) == {"Bea": {TieKind.REPLIED: 2}, "Cem": {TieKind.MENTIONED: 1}}
    assert ties(found)["Bea"].kinds == [KindCount(TieKind.REPLIED, 2, NOON, LATER)]


def test_a_repost_counts_for_its_author_only_and_takes_the_id_from_the_mentions(
    folder: Path,
) -> None:
    text = "RT @bea: so says @Cem &amp; others"
    found = with_tweets(folder, tweet(1, text, NOON, [mention("Cem", "602"), BEA]))
    assert counts(found) == {"Bea": {TieKind.REPOSTED: 1}}
    assert ties(found)["Bea"].stable_id == "601"


def test_a_name_alone_is_merged_into_the_only_id_that_bore_it(folder: Path) -> None:
    found = with_tweets(
        folder,
        tweet(3, "RT @BEA: one", LATER),
        tweet(2, mentions=[BEA], at=NOON),
        tweet(1, "RT @dan: two", NOON),
    )
    assert counts(found) == {
        "Bea": {TieKind.MENTIONED: 1, TieKind.REPOSTED: 1},
        "dan": {TieKind.REPOSTED: 1},
    }
    assert ties(found)["dan"].stable_id is None


def test_a_renamed_person_is_one_tie_with_the_newest_name(folder: Path) -> None:
    found = with_tweets(
        folder,
        tweet(2, mentions=[mention("bea_now", "601")], at=LATER),
        tweet(1, mentions=[mention("bea_then", "601")], at=NOON),
    )
    assert ties(found)["bea_now"].aliases == ["bea_then"]
    assert counts(found) == {"bea_now": {TieKind.MENTIONED: 2}}


def test_a_name_that_was_handed_on_is_its_newest_bearers(folder: Path) -> None:
    found = with_tweets(
        folder,
        tweet(2, mentions=[mention("bea", "777")], at=LATER),
        tweet(1, mentions=[mention("bea", "601")], at=NOON),
    )
    assert ties(found)["bea"].stable_id == "777"
    assert ties(found)["601"].aliases == ["bea"]


def test_two_people_with_one_display_name_stay_two(folder: Path) -> None:
    same = [{**mention("bea", "601"), "name": "B"}, {**mention("cem", "602"), "name": "B"}]
    assert set(ties(with_tweets(folder, tweet(1, mentions=same)))) == {"bea", "cem"}


@pytest.mark.parametrize(
    "post",
    [
        tweet(1, mentions=[mention(OWNER_NAME, OWNER_ID)], **answer_to(OWNER_NAME, OWNER_ID)),
        tweet(1, **answer_to(OWNER_NAME.upper(), "-1")),
        tweet(1, f"RT @{OWNER_NAME}: me"),
        tweet(1, mentions=[mention("gone", "-1")]),
        tweet(1, mentions=[{"screen_name": None, "id_str": None}]),
        tweet(1, mentions=[{"screen_name": '"><script>', "id": "0"}]),
        tweet(1, entities=None),
    ],
)
def test_oneself_and_nobody_are_no_ties(folder: Path, post: dict[str, Any]) -> None:
    assert not ties(with_tweets(folder, post))


def test_an_id_that_was_rounded_is_not_used_and_counted_as_skipped(folder: Path) -> None:
    rounded = {"screen_name": "bea", "id": 2**53 + 2}
    exact = {"screen_name": "cem", "id": 602}
    found = with_tweets(folder, tweet(1, mentions=[rounded, exact]))
    assert [(tie.name, tie.stable_id) for tie in ties(found).values()] == [
        ("cem", "602"),
        ("bea", None),
    ]
    assert only(found, Summary)[0].skipped == 1


def test_a_record_that_cannot_be_used_is_skipped_and_counted(folder: Path) -> None:
    odd: list[Any] = [None, {}, {"tweet": {"id_str": ["1"]}}, tweet(1, mentions=[BEA])]
    found = with_tweets(folder, *odd)
    assert counts(found) == {"Bea": {TieKind.MENTIONED: 1}}
    assert only(found, Summary)[0].skipped == 3


def test_a_post_in_two_parts_counts_once(folder: Path) -> None:
    more = {"data/tweets-part1.js": assignment("tweets", [tweet(1, mentions=[BEA])], 1)}
    found = with_tweets(folder, tweet(1, mentions=[BEA]), **more)
    assert counts(found) == {"Bea": {TieKind.MENTIONED: 1}}


def test_the_first_archives_had_no_wrapper_around_a_post(folder: Path) -> None:
    files = {"tweet.js": assignment("tweet", [tweet(1, mentions=[BEA])["tweet"]])}
    assert counts(zipped(folder, files)) == {"Bea": {TieKind.MENTIONED: 1}}


def test_messages_count_between_two_and_their_headers_are_preferred(folder: Path) -> None:
    talk = conversation("701", OWNER_ID, [NOON, LATER])
    group = {"dmConversation": {"conversationId": "9", "messages": [{"joinConversation": {}}]}}
    found = zipped(
        folder,
        {
            **LISTS,
            "data/direct-message-headers.js": assignment("direct_message_headers", [talk, group]),
            "data/direct-messages.js": assignment("direct_messages", [talk]),
            "data/direct-messages-group.js": "not looked at",
        },
    )
    assert ties(found)["701"].kinds == [KindCount(TieKind.MESSAGED, 2, NOON, LATER)]


def test_messages_without_knowing_the_owner_are_left_out_with_a_problem(folder: Path) -> None:
    talk = conversation("701", OWNER_ID, [NOON])
    loose = folder / "direct-messages.js"
    loose.write_text(assignment("direct_messages", [talk]))
    found = read(loose)
    assert not ties(found)
    assert ("direct-messages.js", "account.js") in [
        (each.where, "account.js") for each in only(found, Problem) if "account.js" in each.what
    ]


def test_blocked_and_muted_people_are_reported(folder: Path) -> None:
    found = zipped(
        folder,
        {
            **LISTS,
            "data/block.js": assignment("block", [listed("blocking", "801")]),
            "data/mute.js": assignment("mute", [listed("muting", "802")]),
        },
    )
    assert only(found, FoundBlock) == [FoundBlock(Network.X, "801"), FoundBlock(Network.X, "802")]


def test_old_names_of_the_owner_are_aliases_and_no_ties(folder: Path) -> None:
    inner = {"changedAt": "2019-01-02T03:04:05.000Z", "changedFrom": "ana_0"}
    change = {"accountId": OWNER_ID, "screenNameChange": {**inner, "changedTo": OWNER_NAME}}
    changes = assignment("screen_name_change", [{"screenNameChange": change}])
    found = with_tweets(
        folder, tweet(1, "RT @ana_0: me"), **{"data/screen-name-change.js": changes}
    )
    assert only(found, FoundOwner)[0].aliases == ["ana_0"]
    assert not ties(found)


def test_a_loose_part_is_done_and_says_what_is_missing(folder: Path) -> None:
    loose = folder / "tweets (1).js"
    loose.write_text("\ufeff" + assignment("tweets", [tweet(1, mentions=[BEA])]) + ";\r\n")
    found = read(loose)
    assert set(ties(found)) == {"Bea"}
    assert [each.where for each in only(found, Problem)] == ["following.js", "follower.js"]
    assert isinstance(found[-1], Summary)


def test_without_the_owners_name_an_answer_to_a_post_of_the_archive_is_one_to_oneself(
    folder: Path,
) -> None:
    loose = folder / "tweets.js"
    thread = [tweet(1201, **answer_to("me", "55", "1200")), tweet(1200)]
    loose.write_text(assignment("tweets", [*thread, tweet(7, **answer_to("bea", "601", "6"))]))
    assert set(ties(read(loose))) == {"bea"}


def test_a_folder_that_a_phone_unpacked_is_read_like_its_zip(folder: Path) -> None:
    unpacked = folder / "twitter-2026" / "data"
    unpacked.mkdir(parents=True)
    for name, text in LISTS.items():
        (unpacked / Path(name).name).write_text(text)
    (unpacked / "contact.js").write_text("never read")
    (unpacked / "like.js").write_text(assignment("like", []))
    (unpacked / "tweets_media").mkdir()
    (unpacked / "tweets_media" / "tweets.js").write_text("never read")
    found = read(folder)
    assert len(only(found, FoundTie)) == 2
    assert [each.where for each in only(found, Problem)] == ["tweets.js"]


def test_wrapper_folders_backslashes_capitals_and_what_macos_adds_are_no_harm(
    folder: Path,
) -> None:
    files: dict[str, str | bytes] = {
        f"My Archive\\{name}".replace("/", "\\").replace("following", "FOLLOWING"): text
        for name, text in LISTS.items()
    }
    files["__MACOSX/data/._tweets.js"] = b"\0\5\x16\7"
    files["My Archive/data/._tweets.js"] = b"\0\5\x16\7"
    files["My Archive/data/tweets_media/tweets.js"] = b"\0"
    assert len(only(zipped(folder, files, "X.ZIP"), FoundTie)) == 2


def test_a_part_that_the_manifest_names_and_the_zip_lacks_is_a_problem(folder: Path) -> None:
    names = ["account.js", "following.js", "follower.js", "tweets.js", "tweets-part1.js"]
    names += ["like.js", "contact.js"]
    found = with_tweets(folder, tweet(1), **{"data/manifest.js": manifest(names)})
    (problem,) = only(found, Problem)
    assert problem.where == "tweets-part1.js"
    assert "incomplete" in problem.what


def test_a_gap_in_the_numbers_of_parts_is_a_problem_without_a_manifest(folder: Path) -> None:
    more = {"data/tweets-part2.js": assignment("tweets", [tweet(2)], 2)}
    found = with_tweets(folder, tweet(1), **more)
    assert [each.where for each in only(found, Problem)] == ["tweets-part1.js"]


def test_an_empty_list_and_a_missing_one_say_different_things(folder: Path) -> None:
    empty = {**LISTS, "data/following.js": "window.YTD.following.part0 = [ ]"}
    del empty["data/follower.js"]
    problems = {each.where: each.what for each in only(zipped(folder, dict(empty)), Problem)}
    assert "empty" in problems["following.js"]
    assert "Not in this upload" in problems["follower.js"]


@pytest.mark.parametrize("text", ["window.__THAR_CONFIG = {", "nothing", 'a = {"dataTypes": 3}'])
def test_a_broken_manifest_is_a_problem_and_no_more(folder: Path, text: str) -> None:
    found = with_tweets(folder, tweet(1), **{"data/manifest.js": text})
    assert [each.where for each in only(found, Problem)] == ["manifest.js"]


def test_of_two_exports_the_newer_by_its_manifest_wins(folder: Path) -> None:
    old = {
        "data/manifest.js": manifest([], "2020-01-01T00:00:00.000Z"),
        "data/following.js": assignment("following", [listed("following", "1")]),
    }
    new = {**LISTS, "data/manifest.js": manifest([])}
    two = [write_zip(folder / "b.zip", dict(old)), write_zip(folder / "a.zip", dict(new))]
    together = write_zip(
        folder / "both.zip",
        {
            **{f"2020/{name}": text for name, text in old.items()},
            **{f"2026/{name}": text for name, text in new.items()},
        },
    )
    for upload in (two, two[::-1], [together]):
        found = read(upload)
        assert {tie.stable_id for tie in only(found, FoundTie)} == {"501", "502"}
        assert any("older export" in each.what for each in only(found, Problem))


def old_post(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "id_str": str(number),
        "text": text,
        "created_at": "2012-05-03 05:21:50 +0000",
        "entities": {"user_mentions": []},
        "user": {"id_str": OWNER_ID, "screen_name": OWNER_NAME},
        **more,
    }


def test_the_archive_of_2012_is_read_with_its_own_owner_and_reposts(folder: Path) -> None:
    author = {"id_str": "601", "id": 601, "screen_name": "bea"}
    answered = {"in_reply_to_user_id": 602, "in_reply_to_screen_name": "cem"}
    posts = [
        old_post(30, "RT @bea: old", retweeted_status={"id_str": "20", "user": author}),
        old_post(29, "@cem hi", **answered),
    ]
    owner = {"screen_name": OWNER_NAME, "id": OWNER_ID}
    index = [{"file_name": f"data/js/tweets/2012_{month}.js"} for month in ("05", "04")]
    details = {"created_at": "2012-06-01 01:02:03 +0000"}
    found = zipped(
        folder,
        {
            "data/js/user_details.js": f"var user_details =  {json.dumps(owner)}",
            "data/js/payload_details.js": f"var payload_details =  {json.dumps(details)}",
            "data/js/tweet_index.js": f"var tweet_index =  {json.dumps(index)}",
            "data/js/tweets/2012_05.js": f"Grailbird.data.tweets_2012_05 = \n{json.dumps(posts)}",
            "tweets.csv": "tweet_id",
        },
    )
    moment = datetime(2012, 5, 3, 5, 21, 50, tzinfo=UTC)
    assert ties(found)["bea"].kinds == [KindCount(TieKind.REPOSTED, 1, moment, moment)]
    assert ties(found)["cem"].kinds == [KindCount(TieKind.REPLIED, 1, moment, moment)]
    assert only(found, FoundOwner) == [FoundOwner(Network.X, OWNER_NAME, OWNER_ID)]
    assert [each.where for each in only(found, Problem)] == ["2012_04.js", "x.zip"]
