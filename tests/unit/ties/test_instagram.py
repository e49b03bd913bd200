import contextlib
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.ties import instagram
from firsthand.ties.instagram_lists import Item, Row, somebody
from firsthand.ties.kinds import (
    FoundBlock,
    FoundList,
    FoundOwner,
    KindCount,
    TieKind,
    UnreadableExport,
)
from firsthand.ties.reading import read_export
from tests.archives import write_zip
from tests.exports import Files, Reading, read, read_files, write_files

YEAR = 365 * 86_400
DAY = 1_500_000_000
WHEN = datetime(2017, 7, 14, 2, 40, tzinfo=UTC)
LATER = DAY + 2 * YEAR
FOLDER = "connections/followers_and_following/"
THREADS = "your_instagram_activity/threads/"


def row(name: Any, at: Any = DAY, host: str = "www.instagram.com/") -> dict[str, Any]:
    item = {"href": f"https://{host}{name}", "value": name, "timestamp": at}
    return {"title": "", "media_list_data": [], "string_list_data": [item]}


def titled(name: str, at: int = DAY) -> dict[str, Any]:
    """As since 2024."""
    href = f"https://www.instagram.com/_u/{name}"
    return {"title": name, "string_list_data": [{"href": href, "timestamp": at}]}


def wrapped(key: str, *rows: Any) -> str:
    return json.dumps({key: rows}, indent=2)


def followers(*rows: Any) -> str:
    return json.dumps(rows, indent=2)


def following(*rows: Any) -> str:
    return wrapped("relationships_following", *rows)


FILES = {
    FOLDER + "followers_1.json": followers(row("ana"), row("bo.li", LATER)),
    FOLDER + "following.json": following(titled("ana", LATER), titled("cy_")),
}
PROFILE_PATH = "personal_information/personal_information/personal_information.json"


def profile(label: str = "Username", name: str = "mira") -> str:
    spoilt = label.encode().decode("latin-1")
    values = {"Email": {"value": "mira@example.org"}, spoilt: {"href": "", "value": name}}
    return json.dumps({"profile_user": [{"media_map_data": {}, "string_map_data": values}]})


def read_zip(folder: Path, files: Files, name: str = "instagram-mira.zip") -> Reading:
    return read(write_zip(folder / name, files))


def names_of(found: Reading, kind: TieKind) -> set[str]:
    return {
        name.partition(":")[2]
        for name, tie in found.ties.items()
        if any(each.kind == kind for each in tie.kinds)
    }


def blocked(path: Path) -> list[FoundBlock]:
    return [each for each in read_export([path]) if isinstance(each, FoundBlock)]


def test_followers_and_whom_one_follows_are_ties_with_their_dates(tmp_path: Path) -> None:
    found = read_zip(tmp_path, FILES)
    assert found.ties["instagram:ana"].kinds == [
        KindCount(TieKind.FOLLOWS, 1, datetime.fromtimestamp(LATER, UTC)),
        KindCount(TieKind.FOLLOWED_BY, 1, WHEN),
    ]
    assert names_of(found, TieKind.FOLLOWED_BY) == {"ana", "bo.li"}
    assert names_of(found, TieKind.FOLLOWS) == {"ana", "cy_"}
    assert (found.summary.format, found.summary.skipped, found.problems) == ("instagram", 0, [])


def old(**lists: Any) -> str:
    return json.dumps({"blocked_users": {}, **lists}, indent=1)


ISO = "2017-07-14T02:40:00+00:00"
OLD = old(
    follow_requests_sent={"dora": ISO},
    following={"ana": "2019-07-14T02:40:00+00:00", "cy_": ISO},
    followers={"ana": ISO, "bo.li": "2019-07-14T02:40:00"},
    following_hashtags={"cats": ISO},
)
LAYOUTS: dict[str, dict[str, str]] = {
    "names in value": {
        **FILES,
        FOLDER + "following.json": following(row("ana", LATER), row("cy_")),
    },
    "an object around both": {
        "followers_and_following/followers.json": wrapped(
            "relationships_followers", row("ana"), row("bo.li", LATER)
        ),
        "followers_and_following/following.json": following(row("ana", LATER), row("cy_")),
    },
    "parts": {
        FOLDER + "followers_1.json": followers(row("ana")),
        FOLDER + "followers_2.json": followers(row("bo.li", LATER)),
        FOLDER + "following_1.json": following(titled("ana", LATER)),
        FOLDER + "following_2.json": following(titled("cy_")),
    },
    "a wrapper folder": {f"instagram-mira/{path}": text for path, text in FILES.items()},
    "backslashes": {path.replace("/", "\\"): text for path, text in FILES.items()},
    "spellings": {
        FOLDER + "followers_1.json": followers(row("Ana"), row("@bo.li ", LATER)),
        FOLDER + "following.json": following(row("ANA", LATER), row("ana", LATER), row("cy_")),
    },
    "CRLF and a BOM": {path: "\ufeff" + t.replace("\n", "\r\n") for path, t in FILES.items()},
    "other lists beside them": {
        **FILES,
        "__MACOSX/" + FOLDER + "._following.json": "\0\5\x16",
        FOLDER + "pending_follow_requests.json": wrapped(
            "relationships_follow_requests_sent", row("dora")
        ),
        FOLDER + "recently_unfollowed_profiles.json": wrapped(
            "relationships_unfollowed_users", row("eve")
        ),
        FOLDER + "close_friends.json": wrapped("relationships_close_friends", row("ana")),
        FOLDER + "following_hashtags.json": wrapped(
            "relationships_following_hashtags", row("cats")
        ),
        "your_instagram_activity/likes/liked_posts.json": '{"likes_media_likes": []}',
    },
}


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_all_layouts_say_the_same(tmp_path: Path, files: dict[str, str]) -> None:
    found = read_zip(tmp_path, files)
    assert found.ties == read_zip(tmp_path, FILES, "other.zip").ties
    assert (found.problems, found.lists) == ([], [])


def test_the_layout_of_2020_says_the_same_and_holds_the_whole_lists(tmp_path: Path) -> None:
    found = read_zip(tmp_path, {"connections.json": OLD, "profile.json": '{"username": "mira"}'})
    assert found.ties == read_zip(tmp_path, FILES, "other.zip").ties
    assert found.owners == [FoundOwner(Network.INSTAGRAM, "mira", None)]
    assert found.lists == [
        FoundList(Network.INSTAGRAM, TieKind.FOLLOWS),
        FoundList(Network.INSTAGRAM, TieKind.FOLLOWED_BY),
    ]


def test_loose_files_and_a_folder_say_the_same_as_the_zip(tmp_path: Path) -> None:
    zipped = read_zip(tmp_path, FILES)
    loose = {path.removeprefix(FOLDER): text for path, text in FILES.items()}
    assert read_files(tmp_path / "loose", loose).ties == zipped.ties
    write_files(tmp_path / "folder", FILES)
    assert read(tmp_path / "folder").ties == zipped.ties


def test_what_lies_there_of_threads_is_another_network(tmp_path: Path) -> None:
    key = "text_post_app_text_post_app_"
    entry = row("bo.li", DAY, "www.threads.com/@")
    entry["title"] = "Bo_the_great"
    files = {
        **FILES,
        THREADS + "followers.json": wrapped(key + "followers", entry),
        THREADS + "following.json": wrapped(key + "following", row("zed")),
        THREADS + "threads_and_replies.json": '{"text_post_app_text_posts": []}',
    }
    found = read_zip(tmp_path, files)
    only = {name: tie for name, tie in found.ties.items() if name.startswith("threads:")}
    assert set(only) == {"threads:bo.li", "threads:zed"}
    assert names_of(found, TieKind.FOLLOWS) == {"ana", "cy_", "zed"}
    assert len(found.ties) == 5
    alone = read_zip(tmp_path, {path: files[path] for path in files if path.startswith(THREADS)})
    assert (alone.ties, alone.summary.format) == (only, "threads")


def test_a_name_on_threads_is_never_what_people_call_themselves() -> None:
    titled_only = Row([], "somebody")
    elsewhere = Row([Item("https://www.threads.net/@ana", None, None)], "somebody")
    assert somebody(titled_only, Network.THREADS) is None
    assert somebody(titled_only, Network.INSTAGRAM) == ("somebody", 0)
    assert somebody(elsewhere, Network.THREADS) == ("ana", 0)


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("https://www.instagram.com/_u/ana", "ana"),
        ("http://instagram.com/Ana/?hl=en", "ana"),
        ("https://www.instagram.com/explore", None),
        ("https://instagram.com.evil.example/ana", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_only_a_profile_of_instagram_gives_a_name(href: str, name: str | None) -> None:
    found = somebody(Row([Item(href, "", 5)]), Network.INSTAGRAM)
    assert found == (name and (name, 5))


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"string_list_data": []},
        {"string_list_data": None},
        {"string_list_data": [{"value": 5}]},
        row("<b>"),
        row("__deleted__1a2b"),
        row("explore"),
        row("x" * 31),
    ],
)
def test_a_row_of_nobody_is_counted_and_left_out(tmp_path: Path, entry: Any) -> None:
    path = FOLDER + "followers_1.json"
    found = read_zip(tmp_path, {**FILES, path: followers(row("ana"), entry)})
    assert names_of(found, TieKind.FOLLOWED_BY) == {"ana"}
    assert found.summary.skipped == 1


@pytest.mark.parametrize("at", [None, 0, -1, 5, 2**40])
def test_a_moment_before_instagram_or_far_ahead_is_none(tmp_path: Path, at: int | None) -> None:
    found = read_zip(tmp_path, {FOLDER + "followers_1.json": followers(row("ana", at))})
    assert found.ties["instagram:ana"].kinds == [KindCount(TieKind.FOLLOWED_BY, 1)]


def test_blocked_and_restricted_people_are_told_by_name(tmp_path: Path) -> None:
    files = {
        FOLDER + "blocked_profiles.json": wrapped("relationships_blocked_users", titled("eve")),
        FOLDER + "restricted_profiles.json": wrapped("relationships_restricted_users", row("dan")),
        THREADS + "blocked_profiles.json": wrapped(
            "text_post_app_text_post_app_blocked_users", row("eve")
        ),
    }
    expected = [
        FoundBlock(Network.INSTAGRAM, name="dan"),
        FoundBlock(Network.INSTAGRAM, name="eve"),
        FoundBlock(Network.THREADS, name="eve"),
    ]
    assert blocked(write_zip(tmp_path / "a.zip", {**FILES, **files})) == expected
    text = old().replace("{}", json.dumps({"eve": ISO}))
    assert blocked(write_zip(tmp_path / "b.zip", {"connections.json": text})) == [expected[1]]


@pytest.mark.parametrize("label", ["Username", "Nombre de usuario", "ユーザーネーム"])
def test_the_owner_is_known_in_whatever_language_and_no_tie(tmp_path: Path, label: str) -> None:
    path = FOLDER + "followers_1.json"
    files = {**FILES, path: followers(row("mira"), row("ana")), PROFILE_PATH: profile(label)}
    found = read_zip(tmp_path, files)
    assert found.owners == [FoundOwner(Network.INSTAGRAM, "mira", None)]
    assert names_of(found, TieKind.FOLLOWED_BY) == {"ana"}


@pytest.mark.parametrize("text", [profile("Nimi"), profile()[:-9], '{"profile_user": [5]}'])
def test_without_a_readable_profile_the_owner_is_unknown(tmp_path: Path, text: str) -> None:
    found = read_zip(tmp_path, {**FILES, PROFILE_PATH: text})
    assert (found.owners, len(found.ties)) == ([], 3)


def test_an_empty_list_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    path = FOLDER + "followers_1.json"
    empty = read_zip(tmp_path, {**FILES, path: "[]"})
    missing = read_zip(tmp_path, {FOLDER + "following.json": FILES[FOLDER + "following.json"]})
    none = read_zip(tmp_path, {path: FILES[path], FOLDER + "following.json": following()})
    assert "nobody follows you on Instagram" in empty.said
    assert "followers_1.json: It is not here" in missing.said
    assert "you follow nobody on Instagram" in none.said


def test_a_missing_part_of_a_list_is_told(tmp_path: Path) -> None:
    files = dict(FILES)
    files[FOLDER + "followers_3.json"] = files.pop(FOLDER + "followers_1.json")
    said = read_zip(tmp_path, files).said
    assert "followers_1.json: It is not here" in said
    assert "followers_2.json: It is not here: this list is split" in said


def test_an_export_of_the_last_year_only_is_told(tmp_path: Path) -> None:
    files = {FOLDER + "followers_1.json": followers(row("ana"), row("bo", DAY + 5))}
    assert "The oldest entry is of 14 July 2017" in read_zip(tmp_path, files).said
    dated = read_zip(tmp_path, files, "instagram-mira-2019-05-17-AbC.zip")
    assert "The oldest entry" not in dated.said


def test_an_export_without_the_lists_says_what_to_ask_for(tmp_path: Path) -> None:
    pending = {FOLDER + "close_friends.json": wrapped("relationships_close_friends", row("ana"))}
    for files in ({PROFILE_PATH: profile()}, pending):
        with pytest.raises(UnreadableExport, match="neither followers nor whom you follow"):
            read_zip(tmp_path, files)


def test_web_pages_are_answered_with_the_format_to_choose(tmp_path: Path) -> None:
    page = "<!DOCTYPE html>\n<html><title>Followers</title>Generated by Instagram</html>"
    files = {FOLDER + "followers_1.html": page, FOLDER + "following.html": page}
    with pytest.raises(UnreadableExport, match="choose JSON"):
        read_zip(tmp_path, files)
    with pytest.raises(UnreadableExport, match="choose JSON"):
        read_files(tmp_path, {"following.html": page})
    write_files(tmp_path / "folder", files)
    with pytest.raises(UnreadableExport, match="choose JSON"):
        read(tmp_path / "folder")
    assert read_zip(tmp_path, {**FILES, **files}).ties == read_zip(tmp_path, FILES).ties


def test_of_two_exports_the_newer_counts(tmp_path: Path) -> None:
    path = FOLDER + "followers_1.json"
    new = write_zip(tmp_path / "mira_20260517.zip", {path: followers(row("ana"))})
    former = write_zip(tmp_path / "mira_20250517.zip", {path: followers(row("eve"))})
    for paths in ((new, former), (former, new)):
        found = read(*paths)
        assert set(found.ties) == {"instagram:ana"}
        assert "mira_20250517.zip: An older export than the other one" in found.said
    both = {f"2026/{path}": followers(row("ana", LATER)), f"2025/{path}": followers(row("eve"))}
    found = read_zip(tmp_path, both)
    assert set(found.ties) == {"instagram:ana"}
    assert "instagram-mira.zip/2025: An older export" in found.said


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("followers_1.json", FILES[FOLDER + "followers_1.json"][:-30], "cut off"),
        ("following.json", FILES[FOLDER + "following.json"][:-3], "cut off"),
        ("following.json", FILES[FOLDER + "following.json"] + "[]", "goes on"),
        ("following.json", following() + "[]", "goes on"),
        ("following.json", FILES[FOLDER + "following.json"].encode("utf-16"), "UTF-16"),
        ("connections.json", OLD[:-30], "cut off or damaged"),
        ("connections.json", OLD + "x", "goes on"),
        ("connections.json", OLD.replace(ISO, "x\n\0"), "NUL|Firsthand knows"),
        ("following.json", '[{"title": "", "media_list_data": 1}]', "Firsthand knows"),
        ("list.json", FILES[FOLDER + "followers_1.json"], "Firsthand knows"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, name: str, text: str | bytes, says: str
) -> None:
    with pytest.raises(UnreadableExport, match=says):
        read_files(tmp_path, {name: text})


def test_a_key_more_behind_the_list_changes_nothing(tmp_path: Path) -> None:
    path = FOLDER + "following.json"
    text = FILES[path].rstrip()[:-1] + ', "more": [{"title": "eve"}]}\n'
    assert read_zip(tmp_path, {**FILES, path: text}).ties == read_zip(tmp_path, FILES).ties
    with pytest.raises(UnreadableExport, match="cut off"):
        read_zip(tmp_path, {**FILES, path: text.rstrip()[:-1]})


def test_an_old_list_is_read_in_pieces(tmp_path: Path) -> None:
    people = {f"user{number}": ISO for number in range(30_000)}
    found = read_files(tmp_path, {"connections.json": old(followers=people, odd=None)})
    assert len(found.ties) == 30_000


def test_too_many_people_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instagram, "MOST_PEOPLE", 2)
    people = [row(f"user{number}") for number in range(3)]
    in_2020 = old(followers={f"user{number}": ISO for number in range(3)})
    for files in ({"followers_1.json": followers(*people)}, {"connections.json": in_2020}):
        with pytest.raises(UnreadableExport, match="more people"):
            read_zip(tmp_path, files)


def test_an_entry_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    endless = '[{"title": "", "string_list_data": [' + "{}," * 800_000
    with pytest.raises(UnreadableExport, match="too long"):
        read_files(tmp_path, {"followers_1.json": endless})


ROWS = st.lists(
    st.one_of(
        st.none(),
        st.builds(
            row,
            st.sampled_from(["ana", "Ana", "bo.li", "-", "", "__deleted__x"]),
            st.sampled_from([DAY, DAY + 5, 0, None]),
        ),
        st.builds(titled, st.sampled_from(["ana", "eve"])),
    ),
    max_size=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(one=ROWS, other=ROWS, seed=st.randoms())
def test_the_order_of_people_and_their_repetition_change_nothing(
    tmp_path: Path, one: list[Any], other: list[Any], seed: random.Random
) -> None:
    def shuffled(rows: list[Any]) -> list[Any]:
        again = [*rows, *seed.sample(rows, len(rows) // 2)]
        seed.shuffle(again)
        return again

    def ties(one: list[Any], other: list[Any]) -> object:
        wrapper = wrapped("relationships_followers", *one)
        return read_files(tmp_path, {"a.json": wrapper, "b.json": following(*other)}).ties

    assert ties(one, other) == ties(shuffled(one), shuffled(other))


MUTABLE = {
    "followers_1.json": FILES[FOLDER + "followers_1.json"],
    "following.json": FILES[FOLDER + "following.json"],
    "connections.json": OLD,
    "personal_information.json": profile(),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(sorted(MUTABLE)),
    data=st.binary(max_size=200),
    at=st.integers(0, 500),
    cut=st.integers(0, 50),
)
def test_whatever_stands_in_it_never_raises_anything_else(
    tmp_path: Path, name: str, data: bytes, at: int, cut: int
) -> None:
    text = MUTABLE[name].encode()
    files: Files = {**MUTABLE, name: text[:at] + data + text[at + cut :]}
    with contextlib.suppress(UnreadableExport):
        read(*write_files(tmp_path, files))
