import contextlib
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.ties import facebook
from firsthand.ties.kinds import UnreadableExport
from tests.archives import write_zip
from tests.exports import Reading, read, read_files, write_files

DAY = 1_500_000_000
WHEN = datetime(2017, 7, 14, 2, 40, tzinfo=UTC)
NEW = "connections/friends/your_friends.json"


def friend(name: Any, at: Any = DAY, **more: Any) -> dict[str, Any]:
    spoilt = name.encode().decode("latin-1") if isinstance(name, str) else name
    return {"name": spoilt, "timestamp": at, **more}


def friends(*people: Any, key: str = "friends_v2") -> str:
    return json.dumps({key: people}, indent=2)


ANA_AND_BO = friends(friend("Ana Lima"), friend("Bo Müller", DAY + 86_400))


def read_one(folder: Path, content: str | bytes, name: str = "your_friends.json") -> Reading:
    return read_files(folder, {name: content})


def test_friends_are_hints_and_never_ties(tmp_path: Path) -> None:
    found = read_one(tmp_path, ANA_AND_BO)
    assert (found.names, found.ties, found.lists) == (["Ana Lima", "Bo Müller"], {}, [])
    assert not any(person.handles for person in found.people)
    assert found.people[0].at == WHEN
    assert (found.summary.format, found.summary.unresolved) == ("facebook", 2)
    assert "they can only suggest people" in found.said


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (NEW, "friends_v2"),
        ("friends_and_followers/friends.json", "friends_v2"),
        ("friends/friends.json", "friends"),
        ("facebook-ana/friends/friends.json", "friends"),
    ],
)
def test_all_three_layouts_say_the_same(tmp_path: Path, path: str, key: str) -> None:
    people = friend("Ana Lima"), friend("Bo Müller", DAY + 86_400)
    content = friends(*people, key=key)
    noise = {
        "posts/your_posts_1.json": "[]",
        "friends/removed_friends.json": friends(friend("Eve"), key="deleted_friends_v2"),
    }
    found = read(write_zip(tmp_path / "facebook-ana.zip", {path: content, **noise}))
    assert found == read_one(tmp_path, ANA_AND_BO)


def test_a_file_that_was_written_right_keeps_its_names(tmp_path: Path) -> None:
    people = [{"name": name, "timestamp": DAY} for name in ("José María", "Elena Petrová", "山田")]
    found = read_one(tmp_path, json.dumps({"friends_v2": people}, ensure_ascii=False))
    assert found.names == sorted(["José María", "Elena Petrová", "山田"])


def test_the_oldest_layout_may_tell_an_address(tmp_path: Path) -> None:
    found = read_one(
        tmp_path, friends(friend("Ana", contact_info="Ana@Example.org"), key="friends")
    )
    assert found.person.emails == ["ana@example.org"]


@pytest.mark.parametrize("at", [0, -5, 1, 9_999_999_999, None, 2**63])
def test_a_moment_before_facebook_or_far_ahead_is_none(tmp_path: Path, at: int | None) -> None:
    assert read_one(tmp_path, friends(friend("Ana", at))).person.at is None


@pytest.mark.parametrize(
    "row",
    [
        None,
        {},
        {"timestamp": DAY},
        friend(""),
        friend(" \u202e "),
        friend("Facebook User"),
        friend(7),
    ],
)
def test_a_row_of_nobody_is_counted_and_left_out(tmp_path: Path, row: Any) -> None:
    found = read_one(tmp_path, friends(friend("Ana"), row))
    assert (found.names, found.summary.skipped) == (["Ana"], 1)


def test_two_friends_of_one_name_stay_two_and_the_same_row_twice_is_one(tmp_path: Path) -> None:
    rows = friend("Ana Lima"), friend("Ana Lima", DAY + 1), friend("Ana Lima")
    assert read_one(tmp_path, friends(*rows)).names == ["Ana Lima", "Ana Lima"]


def test_an_empty_list_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    for key in ("friends", "friends_v2"):
        assert "you have no friends there" in read_one(tmp_path, friends(key=key)).said
    profile = {"profile_information/profile_information.json": '{"profile_v2": {"name": {}}}'}
    with pytest.raises(UnreadableExport, match="does not hold your friends"):
        read(write_zip(tmp_path / "facebook.zip", profile))


def test_web_pages_are_answered_with_the_format_to_choose(tmp_path: Path) -> None:
    page = "<html><head></head><body>Your friends. Facebook</body></html>"
    for path in (NEW, "friends/friends.json"):
        files = {path.replace(".json", ".html"): page}
        with pytest.raises(UnreadableExport, match="choose JSON"):
            read(write_zip(tmp_path / "facebook.zip", files))
    with pytest.raises(UnreadableExport, match="choose JSON"):
        read_one(tmp_path, page, "your_friends.html")


def test_of_two_exports_the_newer_counts_whichever_comes_first(tmp_path: Path) -> None:
    old = {NEW: friends(friend("Ana"))}
    new = {NEW: friends(friend("Bo"))}
    files = [
        write_zip(tmp_path / "facebook-ana-2026-05-17-AbC.zip", new),
        write_zip(tmp_path / "facebook-ana-17_04_2026-AbC.zip", old),
    ]
    for paths in (files, files[::-1]):
        found = read(*paths)
        assert found.names == ["Bo"]
        assert "facebook-ana-17_04_2026-AbC.zip: An older export" in found.said
        assert found.summary.made_at == datetime(2026, 5, 17, tzinfo=UTC)


def test_without_a_day_in_their_names_the_last_friend_tells_which_is_newer(tmp_path: Path) -> None:
    old = write_zip(tmp_path / "a.zip", {NEW: friends(friend("Ana"))})
    new = write_zip(tmp_path / "b.zip", {NEW: friends(friend("Bo", DAY + 1), friend("Ana"))})
    assert read(old, new).names == read(new, old).names == ["Ana", "Bo"]


def test_parts_of_one_export_belong_together(tmp_path: Path) -> None:
    one = write_zip(tmp_path / "facebook-ana-2026-05-17-a.zip", {NEW: friends(friend("Ana"))})
    two = write_zip(tmp_path / "facebook-ana-2026-05-17-b.zip", {NEW: friends(friend("Bo"))})
    assert read(one, two).names == ["Ana", "Bo"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ANA_AND_BO[:-40], "is cut off"),
        (ANA_AND_BO[:-3], "is cut off"),
        (ANA_AND_BO + "x", "goes on"),
        (ANA_AND_BO.replace('"timestamp": 1500086400', '"timestamp": 15.'), "Facebook writes it"),
        (ANA_AND_BO.encode("utf-16"), "was saved as UTF-16"),
        ('{"friends": [{"id": 5, "name": "Ana"}]}', "no export that Firsthand knows"),
        ('{"definitions": {"friends": []}}', "no export that Firsthand knows"),
        ('{"friends_v2": null}', "no export that Firsthand knows"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(UnreadableExport, match=says):
        read_one(tmp_path, text)


@pytest.mark.parametrize("before", ["\ufeff", "\r\n ", ""])
def test_a_bom_and_blanks_change_nothing(tmp_path: Path, before: str) -> None:
    texts = [before + ANA_AND_BO + "\n", before + json.dumps(json.loads(ANA_AND_BO))]
    for text in texts:
        assert read_one(tmp_path, text) == read_one(tmp_path, ANA_AND_BO)


def test_too_many_people_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facebook, "_MOST_KEPT", 300)
    with pytest.raises(UnreadableExport, match="more people"):
        read_one(tmp_path, friends(*(friend(f"Friend {number}") for number in range(9))))


ROWS = st.lists(
    st.one_of(
        st.none(),
        st.builds(
            friend,
            st.sampled_from(["Ana", "José", "יעל", "", " "]),
            st.sampled_from([DAY, DAY + 5, 0, None, "soon"]),
        ),
    ),
    max_size=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS, seed=st.randoms())
def test_the_order_of_friends_and_their_repetition_change_nothing(
    tmp_path: Path, rows: list[Any], seed: random.Random
) -> None:
    again = [*rows, *seed.sample(rows, len(rows) // 2)]
    seed.shuffle(again)
    assert read_one(tmp_path, friends(*rows)).people == read_one(tmp_path, friends(*again)).people


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=200), at=st.integers(0, 400), cut=st.integers(0, 50))
def test_whatever_stands_in_it_never_raises_anything_else(
    tmp_path: Path, data: bytes, at: int, cut: int
) -> None:
    text = ANA_AND_BO.encode()
    with contextlib.suppress(UnreadableExport):
        read(*write_files(tmp_path, {"your_friends.json": text[:at] + data + text[at + cut :]}))
