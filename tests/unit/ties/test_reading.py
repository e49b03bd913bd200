import subprocess
import sys
from pathlib import Path

import msgspec

from firsthand.ties.kinds import Found, FoundTie, Progress, Summary, Unreadable
from firsthand.ties.reading import read_export
from tests.archives import assignment, listed, make_archive, write_zip
from tests.exports import read, write_files

LINE: msgspec.json.Decoder[Found | Unreadable] = msgspec.json.Decoder(Found | Unreadable)


def run(*paths: Path) -> tuple[int, list[Found | Unreadable]]:
    command = [sys.executable, "-m", "firsthand.ties.reading", *map(str, paths)]
    child = subprocess.run(command, capture_output=True, check=False)
    assert child.stderr == b""
    return child.returncode, [LINE.decode(line) for line in child.stdout.splitlines()]


def test_the_child_writes_what_the_reader_finds_and_a_summary_last(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "x.zip", tweets=200, people=50, lists=20, parts=2)
    code, lines = run(path)
    assert code == 0
    whole = [found for found in read_export([path]) if not isinstance(found, Progress)]
    assert [line for line in lines if not isinstance(line, Progress)] == whole
    assert isinstance(lines[-1], Summary)
    assert len([line for line in lines if isinstance(line, FoundTie)]) > 30


def test_what_cannot_be_read_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\3\4")
    code, lines = run(tmp_path / "x.zip")
    assert code == 2
    assert isinstance(lines[-1], Unreadable)
    assert "Download it again" in lines[-1].what
    assert run()[0] == 2


def test_progress_rises_to_the_whole(tmp_path: Path) -> None:
    long = assignment("following", [listed("following", str(n)) for n in range(1, 90_000)])
    path = write_zip(tmp_path / "x.zip", {"data/following.js": long})
    said = [each for each in read_export([path]) if isinstance(each, Progress)]
    assert [each.done for each in said] == sorted(each.done for each in said)
    assert len(said) > 2
    assert said[-1].done == said[-1].total == len(long)


FRIENDS = '{"friends_v2": [{"name": "Ana", "timestamp": 1500000000}]}'
FOLLOWING = '{"relationships_following": [{"title": "ana", "string_list_data": []}]}'
VCARD = "BEGIN:VCARD\nFN:Ana\nEND:VCARD\n"
USERS = '[{"login": "ana", "id": 5, "html_url": "https://github.com/ana"}]'


def test_what_an_upload_holds_of_other_networks_is_named_and_left_out(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "x.zip", tweets=2, people=20, lists=5)
    files = {"a/your_friends.json": FRIENDS, "b/following.json": FOLLOWING, "c/ana.vcf": VCARD}
    paths = write_files(tmp_path, {**files, "d/following.json": USERS})
    found = read(archive, *paths)
    assert found.summary.format == "x"
    assert {name.partition(":")[0] for name in found.ties} == {"x"}
    for label in ("Instagram or Threads", "Facebook", "an address book", "GitHub"):
        assert f"also holds what {label} gave you. Import that on its own." in found.said
    assert "LinkedIn" not in found.said
    assert read(archive).problems == []


def test_two_zips_of_two_networks_are_one_import_of_the_first(tmp_path: Path) -> None:
    facebook = write_zip(tmp_path / "f.zip", {"friends/friends.json": FRIENDS})
    path = "connections/followers_and_following/following.json"
    instagram = write_zip(tmp_path / "i.zip", {path: FOLLOWING})
    for paths in ((facebook, instagram), (instagram, facebook)):
        found = read(*paths)
        assert (found.summary.format, found.people) == ("instagram", [])
        assert "also holds what Facebook gave you" in found.said


def test_a_list_that_is_named_like_another_networks_is_left_to_that(tmp_path: Path) -> None:
    for text, network in ((USERS, "github"), (FOLLOWING, "instagram")):
        found = read(*write_files(tmp_path, {"following.json": text}))
        assert (found.summary.format, len(found.ties)) == (network, 1)
        assert "Left out" not in found.said
