"""Prints how made-up exports of Instagram and Facebook are read, as x_archive.py does for X.

python tests/bench/friend_lists.py [--followers 500000] [--friends 1000000]
"""

import argparse
import random
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.x_archive import report  # noqa: E402  (also when it is run as a script)

_FOLDER = "connections/followers_and_following/"
_SYLLABLES = ["an", "bo", "ce", "du", "el", "fa", "go", "hi", "is", "jo", "ka", "lu", "ma", "ne"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_."


# Both networks put the newest first.
def followers(number: int) -> Iterator[object]:
    chance = random.Random(3)
    for each in range(number):
        name = f"{''.join(chance.choices(_LETTERS[:26], k=6))}.{each}"
        href = f"https://www.instagram.com/{name}"
        at = 1_760_000_000 - each * 300
        item = {"href": href, "value": name, "timestamp": at}
        yield {"title": "", "media_list_data": [], "string_list_data": [item]}


def friends(number: int) -> Iterator[object]:
    chance = random.Random(4)
    for each in range(number):
        first, last = ("".join(chance.choices(_SYLLABLES, k=3)).title() for _ in range(2))
        # One in five has a letter that Facebook spoils.
        last += chance.choice(["é", "sen", "son", "i", "er"])
        name = f"{first} {last}".encode().decode("latin-1")
        yield {"name": name, "timestamp": 1_760_000_000 - each * 300}


def write(path: Path, inside: str, people: Iterable[object], before: str, after: str) -> None:
    """Each element in the third column, printed as these networks do."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(inside, "w", force_zip64=True) as file,
    ):
        file.write(before.encode())
        for number, person in enumerate(people):
            text = msgspec.json.format(msgspec.json.encode(person), indent=2).decode()
            escaped = "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in text)
            indented = escaped.replace("\n", "\n  ")
            file.write(f"{',' if number else ''}\n  {indented}".encode())
        file.write(f"\n{after}".encode())


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--followers", type=int, default=500_000)
    arguments.add_argument("--friends", type=int, default=1_000_000)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "instagram.zip")
        write(path, _FOLDER + "followers_1.json", followers(chosen.followers), "[", "]\n")
        print("Instagram")
        report(path, "followers", chosen.followers)
        path = Path(folder, "facebook.zip")
        inside = "connections/friends/your_friends.json"
        write(path, inside, friends(chosen.friends), '{"friends_v2": [', "]}\n")
        print("Facebook")
        report(path, "friends", chosen.friends)


if __name__ == "__main__":
    main()
