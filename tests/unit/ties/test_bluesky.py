"""Bluesky's repository (CAR) and its API's lists say who the owner follows and talks with."""

import contextlib
import hashlib
import json
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import libipld
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.ties.kinds import FoundBlock, FoundList, FoundOwner, TieKind, UnreadableExport
from firsthand.ties.reading import read_export
from tests.exports import Reading, read

ANA, BEN, CEM = (f"did:plc:{letter * 24}" for letter in "abc")
NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
AT = {"createdAt": "2024-05-06T12:00:00.000Z"}
PROPERTY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Block = tuple[bytes, bytes]  # CID, content


def block(value: Any) -> Block:
    content = libipld.encode_dag_cbor(value)
    return b"\x01\x71\x12\x20" + hashlib.sha256(content).digest(), content


def varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def car(root: Block, blocks: Iterable[Block]) -> bytes:
    # The encoder has no links: they are put in by hand, as the format has them.
    header = b"\xa2eroots\x81" + _link(root[0]) + b"gversion\x01"
    sections = [header, *(cid + content for cid, content in blocks)]
    return b"".join(varint(len(section)) + section for section in sections)


def _link(cid: bytes) -> bytes:
    """CBOR's tag 42 with the CID behind a zero byte."""
    return b"\xd8\x2a\x58" + bytes([len(cid) + 1]) + b"\0" + cid


def node(records: Sequence[tuple[str, Block]], left: Block | None = None) -> Block:
    """A node of the tree; keys are not shortened."""
    entries = b"".join(
        b"\xa4akX" + bytes([len(key)]) + key.encode() + b"ap\x00at\xf6av" + _link(of[0])
        for key, of in records
    )
    content = b"\xa2ae" + bytes([0x80 + len(records)]) + entries
    content += b"al" + (_link(left[0]) if left else b"\xf6")
    return b"\x01\x71\x12\x20" + hashlib.sha256(content).digest(), content


def commit(top: Block, owner: str = ANA, revision: str = "3k67up3j7hf2x") -> Block:
    content = (
        b"\xa4cdid\x78"
        + bytes([len(owner)])
        + owner.encode()
        + b"crevm"
        + revision.encode()
        + b"ddata"
        + _link(top[0])
        + b"gversion\x03"
    )
    return b"\x01\x71\x12\x20" + hashlib.sha256(content).digest(), content


def follow(did: str, at: str = AT["createdAt"]) -> Block:
    return block({"$type": "app.bsky.graph.follow", "subject": did, "createdAt": at})


def post(**more: Any) -> Block:
    return block({"$type": "app.bsky.feed.post", "text": "Hello", **AT, **more})


def reference(did: str) -> dict[str, str]:
    return {"uri": f"at://{did}/app.bsky.feed.post/3k", "cid": "bafy"}


def repository(*records: Block) -> tuple[Block, list[Block]]:
    """The root and all blocks; each second record in a node of its own."""
    keys = [(f"app.bsky.x/{number}", record) for number, record in enumerate(records)]
    below = node(keys[1::2])
    top = node(keys[::2], below)
    root = commit(top)
    return root, [root, top, below, *records]


def read_car(folder: Path, content: bytes) -> Reading:
    path = folder / "repo.car"
    path.write_bytes(content)
    return read(path)


def test_follows_likes_reposts_replies_and_mentions_are_ties(tmp_path: Path) -> None:
    mention = {"$type": "app.bsky.richtext.facet#mention", "did": CEM}
    facets = [{"features": [mention], "index": {"byteStart": 0, "byteEnd": 4}}]
    root, blocks = repository(
        follow(BEN),
        block({"$type": "app.bsky.feed.like", "subject": reference(BEN), **AT}),
        block({"$type": "app.bsky.feed.repost", "subject": reference(CEM), **AT}),
        post(reply={"root": reference(ANA), "parent": reference(BEN)}, facets=facets),
        block({"$type": "com.example.unknown", "subject": BEN}),
    )
    found = read_car(tmp_path, car(root, blocks))
    kinds = {name: [kind.kind for kind in tie.kinds] for name, tie in found.ties.items()}
    assert kinds == {
        f"bluesky:{BEN}": [TieKind.FOLLOWS, TieKind.LIKED, TieKind.REPLIED],
        f"bluesky:{CEM}": [TieKind.MENTIONED, TieKind.REPOSTED],
    }
    assert found.kind(f"bluesky:{BEN}", TieKind.FOLLOWS).first_at == NOON
    assert found.owners == [FoundOwner(Network.BLUESKY, None, ANA)]
    assert found.lists == [FoundList(Network.BLUESKY, TieKind.FOLLOWS)]
    assert (found.summary.unresolved, found.summary.made_at) == (
        2,
        datetime(2023, 8, 31, 2, 18, 48, 943019, UTC),
    )


def test_what_was_deleted_since_counts_no_more(tmp_path: Path) -> None:
    root, blocks = repository(follow(BEN))
    found = read_car(tmp_path, car(root, [*blocks, follow(CEM)]))
    assert list(found.ties) == [f"bluesky:{BEN}"]


def test_of_a_part_of_the_repository_all_counts_and_it_is_said(tmp_path: Path) -> None:
    root, (commit_block, top, _, *records) = repository(follow(BEN), follow(CEM))
    found = read_car(tmp_path, car(root, [commit_block, top, *records]))
    assert len(found.ties) == 2
    assert "only a part" in found.said
    assert found.lists == []


def test_a_tree_that_runs_in_a_circle_ends(tmp_path: Path) -> None:
    record = follow(BEN)
    # A node cannot hold its own hash, so this one goes by another function's.
    top = (b"\x01\x71\x1e\x20" + b"c" * 32, b"")
    below = node([("app.bsky.graph.follow/1", record)], top)
    top = (top[0], below[1])
    root = commit(top)
    assert len(read_car(tmp_path, car(root, [root, top, record])).ties) == 1


def test_a_block_that_is_not_what_its_hash_says_is_left_out_and_told(tmp_path: Path) -> None:
    root, blocks = repository(follow(BEN), follow(CEM))
    cid, content = blocks[-1]
    found = read_car(tmp_path, car(root, [*blocks[:-1], (cid, content[:-1] + b"!")]))
    assert "damaged" in found.said
    assert found.lists == []
    assert len(found.ties) == 1


def test_whom_the_owner_blocks_is_a_block_and_no_tie(tmp_path: Path) -> None:
    blocking = block({"$type": "app.bsky.graph.block", "subject": BEN, **AT})
    root, blocks = repository(follow(BEN), blocking)
    path = tmp_path / "repo.car"
    path.write_bytes(car(root, blocks))
    found = list(read_export([path]))
    assert [each for each in found if isinstance(each, FoundBlock)] == [
        FoundBlock(Network.BLUESKY, BEN)
    ]
    assert read(path).ties == {}


def test_following_somebody_twice_is_following_since_the_first_time(tmp_path: Path) -> None:
    root, blocks = repository(follow(BEN, "2025-01-01T00:00:00Z"), follow(BEN))
    (kind,) = read_car(tmp_path, car(root, blocks)).ties[f"bluesky:{BEN}"].kinds
    assert (kind.count, kind.first_at, kind.last_at) == (1, NOON, None)


@pytest.mark.parametrize("at", ["yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", ""])
def test_a_date_that_cannot_be_is_left_out(tmp_path: Path, at: str) -> None:
    root, blocks = repository(follow(BEN, at))
    (kind,) = read_car(tmp_path, car(root, blocks)).ties[f"bluesky:{BEN}"].kinds
    assert kind.first_at is None


@PROPERTY
@given(seed=st.integers(0, 2**32))
def test_the_order_of_the_blocks_never_matters(tmp_path: Path, seed: int) -> None:
    root, blocks = repository(follow(BEN), follow(CEM), post(reply={"parent": reference(BEN)}))
    shuffled = blocks + blocks[:2]
    random.Random(seed).shuffle(shuffled)
    assert read_car(tmp_path, car(root, shuffled)) == read_car(tmp_path, car(root, blocks))


@PROPERTY
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    root, blocks = repository(follow(BEN), post(reply={"parent": reference(CEM)}))
    content = bytearray(car(root, blocks))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "repo.car"
    path.write_bytes(bytes(content)[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(UnreadableExport):
        list(read_export([path]))


def test_a_block_that_ends_within_its_id_is_damage(tmp_path: Path) -> None:
    root, blocks = repository(follow(BEN))
    for block in (b"\x00", b"\x01\x01", b"\x03\x01\x71\x92"):
        with pytest.raises(UnreadableExport, match="damaged"):
            read_car(tmp_path, car(root, blocks) + block)


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    root, blocks = repository(follow(BEN))
    with pytest.raises(UnreadableExport, match="cut off"):
        read_car(tmp_path, car(root, blocks)[:-5])


def test_a_block_of_unbelievable_length_is_refused(tmp_path: Path) -> None:
    root, blocks = repository(follow(BEN))
    with pytest.raises(UnreadableExport, match="damaged"):
        read_car(tmp_path, car(root, blocks) + varint(2**40) + b"x")


def test_the_api_s_list_has_names_and_ids(tmp_path: Path) -> None:
    page = {
        "subject": {"did": ANA, "handle": "ana.bsky.social"},
        "follows": [
            {"did": BEN, "handle": "Ben.Example.org", "displayName": "Ben"},
            {"did": CEM, "handle": "handle.invalid"},
            {"did": "nobody", "handle": "x.example.org"},
        ],
    }
    path = tmp_path / "get_follows.json"
    path.write_text(json.dumps(page))
    found = read(path)
    assert set(found.ties) == {"bluesky:ben.example.org", f"bluesky:{CEM}"}
    assert found.ties["bluesky:ben.example.org"].stable_id == BEN
    assert found.owners == [FoundOwner(Network.BLUESKY, "ana.bsky.social", ANA)]
    assert found.lists == [FoundList(Network.BLUESKY, TieKind.FOLLOWS)]
    assert (found.summary.unresolved, found.summary.skipped) == (1, 1)


def test_pages_that_go_on_end_nothing_and_say_what_is_missing(tmp_path: Path) -> None:
    for number, kind in enumerate(("follows", "followers")):
        page = {"subject": {"did": ANA}, kind: [{"did": BEN}], "cursor": "next"}
        (tmp_path / f"{number}.json").write_text(json.dumps(page))
    found = read(tmp_path / "0.json", tmp_path / "1.json")
    assert [kind.kind for kind in found.ties[f"bluesky:{BEN}"].kinds] == [
        TieKind.FOLLOWED_BY,
        TieKind.FOLLOWS,
    ]
    assert found.lists == []
    assert "goes on" in found.said


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    path = tmp_path / "follows.json"
    path.write_text(json.dumps({"subject": {"did": ANA}, "follows": []}))
    assert "nobody on it" in read(path).said
