"""Prints how made-up exports of Mastodon and Bluesky are read, as x_archive.py does for X.

python tests/bench/open_networks.py [--activities 1000000] [--records 500000]

Bluesky's bare work is what the library does that reads a whole repository at once.
"""

import argparse
import hashlib
import random
import sys
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libipld
import msgspec

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.x_archive import compare, report, run  # noqa: E402  (also as a script)

_PEOPLE = 60_000
_OWNER = "https://coast.example/users/ana"
_LETTERS = "aaabcdeeeefghiiijklmnooopqrsttuvwxyz"
_BARE_CAR = """
import sys, libipld
print(len(libipld.decode_car(open(sys.argv[1], "rb").read())[1]))
"""


def _words(chance: random.Random, number: int) -> str:
    letters = "".join(chance.choices(_LETTERS, k=6 * number))
    return " ".join(letters[at : at + 6] for at in range(0, len(letters), 6))


def activities(number: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(5)
    for each in range(number):
        person = chance.randrange(_PEOPLE)
        uri = f"https://quay{person % 90}.example/users/person{person}"
        at = f"20{10 + each * 14 // number:02}-05-06T12:{each % 60:02}:00Z"
        whole = {"id": f"{_OWNER}/statuses/{each}/activity", "actor": _OWNER, "published": at}
        if each % 4 == 0:
            posted = f"{uri}/statuses/{each}"
            yield {**whole, "type": "Announce", "to": [], "cc": [uri], "object": posted}
            continue
        tag = {"type": "Mention", "href": uri, "name": f"@person{person}@quay{person % 90}.example"}
        text = f"<p>{_words(chance, 45)}</p>"
        said = {
            "id": f"{_OWNER}/statuses/{each}",
            "type": "Note",
            "inReplyTo": f"{uri}/statuses/{each}" if each % 3 else None,
            "content": text,
            "contentMap": {"en": text},
            "tag": [tag],
            "attachment": [],
            "replies": {"id": f"{_OWNER}/{each}/replies", "first": {"items": []}},
        }
        public = "https://www.w3.org/ns/activitystreams#Public"
        yield {**whole, "type": "Create", "to": [public], "cc": [uri], "object": said}


def write_outbox(path: Path, number: int) -> bytes:
    """Without blanks, as Mastodon prints it; where the elements begin and end."""
    ends = array("Q", [number])
    start = b'{"@context":"https://www.w3.org/ns/activitystreams","type":"OrderedCollection",'
    start += b'"orderedItems":['
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("outbox.json", "w", force_zip64=True) as file,
    ):
        file.write(start)
        at = len(start)
        for each, activity in enumerate(activities(number)):
            text = (b"," if each else b"") + msgspec.json.encode(activity)
            file.write(text)
            ends += array("Q", (at + bool(each), at + len(text)))
            at += len(text)
        file.write(b"]}")
    return ends.tobytes()


def records(number: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(6)
    for each in range(number):
        did = f"did:plc:{chance.randrange(_PEOPLE):024}".replace("0", "a").replace("1", "b")
        at = {"createdAt": f"2024-05-06T12:{each % 60:02}:00.{each % 1000:03}Z"}
        subject = {"uri": f"at://{did}/app.bsky.feed.post/3k{each}", "cid": "bafy" + "r" * 55}
        if each % 20 == 0:
            yield {"$type": "app.bsky.graph.follow", "subject": did, **at}
        elif each % 2:
            yield {"$type": "app.bsky.feed.like", "subject": subject, **at}
        else:
            reply = {"root": subject, "parent": subject}
            yield {"$type": "app.bsky.feed.post", "text": _words(chance, 25), "reply": reply, **at}


def write_repository(path: Path, number: int) -> None:
    """Records in a tree of one level, forty to a node."""
    with path.open("wb") as file:
        nodes: list[bytes] = []
        links: list[bytes] = []
        root = b"\x01\x71\x12\x20" + bytes(32)  # nobody looks for it
        _section(file, b"\xa2eroots\x81" + _link(root) + b"gversion\x01")
        for record in records(number):
            links.append(_block(file, libipld.encode_dag_cbor(record)))
            if len(links) == 40:
                nodes.append(_block(file, _node(links)))
                links = []
        while len(nodes) > 1:
            nodes = [
                _block(file, _node([], nodes[at : at + 40])) for at in range(0, len(nodes), 40)
            ]
        owner = b"did:plc:" + b"o" * 24
        _block(file, b"\xa2cdid\x78\x20" + owner + b"ddata" + _link(nodes[0]))


def _node(records: list[bytes], below: list[bytes] | None = None) -> bytes:
    entries = [b"\xa2at\xf6av" + _link(cid) for cid in records]
    entries += [b"\xa1at" + _link(cid) for cid in below or ()]
    return b"\xa2ae\x98" + bytes([len(entries)]) + b"".join(entries) + b"al\xf6"


def _link(cid: bytes) -> bytes:
    return b"\xd8\x2a\x58\x25\0" + cid


def _block(file: Any, content: bytes) -> bytes:
    cid = b"\x01\x71\x12\x20" + hashlib.sha256(content).digest()
    _section(file, cid + content)
    return cid


def _section(file: Any, content: bytes) -> None:
    length = len(content)
    while length > 0x7F:
        file.write(bytes([length & 0x7F | 0x80]))
        length >>= 7
    file.write(bytes([length]) + content)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--activities", type=int, default=1_000_000)
    arguments.add_argument("--records", type=int, default=500_000)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive.zip")
        ends = write_outbox(path, chosen.activities)
        print("Mastodon")
        report(path, "activities", chosen.activities, ends)
        path = Path(folder, "repo.car")
        write_repository(path, chosen.records)
        print("Bluesky")
        bare = run([sys.executable, "-c", _BARE_CAR, str(path)])
        compare(path, "records", chosen.records, bare)


if __name__ == "__main__":
    main()
