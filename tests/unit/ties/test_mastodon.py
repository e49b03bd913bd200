"""Mastodon's lists and archive, however packed, say whom the owner follows and writes to."""

import contextlib
import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.ties.kinds import FoundBlock, FoundList, FoundOwner, TieKind, UnreadableExport
from firsthand.ties.reading import read_export
from tests.archives import write_zip
from tests.exports import Reading, read, read_files

ANA = "https://coast.example/users/ana"
BEN = "https://quay.example/users/ben"
CEM = "https://harbour.example/@cem"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
HEADER = "Account address,Show boosts,Notify on new posts,Languages\n"
PROPERTY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ACTOR = json.dumps(
    {
        "@context": [],
        "id": ANA,
        "type": "Person",
        "inbox": f"{ANA}/inbox",
        "preferredUsername": "ana",
    }
)


def mention(href: str, name: str) -> dict[str, str]:
    return {"type": "Mention", "href": href, "name": name}


def note(
    *tags: dict[str, str], answers: str | None = None, to: str = PUBLIC, **more: Any
) -> dict[str, Any]:
    said = {"type": "Note", "inReplyTo": answers, "tag": list(tags), "content": "<p>Hello</p>"}
    return {
        "type": "Create",
        "actor": ANA,
        "published": "2024-05-06T12:00:00Z",
        "to": [to],
        "cc": [tag["href"] for tag in tags],
        "object": said,
        **more,
    }


def boost(post: str, *cc: str) -> dict[str, Any]:
    return {
        "type": "Announce",
        "actor": ANA,
        "published": "2024-05-06T12:00:00Z",
        "to": [PUBLIC],
        "cc": [*cc, f"{ANA}/followers"],
        "object": post,
    }


def collection(*items: Any) -> str:
    return json.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "outbox.json",
            "type": "OrderedCollection",
            "totalItems": 999,
            "orderedItems": items,
        }
    )


def archive(*activities: Any, likes: tuple[str, ...] = ()) -> dict[str, str]:
    return {
        "actor.json": ACTOR,
        "outbox.json": collection(*activities),
        "likes.json": collection(*likes),
        "bookmarks.json": collection(f"{BEN}/statuses/9"),
    }


def tarred(path: Path, files: Mapping[str, str], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]  # one of its modes
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return path


def kinds(found: Reading) -> dict[str, list[str]]:
    return {name: [kind.kind.value for kind in tie.kinds] for name, tie in found.ties.items()}


def test_replies_mentions_messages_boosts_and_likes_are_ties(tmp_path: Path) -> None:
    ben, cem = mention(BEN, "@ben@quay.example"), mention(CEM, "@cem@harbour.example")
    found = read_files(
        tmp_path,
        archive(
            note(ben, cem, answers=f"{BEN}/statuses/1"),
            note(cem, to=CEM),
            boost(f"{BEN}/statuses/2", BEN),
            note(answers=f"{ANA}/statuses/3"),
            likes=(f"{BEN}/statuses/7", f"{BEN}/statuses/8", f"{ANA}/statuses/1"),
        ),
    )
    assert kinds(found) == {
        "mastodon:ben@quay.example": ["liked", "replied", "reposted"],
        "mastodon:cem@harbour.example": ["mentioned", "messaged"],
    }
    assert found.kind("mastodon:ben@quay.example", TieKind.LIKED).count == 2
    assert found.kind("mastodon:ben@quay.example", TieKind.REPLIED).last_at == NOON
    assert found.owners == [FoundOwner(Network.MASTODON, "ana@coast.example", None)]
    assert "following_accounts.csv" in found.said
    assert found.lists == []


def test_a_mention_says_what_a_person_is_called_wherever_else_they_stand(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        archive(boost(f"{BEN}/statuses/2", BEN), note(mention(BEN, "@ben@example.org"))),
    )
    assert kinds(found) == {"mastodon:ben@example.org": ["mentioned", "reposted"]}


def test_a_name_without_a_server_is_one_of_the_profile_s_own(tmp_path: Path) -> None:
    found = read_files(tmp_path, archive(note(mention("https://coast.example/users/bob", "@bob"))))
    assert list(found.ties) == ["mastodon:bob@coast.example"]


def test_a_boost_s_author_is_known_from_the_post_where_nothing_else_tells(tmp_path: Path) -> None:
    found = read_files(tmp_path, archive(boost(f"{BEN}/statuses/2")))
    assert kinds(found) == {"mastodon:ben@quay.example": ["reposted"]}


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("folder", ["", "./", "archive-20240506/"])
def test_a_tar_says_the_same_as_the_loose_files(tmp_path: Path, mode: str, folder: str) -> None:
    files = archive(note(mention(BEN, "@ben@quay.example")), likes=(f"{BEN}/statuses/7",))
    packed = {f"{folder}{name}": text for name, text in files.items()}
    packed[f"{folder}media_attachments/files/1.png"] = "x" * 300_000
    path = tarred(tmp_path / "archive.tar.gz", packed, mode)
    assert read(path) == read_files(tmp_path, files)
    assert read(write_zip(tmp_path / "archive.zip", dict(packed))) == read(path)


def test_a_tar_with_a_link_or_a_way_out_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("outbox.json")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "link.tar", "w") as tar:
        tar.addfile(link)
    with pytest.raises(UnreadableExport, match="link"):
        read(tmp_path / "link.tar")
    with pytest.raises(UnreadableExport, match="leads out"):
        read(tarred(tmp_path / "out.tar.gz", {"../outbox.json": collection()}))


def test_a_tar_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tarred(tmp_path / "archive.tar.gz", archive(note(mention(BEN, "@ben@quay.example"))))
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(UnreadableExport, match="cut off"):
        read(path)


def test_a_packed_file_that_is_no_tar_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.gz"
    path.write_bytes(gzip.compress(b"Hello"))
    with pytest.raises(UnreadableExport, match="no archive"):
        read(path)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}ben@quay.example,true,false,\n@Cem@Harbour.example,true,false,de\n",
        "Account address,Show boosts\nben@quay.example,true\ncem@harbour.example,false\n",
        "ben@quay.example,true\n@cem@harbour.example,true\n",
        "ben@quay.example\r\ncem@harbour.example\r\n",
    ],
    ids=["four columns", "two columns", "no header", "addresses only"],
)
def test_the_list_of_whom_one_follows_is_read_in_each_of_its_forms(
    tmp_path: Path, text: str
) -> None:
    found = read_files(tmp_path, {"following_accounts.csv": text})
    assert sorted(tie.lower() for tie in kinds(found)) == [
        "mastodon:ben@quay.example",
        "mastodon:cem@harbour.example",
    ]
    assert found.lists == [FoundList(Network.MASTODON, TieKind.FOLLOWS)]


def test_people_of_the_own_server_need_the_archive_to_be_known(tmp_path: Path) -> None:
    text = f"{HEADER}bob,true,false,\n"
    alone = read_files(tmp_path, {"following_accounts.csv": text})
    assert (alone.ties, alone.summary.unresolved, alone.lists) == ({}, 1, [])
    assert "your own server" in alone.said
    with_archive = read_files(tmp_path, {"following_accounts.csv": text, "actor.json": ACTOR})
    assert list(with_archive.ties) == ["mastodon:bob@coast.example"]


def test_a_server_with_letters_beyond_ascii_is_found_by_either_spelling(tmp_path: Path) -> None:
    text = f"{HEADER}zoe@bücher.example,true,false,\nzoe@xn--bcher-kva.example,true,false,\n"
    assert len(read_files(tmp_path, {"following_accounts.csv": text}).ties) == 1


def test_whom_the_owner_blocked_or_muted_is_no_tie(tmp_path: Path) -> None:
    files = {
        "following_accounts.csv": f"{HEADER}ben@quay.example,true,false,\n",
        "blocked_accounts.csv": "ben@quay.example\n",
        "muted_accounts.csv": "Account address,Hide notifications\ncem@harbour.example,true\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = list(read_export([tmp_path / name for name in files]))
    assert [each for each in found if isinstance(each, FoundBlock)] == [
        FoundBlock(Network.MASTODON, name="ben@quay.example"),
        FoundBlock(Network.MASTODON, name="cem@harbour.example"),
    ]
    assert read(*(tmp_path / name for name in files)).ties == {}


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    assert "follow nobody" in read_files(tmp_path, {"following_accounts.csv": HEADER}).said


def test_any_list_of_e_mail_addresses_is_none_of_mastodon(tmp_path: Path) -> None:
    (tmp_path / "guests.csv").write_text("ana@example.org\nben@example.org\n")
    with pytest.raises(UnreadableExport, match="no export"):
        read(tmp_path / "guests.csv")


def test_what_is_not_as_mastodon_writes_it_is_skipped_or_refused(tmp_path: Path) -> None:
    odd = [None, {"type": 5}, {"type": "Create", "object": {"inReplyTo": {}}}]
    found = read_files(tmp_path, archive(*odd, note(mention(BEN, "@ben@quay.example"))))
    assert (len(found.ties), found.summary.skipped) == (1, 3)
    (tmp_path / "outbox.json").write_text(collection(note())[:-40])
    with pytest.raises(UnreadableExport, match="cut off"):
        read(tmp_path / "outbox.json")


@PROPERTY
@given(data=st.data())
def test_a_damaged_archive_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = archive(note(mention(BEN, "@ben@quay.example"), answers=f"{BEN}/statuses/1"))
    text = bytearray(whole["outbox.json"].encode())
    for place in data.draw(st.lists(st.integers(0, len(text) - 1), max_size=4)):
        text[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "outbox.json"
    path.write_bytes(bytes(text)[: data.draw(st.integers(0, len(text)))])
    with contextlib.suppress(UnreadableExport):
        list(read_export([path]))


@PROPERTY
@given(data=st.data())
def test_a_damaged_tar_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tarred(
        tmp_path / "archive.tar", archive(note()), data.draw(st.sampled_from(["w", "w:gz"]))
    )
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(UnreadableExport):
        list(read_export([path]))


@PROPERTY
@given(order=st.permutations(range(4)))
def test_the_order_of_what_was_written_never_matters(tmp_path: Path, order: list[int]) -> None:
    activities = [
        note(mention(BEN, "@ben@quay.example"), answers=f"{BEN}/statuses/1"),
        boost(f"{BEN}/statuses/2", BEN),
        note(mention(CEM, "@cem@harbour.example"), to=CEM),
        note(mention(BEN, "@ben@quay.example")),
    ]
    shuffled = read_files(tmp_path, archive(*(activities[place] for place in order)))
    assert shuffled == read_files(tmp_path, archive(*activities))
