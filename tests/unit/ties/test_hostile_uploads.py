import contextlib
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.ties import gathering, zip_files
from firsthand.ties.kinds import Found, Progress, UnreadableExport
from firsthand.ties.reading import read_export
from tests.archives import account, assignment, listed, make_archive, tweet, write_zip

FOLLOWING = assignment("following", [listed("following", "501")])
FILES: dict[str, str | bytes] = {"data/following.js": FOLLOWING}


def refusal(*paths: Path) -> str:
    with pytest.raises(UnreadableExport) as caught:
        list(read_export(paths))
    return str(caught.value)


def zip_with(path: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info, content)
    return path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("good") / "x.zip"
    return make_archive(path, tweets=30, people=20, lists=10, parts=2).read_bytes()


@pytest.mark.parametrize(
    "name", ["../following.js", "data/../../x.js", "/etc/following.js", "..\\x.js", "C:\\x.js"]
)
def test_a_path_that_leads_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    path = write_zip(tmp_path / "x.zip", {**FILES, name: FOLLOWING})
    assert "leads out of it" in refusal(path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("data/tweets.js")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "link" in refusal(zip_with(tmp_path / "x.zip", (link, b"/etc/passwd")))


def test_entries_that_overlap_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"data/tweets.js": FOLLOWING, "data/follower.js": "x"})
    data = bytearray(path.read_bytes())
    second = data.rfind(b"PK\1\2")
    struct.pack_into("<I", data, second + 42, 0)  # the second entry now starts at the first
    path.write_bytes(data)
    assert "overlap" in refusal(path)


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", FILES)
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, data.rfind(b"PK\1\2") + 8, 1)
    path.write_bytes(data)
    assert "encrypted" in refusal(path)


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zip_with(
            tmp_path / "x.zip", ("data/following.js", b"a"), ("data/following.js", b"b")
        )
    assert "twice" in refusal(path)


def test_a_bomb_is_refused_long_before_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_files, "_RATIO_FLOOR", 2**20)
    spaces = b" " * (32 * 2**20)
    text = b"window.YTD.following.part0 = [" + spaces + b"]"
    path = write_zip(tmp_path / "x.zip", {"data/following.js": text})
    assert "grows far beyond" in refusal(path)


def test_a_small_file_may_be_as_repetitive_as_it_likes(tmp_path: Path) -> None:
    text = "window.YTD.following.part0 = [" + " " * 2**20 + "]"
    assert list(read_export([write_zip(tmp_path / "x.zip", {"data/following.js": text})]))


def test_all_entries_together_have_a_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_files, "_MOST_INFLATED", 4 * len(FOLLOWING))
    files = {f"data/following-part{part}.js": FOLLOWING for part in range(1, 9)}
    assert "grows far beyond" in refusal(write_zip(tmp_path / "x.zip", {**FILES, **files}))


def test_too_many_entries_are_refused_before_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_files, "MOST_ENTRIES", 3)
    path = write_zip(tmp_path / "x.zip", {f"{number}.txt": "" for number in range(4)})
    assert "more files" in refusal(path)


def test_too_many_people_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering.Gathering.__init__, "__defaults__", (5,))
    many = assignment("following", [listed("following", str(number)) for number in range(1, 9)])
    assert "more people" in refusal(write_zip(tmp_path / "x.zip", {"data/following.js": many}))


def test_a_zip_within_a_zip_stays_closed(tmp_path: Path) -> None:
    inner = write_zip(tmp_path / "inner.zip", FILES).read_bytes()
    assert "zip within this zip" in refusal(write_zip(tmp_path / "x.zip", {"inner.zip": inner}))


def test_a_zip64_entry_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with (
        zipfile.ZipFile(path, "w") as archive,
        archive.open("data/following.js", "w", force_zip64=True) as file,
    ):
        file.write(FOLLOWING.encode())
    assert len(list(read_export([path]))) > 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (FOLLOWING.encode("utf-16"), "UTF-16"),
        (FOLLOWING.replace("accountId", "accountIdé").encode("cp1252"), "not in UTF-8"),
        (FOLLOWING.encode() + b"\0", "NUL bytes"),
        (FOLLOWING.encode()[:-20], "cut off"),
        (b"", "empty"),
        (b"x", "no export that Firsthand knows"),
        (b"PK\3\4 and no more", "cut off or damaged"),
        (assignment("contact", []).encode(), "no export that Firsthand knows"),
    ],
)
def test_a_loose_file_that_cannot_be_read_says_why(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "following.js").write_bytes(content)
    assert says in refusal(tmp_path / "following.js")


def test_a_file_of_the_right_name_without_xs_first_words_is_named(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {**FILES, "data/tweets.js": "[]"})
    assert "tweets.js does not start as X writes it" in refusal(path)


def test_nothing_and_what_is_not_there_are_said(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "missing.zip")
    assert "nothing in this upload" in refusal()
    assert "nothing in this upload" in refusal(write_zip(tmp_path / "x.zip", {}))
    os.mkfifo(tmp_path / "pipe")
    assert "no file" in refusal(tmp_path / "pipe")


def test_one_broken_part_spoils_the_whole(tmp_path: Path) -> None:
    files = {
        **FILES,
        "data/account.js": assignment("account", [account()]),
        "data/tweets.js": assignment("tweets", [tweet(1)])[:-9],
    }
    found: list[Found] = []
    with pytest.raises(UnreadableExport, match=r"tweets\.js is cut off"):
        found.extend(read_export([write_zip(tmp_path / "x.zip", files)]))
    assert all(isinstance(each, Progress) for each in found)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_zip_is_read_or_refused(tmp_path: Path, good: bytes, data: st.DataObject) -> None:
    damaged = bytearray(good[: data.draw(st.integers(0, len(good)))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(damaged) - 1)), max_size=4)):
        if damaged:
            damaged[at] = data.draw(st.integers(0, 255))
    whole = bytearray(good)
    # Most of what matters stands in the list of contents, at the end.
    for from_end in data.draw(st.lists(st.integers(1, 600), max_size=4)):
        whole[-from_end] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.zip"
    for content in (damaged, whole):
        path.write_bytes(content)
        with contextlib.suppress(UnreadableExport):
            list(read_export([path]))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\3\4", b"PK\5\6"]))
def test_random_bytes_are_refused(tmp_path: Path, noise: bytes, start: bytes) -> None:
    path = tmp_path / "noise"
    path.write_bytes(start + noise)
    refusal(path)
