"""A file changed by hand is refused in words that say where, before anything is written."""

import json
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from firsthand.taking_in import document as documents
from firsthand.taking_in.checking import check, remarks
from firsthand.taking_in.document import Document, open_document
from firsthand.taking_in.kinds import Flaw, Remark

_AT = "2026-11-23T09:30:00Z"
ONE, OTHER, THIRD = (str(UUID(int=number)) for number in (1, 2, 3))


def contact(id: str = ONE, **more: Any) -> dict[str, Any]:
    texts = ("name", "headline", "company", "email", "phone", "note", "code_hint", "stage")
    shown = ("shown_name", "shown_headline", "shown_company")
    return {
        "id": id,
        "root_id": id,
        "account_id": None,
        "attendee_id": None,
        **dict.fromkeys([*texts, *shown], "words"),
        "typed": True,
        "has_tie": False,
        "last_at": _AT,
        "created_at": _AT,
        **more,
    }


def meeting(id: str = ONE, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "contact_id": ONE,
        "event_id": None,
        "day": "2026-11-23",
        "met_at": _AT,
        "origin": "typed",
        "note": "",
        "intents": ["coffee"],
        "gone_at": None,
        "created_at": _AT,
        **more,
    }


def follow_up(id: str = ONE, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "contact_id": ONE,
        "meeting_id": None,
        "intent": "coffee",
        "text": "",
        "due": "2026-12-01",
        "state": "open",
        "done_at": None,
        "touched_at": None,
        "created_at": _AT,
        **more,
    }


def merge(child: str, parent: str) -> dict[str, Any]:
    row = {"child_id": child, "parent_id": parent, "evidence": "owner", "detail": ""}
    return {**row, "by_proof": False, "at": _AT}


def opened(tmp_path: Path, content: bytes, stack: ExitStack) -> Document:
    path = tmp_path / "firsthand.json"
    path.write_bytes(content)
    return open_document(path, stack)


def told(**tables: Any) -> bytes:
    return json.dumps({"format": "firsthand", "version": 1, **tables}).encode()


def flaw(tmp_path: Path, content: bytes) -> str:
    with ExitStack() as stack, pytest.raises(Flaw) as raised:
        check(opened(tmp_path, content, stack))
    return str(raised.value)


def without(row: dict[str, Any], column: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != column}


def test_a_sound_file_is_taken(tmp_path: Path) -> None:
    people = [contact(), contact(OTHER), contact(THIRD, root_id=OTHER)]
    content = told(
        contact=people,
        contact_merge=[merge(THIRD, OTHER)],
        meeting=[meeting()],
        follow_up=[follow_up(meeting_id=ONE)],
    )
    with ExitStack() as stack:
        check(opened(tmp_path, content, stack))


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"contact": [contact(), without(contact(OTHER), "name")]}, "contact 2: name is missing."),
        ({"contact": [contact(name=7)]}, "contact 1: name should be text, not a whole number."),
        ({"contact": [contact(name=None)]}, "contact 1: name should be text, not null."),
        ({"contact": [contact(name="x" * 1_000_000)]}, "contact 1: name is too long."),
        ({"contact": [contact(note="a\0b")]}, "contact 1: note holds a character that cannot"),
        ({"contact": [contact(id="me")]}, "contact 1: id is no id."),
        ({"contact": [contact(), contact()]}, "contact 2: the same id stands there already."),
        ({"contact": [contact(root_id=OTHER)]}, "contact 1: root_id points to no contact"),
        ({"contact": [contact(created_at="2026-11-23T09:30:00")]}, "created_at has no time zone"),
        ({"contact": [contact(created_at="9999-12-31T23:59:59Z")]}, "created_at is beyond what"),
        ({"contact": [contact(created_at="-1-01-01T00:00:00Z")]}, "created_at is no moment"),
        ({"contact": ["Fenna"]}, "contact 1: it should be an object, not text."),
        ({"contact": {"name": "Fenna"}}, "contact: it should be a list of rows."),
        ({"meeting": [meeting()]}, "meeting 1: contact_id points to no contact of this file."),
        ({"contact": [contact()], "meeting": [meeting(day="9999-12-31")]}, "day is beyond what"),
        ({"contact": [contact()], "meeting": [meeting(day="soon")]}, "meeting 1: day is no date"),
        ({"contact": [contact()], "meeting": [meeting(origin="scan")]}, "origin is none of the"),
        ({"contact": [contact()], "meeting": [meeting(intents=[""])]}, "intents[0] is empty"),
        (
            {"contact": [contact()], "meeting": [meeting(), meeting(OTHER)]},
            "meeting 2: the same contact_id and day and event_id stands there already.",
        ),
        (
            {"contact": [contact()], "follow_up": [follow_up(meeting_id=ONE)]},
            "follow_up 1: meeting_id points to no meeting of this file.",
        ),
        (
            {"contact": [contact()], "contact_merge": [merge(ONE, ONE)]},
            "contact_merge 1: it goes round in a circle.",
        ),
        (
            {
                "contact": [contact(), contact(OTHER), contact(THIRD)],
                "contact_merge": [merge(ONE, OTHER), merge(OTHER, THIRD), merge(THIRD, ONE)],
            },
            "contact_merge 1: it goes round in a circle.",
        ),
        (
            {"contact": [contact()], "contact_apart": [{"one_id": ONE, "other_id": ONE}]},
            "contact_apart 1: nobody is somebody else",
        ),
        ({"interest": [{"tag": "x", "import_id": ONE, "count": 1}]}, "points to no import"),
        ({"intent_choice": [{"intent": "Sail", "days": -1}]}, "days is out of range"),
        ({"intent_choice": [{"intent": "Sail", "days": 1e99}]}, "intent_choice 1: days"),
    ],
)
def test_a_row_changed_by_hand_is_named(tmp_path: Path, tables: dict[str, Any], words: str) -> None:
    assert words in flaw(tmp_path, told(**tables))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"name,email\nFenna,f@example.org\n", "This file is broken or cut off"),
        (told(contact=[contact()])[:-40], "This file is broken or cut off"),
        (b"[1, 2]", "This is no file of Firsthand's own."),
        (b'{"contact": []}', "This is no file of Firsthand's own."),
        (b'{"format": "firsthand", "version": 2}', "another version of Firsthand"),
        (b'{"format": "firsthand", "version": 1, "contact": ' + b"[" * 100_000, "broken"),
        (b'{"format": "firsthand", "version": 1, "contact": [{"id": "\xff"}]}', "contact 1"),
        (b"PK\3\4 and nothing more", "is cut off or damaged"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in flaw(tmp_path, content)


def test_a_zip_with_the_document_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "everything.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("firsthand.json", told(contact=[contact()]))
    with ExitStack() as stack:
        assert len(open_document(path, stack).rows("contact")) == 1


@pytest.mark.parametrize("names", [[], ["a.json", "b.json"], ["people.csv"]])
def test_a_zip_with_something_else_is_refused(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "everything.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, told())
    with ExitStack() as stack, pytest.raises(Flaw, match="no file of Firsthand's own"):
        open_document(path, stack)


def test_more_rows_than_anybody_has_are_refused(tmp_path: Path) -> None:
    content = b'{"format": "firsthand", "version": 1, "contact": [' + b"{}," * 2_000_000 + b"{}]}"
    assert flaw(tmp_path, content) == "This file has more than 1,000,000 rows."


def test_a_file_that_is_too_large_is_refused_unpacked_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 100)
    content = told(contact=[contact()])
    assert "This file is larger than" in flaw(tmp_path, content)
    path = tmp_path / "everything.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("firsthand.json", content)
    with ExitStack() as stack, pytest.raises(Flaw, match="This file is larger than"):
        open_document(path, stack)


def test_what_is_not_known_here_is_left_out_with_a_word(tmp_path: Path) -> None:
    people = [contact(), contact(str(uuid4()), shoe_size=42)]
    with ExitStack() as stack:
        read = opened(tmp_path, told(contact=people, horoscope=[{}], match=[{}]), stack)
        said = remarks(read, check(read))
    assert said == [
        Remark("horoscope", "This part is not known here and was left out."),
        Remark("contact", "Not known here and left out: shoe_size."),
    ]
