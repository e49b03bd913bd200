import contextlib
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.ties import github
from firsthand.ties.kinds import FoundList, KindCount, TieKind, UnreadableExport
from tests.archives import write_zip
from tests.exports import Reading, read, read_files, write_files


def user(login: Any, number: Any, **more: Any) -> dict[str, Any]:
    return {
        "login": login,
        "id": number,
        "node_id": "MDQ6",
        "gists_url": f"https://api.github.com/users/{login}/gists{{/gist_id}}",
        "html_url": f"https://github.com/{login}",
        "type": "User",
        **more,
    }


def page(*users: Any) -> str:
    return json.dumps(users, indent=1)


FILES = {
    "following.json": page(user("ana", 5), user("bob", 9)),
    "followers.json": page(user("Ana", 5)),
}


def read_one(folder: Path, content: str | bytes, name: str = "following.json") -> Reading:
    return read_files(folder, {name: content})


def test_both_lists_give_ties_with_their_stable_ids(tmp_path: Path) -> None:
    found = read_files(tmp_path, FILES)
    ana = found.ties["github:Ana"]
    assert ana.stable_id == "5"
    assert ana.aliases == ["ana"]
    assert ana.kinds == [KindCount(TieKind.FOLLOWED_BY, 1), KindCount(TieKind.FOLLOWS, 1)]
    assert [each.kind for each in found.ties["github:bob"].kinds] == [TieKind.FOLLOWS]
    assert (found.summary.format, found.summary.unresolved) == ("github", 0)
    assert (found.problems, found.lists) == ([], [])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("following-2.json", TieKind.FOLLOWS),
        ("my-followers-1-.json", TieKind.FOLLOWED_BY),
        ("FOLLOWERS.JSON", TieKind.FOLLOWED_BY),
        ("following", TieKind.FOLLOWS),
    ],
)
def test_the_name_says_which_list_it_is(tmp_path: Path, name: str, kind: TieKind) -> None:
    found = read_one(tmp_path, FILES["following.json"], name)
    assert [each.kind for each in found.ties["github:ana"].kinds] == [kind]
    assert "is not here" in found.said


def test_a_name_that_says_nothing_is_told(tmp_path: Path) -> None:
    found = read_one(tmp_path, FILES["following.json"], "list.json")
    assert [each.kind for each in found.ties["github:ana"].kinds] == [TieKind.FOLLOWS]
    assert "name the file followers.json" in found.said


def test_an_empty_list_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    empty = read_files(tmp_path / "a", {**FILES, "followers.json": "[]\n"})
    missing = read_one(tmp_path / "b", FILES["following.json"])
    assert "nobody follows you" in empty.said
    assert "followers.json, who follows you, is not here" in missing.said


def test_pages_in_many_files_or_joined_into_one_say_the_same(tmp_path: Path) -> None:
    ana, bob = page(user("ana", 5)), page(user("bob", 9))
    apart = read_files(tmp_path / "a", {"following.json": ana, "following-2.json": bob})
    joined = read_one(tmp_path / "b", f"\ufeff{ana}\n{bob}")
    whole = read_one(tmp_path / "c", page(user("ana", 5), user("bob", 9)))
    assert apart == joined == whole


def test_only_a_list_longer_than_any_page_is_the_whole_one(tmp_path: Path) -> None:
    users = [user(f"user{number}", number) for number in range(1, 102)]
    assert read_one(tmp_path, page(*users)).lists == [FoundList(Network.GITHUB, TieKind.FOLLOWS)]
    assert read_one(tmp_path, page(*users[:100])).lists == []


def test_zip_wrapper_folders_and_loose_files_say_the_same(tmp_path: Path) -> None:
    loose = read(*write_files(tmp_path / "loose", FILES))
    files = {f"my/github/{name}": text for name, text in FILES.items()}
    assert read(write_zip(tmp_path / "github.zip", files)) == loose
    assert read(tmp_path / "loose") == loose


@pytest.mark.parametrize(
    ("entry", "skipped"),
    [
        (None, 1),
        ({"login": 5, "id": 1}, 1),
        (user("<b>", 7), 1),
        (user("settings", 7), 1),
        (user("eve", 7, html_url="https://codeberg.org/eve"), 1),
        (user("acme", 7, type="Organization"), 0),
    ],
)
def test_what_is_nobody_on_github_is_left_out(tmp_path: Path, entry: Any, skipped: int) -> None:
    found = read_one(tmp_path, page(user("ana", 5), entry))
    assert (list(found.ties), found.summary.skipped) == (["github:ana"], skipped)


@pytest.mark.parametrize("number", [None, 0, -1, 2**63])
def test_without_a_usable_id_the_name_is_kept(tmp_path: Path, number: int | None) -> None:
    assert read_one(tmp_path, page(user("ana", number))).ties["github:ana"].stable_id is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FILES["following.json"][:-30], "cut off"),
        (FILES["following.json"] + "x", "goes on"),
        (FILES["following.json"].replace('"id": 9', '"id": 9.'), "GitHub writes it"),
        (FILES["following.json"].encode("utf-16"), "was saved as UTF-16"),
        ('{"login": "ana"}', "no export that Firsthand knows"),
        (page({"login": "ana", "html_url": "https://codeberg.org/ana"}), "no export"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(UnreadableExport, match=says):
        read_one(tmp_path, text)


def test_too_many_people_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github, "MOST_PEOPLE", 3)
    with pytest.raises(UnreadableExport, match="more people"):
        read_one(tmp_path, page(*(user(f"user{number}", number) for number in range(1, 9))))


USERS = st.lists(
    st.builds(
        user,
        st.sampled_from(["ana", "Ana", "bob", "eve", "-", ""]),
        st.sampled_from([1, 2, 3, None]),
    ),
    max_size=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(users=USERS, seed=st.randoms())
def test_the_order_of_people_and_their_repetition_change_nothing(
    tmp_path: Path, users: list[dict[str, Any]], seed: random.Random
) -> None:
    again = [*users, *seed.sample(users, len(users) // 2)]
    seed.shuffle(again)
    assert read_one(tmp_path, page(*users)).ties == read_one(tmp_path, page(*again)).ties


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=200), at=st.integers(0, 400))
def test_whatever_stands_in_it_never_raises_anything_else(
    tmp_path: Path, data: bytes, at: int
) -> None:
    text = FILES["following.json"].encode()
    with contextlib.suppress(UnreadableExport):
        read_one(tmp_path, text[:at] + data + text[at:])
