"""What the browser makes of a zip says the same to the server as the zip itself."""

import io
import random
import subprocess
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firsthand.ties.kinds import Found, Progress
from firsthand.ties.reading import read_export
from firsthand.ties.zip_files import zip_members
from tests.archives import (
    OWNER_ID,
    Crowd,
    account,
    assignment,
    conversation,
    listed,
    manifest,
    some_tweets,
)

SLIM = Path(__file__).with_name("slim_all.mjs")
# fmt: off
NAMES = (
    "following.js", "tweets.js", "tweets-part1.js", "Connections.csv", "messages.csv", "actor.json",
    "contact.js", "ip-audit.js", "notes.json", "film.mp4", "direct-messages.js", "people.vcf",
)
# fmt: on


class Pipe(io.RawIOBase):
    """Cannot go back, so that the sizes are written behind each file's data."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.written += bytes(memoryview(data))  # type: ignore[arg-type]  # bytes of some kind
        return len(bytes(memoryview(data)))  # type: ignore[arg-type]  # the same


def some_zip(chance: random.Random) -> bytes:
    target = Pipe() if chance.random() < 0.3 else io.BytesIO()
    folder = chance.choice(["", "data/", "twitter-2026/data/", "\u05d0\u05e0\u05d4/d\u00e4ta/"])
    with zipfile.ZipFile(target, "w") as archive:
        for name in chance.sample(NAMES, chance.randint(1, len(NAMES))):
            info = zipfile.ZipInfo(folder + name, (2024, 5, 6, 7, 8, 10))
            info.compress_type = chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
            info.external_attr = 0o100644 << 16
            info.extra = chance.choice([b"", b"UT\x05\x00\x01aaaa"])
            info.comment = chance.choice([b"", b"a comment"])
            with archive.open(info, "w", force_zip64=chance.random() < 0.3) as file:
                file.write(chance.randbytes(chance.randint(0, 400)) * chance.randint(1, 50))
        archive.comment = chance.choice([b"", b"said at the end"])
    whole = bytes(target.written) if isinstance(target, Pipe) else target.getvalue()
    return chance.choice([b"", b"", b"PK\3\4 before"]) + whole


def slimmed(folder: Path, zips: Mapping[str, bytes]) -> dict[str, tuple[Path, Path]]:
    """(whole, slimmed) of each that could be slimmed."""
    before, after = folder / "before", folder / "after"
    before.mkdir()
    after.mkdir()
    for name, content in zips.items():
        (before / name).write_bytes(content)
    subprocess.run(["node", SLIM, before, after], check=True, timeout=120)
    return {path.name: (before / path.name, path) for path in after.iterdir()}


def members(path: Path) -> dict[str, bytes]:
    with ExitStack() as stack:
        return {str(inside): b"".join(inflate()) for inside, _, inflate in zip_members(path, stack)}


@pytest.mark.slow
def test_what_is_left_of_any_zip_is_read_as_it_was(tmp_path: Path) -> None:
    chance = random.Random(23)
    zips = {f"{number}.zip": some_zip(chance) for number in range(150)}
    found = slimmed(tmp_path, zips)
    assert len(found) > 100
    for whole, slim in found.values():
        assert slim.stat().st_size < whole.stat().st_size
        left, all_of_it = members(slim), members(whole)
        assert left == {path: all_of_it[path] for path in all_of_it if path in left}
        assert not any(path.endswith(("film.mp4", "contact.js")) for path in left)


def x_archives() -> dict[str, dict[str, str]]:
    talk = conversation(OWNER_ID, "31", [datetime(2024, 5, 6, tzinfo=UTC)])
    lists = {
        "account.js": assignment("account", [account()]),
        "following.js": assignment("following", [listed("following", "31")]),
        "follower.js": assignment("follower", [listed("follower", "32")]),
        "tweets.js": assignment("tweets", some_tweets(40, Crowd(20))),
    }
    messages = {"direct-messages.js": assignment("direct-messages", [talk])}
    headers = {"direct-message-headers.js": assignment("direct-message-headers", [talk])}
    noise = {"ip-audit.js": assignment("ip-audit", []), "contact.js": "{ no JSON }"}
    names = [*lists, *messages, *headers, "tweets-part1.js"]
    month = 'Grailbird.data.tweets_2012_03 = [ {"id_str": "5", "text": "@bo hello"} ]'
    shapes = {
        "headers": {**lists, **headers, **messages, **noise, "manifest.js": manifest(names)},
        "messages": {**lists, **messages, **noise, "manifest.js": manifest([*lists, *messages])},
        "no-manifest": {**lists, **noise},
        "odd": {**lists, "mute.js": "not as X writes it"},
        "empty": {**lists, "following.js": assignment("following", [])},
        "old": {"js/tweets/2012_03.js": month, "js/user_details.js": "var user_details = {}"},
    }
    film = {"tweets_media/1.mp4": "\0" * 100_000, "js/application.js": "x" * 2_000_000}
    made = {
        name: {f"data/{n}": c for n, c in {**files, **film}.items()}
        for name, files in shapes.items()
    }
    wrapped = {f"twitter-ana/{path}".replace("/", "\\"): c for path, c in made["headers"].items()}
    upper = {path.upper(): c for path, c in made["headers"].items()}
    return {**made, "wrapped": wrapped, "upper": upper}


def other_exports() -> dict[str, dict[str, str]]:
    people = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    bo = "Bo,Lind,https://www.linkedin.com/in/bo-lind,,Harbour Labs,Cook,08 Feb 2026\n"
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bo Lind\r\nEMAIL:bo@example.org\r\nEND:VCARD\r\n"
    user = '[{"login": "bo", "id": 5, "node_id": "x", "html_url": "https://github.com/bo"}]'
    google = (
        "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value\nBo,Bo,,,bo@example.org\n"
    )
    numbers = "First Name,Last Name,Phone Numbers\nEve,Else,555\n"
    return {
        "linkedin": {
            "Basic_LinkedInDataExport_01-29-2026/Connections.csv": people + bo,
            "Basic_LinkedInDataExport_01-29-2026/ImportedContacts.csv": numbers,
            "Basic_LinkedInDataExport_01-29-2026/Ad_Targeting.csv": "Ad,Targeting\na,b\n" * 500,
        },
        "vcards": {"cards/contacts.vcf": card, "cards/face.jpg": "x" * 9_000},
        "github": {"following.json": user, "followers.json": user, "film.mp4": "x" * 9_000},
        "google": {"Takeout/Contacts/All Contacts/All Contacts.csv": google, "a.jpg": "x" * 900},
        "renamed": {"my list.csv": people + bo, "film.mp4": "x" * 9_000},
        "unknown": {"notes.txt": "nothing", "film.mp4": "x" * 9_000},
    }


def said(path: Path) -> list[Found] | str:
    try:
        return [each for each in read_export([path]) if not isinstance(each, Progress)]
    except Exception as refusal:  # whatever it says, it must be the same
        return repr(refusal)


def test_every_shape_of_an_archive_gives_the_same_import(tmp_path: Path) -> None:
    zips = {}
    for name, files in {**x_archives(), **other_exports()}.items():
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        zips[f"{name}.zip"] = out.getvalue()
    found = slimmed(tmp_path, zips)
    assert set(found) == set(zips)
    for whole, slim in found.values():
        assert said(slim) == said(whole), slim.name
        assert "contact.js" not in {Path(path).name.lower() for path in members(slim)}
