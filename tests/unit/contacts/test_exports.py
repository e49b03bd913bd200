"""vCards and CSVs: whatever is written is read back by readers that this project did not write."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from firsthand.contacts.exports import (
    CSV_HEADER,
    ExportedCard,
    csv_cells,
    csv_line,
    given_and_family,
    vcard,
    vcard3,
)
from firsthand.contacts.google_layout import GOOGLE_HEADER, google_line
from firsthand.content_lines import escaped, unescaped, written
from tests.exports import read_files

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
VERSIONS = pytest.mark.parametrize("version", [vcard, vcard3])
# What a cleaned name or note can hold: no controls but line breaks, no lone surrogates.
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"], include_characters="\n"),
    max_size=200,
)
HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            '=HYPERLINK("https://evil.example","x")',
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "\uff1d1+1",
            "a\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:b",
            "a\rTEL:1\x85TEL:2\u2028TEL:3",
            "semi;comma,back\\slash\\n",
            "\0\x01\x1b[31m\x7f\x9b",
            "فاطمة \u202eevil\u202c الزهراء",
            "👩🏽‍💻 🏳️‍🌈",
            "\"quoted\" 'cells'",
            "\ud800\ufffe\uffff",
            "é" * 5_000,
            "=" * 10_000,
            "a;" * 5_000,
            "",
        ]
    ),
)


def card(name: str, note: str = "", **more: str) -> ExportedCard:
    words = {"headline": "", "company": "", "email": "", "phone": ""} | more
    last = datetime(2026, 11, 23, tzinfo=UTC)
    return ExportedCard(
        UUID(int=7), name, **words, note=note, stage="met", last_at=last,
        handles=(("x", "fenna"), ("mastodon", "fenna@mastodon.social")),
    )  # fmt: skip


hostile_cards = st.builds(
    card,
    HOSTILE.filter(bool),
    HOSTILE,
    headline=HOSTILE,
    company=HOSTILE,
    email=HOSTILE,
    phone=HOSTILE,
)


@VERSIONS
@given(name=TEXTS.map(str.strip).filter(bool), note=TEXTS)
def test_another_reader_gets_back_what_was_written(
    version: Callable[[ExportedCard], str], name: str, note: str
) -> None:
    read = vobject.readOne(version(card(name, note)))
    assert read.fn.value == name
    if note.strip():
        assert read.note.value == note


@VERSIONS
@given(hostile=hostile_cards)
def test_another_reader_gets_back_every_field_without_what_no_line_can_hold(
    version: Callable[[ExportedCard], str], hostile: ExportedCard
) -> None:
    (read,) = vobject.readComponents(version(hostile))
    for name, said in {
        "fn": hostile.name,
        "title": hostile.headline,
        "email": hostile.email,
        "note": hostile.note,
        "tel": hostile.phone,
    }.items():
        found = [line.value for line in read.contents.get(name, ())]
        # What is written is the field without its controls: the escaping is undone by the reader.
        assert found == ([unescaped(escaped(said))] if said else [])
    assert ("org" in read.contents) == bool(hostile.company)
    assert [line.value for line in read.contents["url"]] == [
        "https://x.com/fenna",
        "https://mastodon.social/@fenna",
    ]


@given(hostile_cards)
def test_a_version_3_card_has_a_name_in_parts_and_its_profiles_by_their_usual_names(
    hostile: ExportedCard,
) -> None:
    read = vobject.readOne(vcard3(hostile))
    assert read.version.value == "3.0"
    together = f"{read.n.value.given} {read.n.value.family}"
    assert together.strip() == unescaped(escaped(hostile.name)).strip()
    profiles = read.contents["x-socialprofile"]
    assert [line.params["TYPE"] for line in profiles] == [["twitter"], ["mastodon"]]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Fenna Wouters", ("Fenna", "Wouters")),
        ("Fenna van der Berg", ("Fenna", "van der Berg")),
        ("Ana Maria de la Cruz", ("Ana Maria", "de la Cruz")),
        ("Fenna", ("Fenna", "")),
        ("山田太郎", ("山田太郎", "")),
        ("ludwig van beethoven", ("ludwig", "van beethoven")),
    ],
)
def test_the_last_word_is_the_familys_with_its_particles(name: str, parts: tuple[str, str]) -> None:
    assert given_and_family(name) == parts


@VERSIONS
@given(text=st.text(max_size=400))
def test_no_line_is_longer_than_75_octets_and_none_breaks_a_character(
    version: Callable[[ExportedCard], str], text: str
) -> None:
    for line in version(card(text, text)).split("\r\n"):
        assert len(line.encode()) <= 75


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=300))
def test_unfolding_gives_the_line_back(line: str) -> None:
    assert written([line]).replace("\r\n ", "").removesuffix("\r\n") == line


@VERSIONS
@given(text=st.text(max_size=50))
@example("\x85TEL:2")
@example("\u2029TEL:3")
def test_nobody_can_add_a_property_of_their_own(
    version: Callable[[ExportedCard], str], text: str
) -> None:
    unfolded = version(card(f"x\r\nTEL:1{text}")).replace("\r\n ", "")
    # Some readers end a line wherever Unicode has a break.
    lines = unfolded.splitlines()
    assert not any(line.startswith("TEL") for line in lines)
    assert lines.count("END:VCARD") == 1


@given(hostile_cards)
def test_a_csv_has_one_row_for_one_person_and_no_formula_in_it(hostile: ExportedCard) -> None:
    line = csv_line(csv_cells(hostile))
    (row,) = csv.reader(io.StringIO(line, newline=""))
    assert len(row) == len(CSV_HEADER)
    assert not [cell for cell in row if cell.startswith(FORMULA)]
    assert "\0" not in line


@given(hostile_cards)
def test_a_google_csv_has_one_row_for_one_person_and_no_formula_in_it(
    hostile: ExportedCard,
) -> None:
    (row,) = csv.reader(io.StringIO(google_line(hostile), newline=""))
    assert len(row) == len(GOOGLE_HEADER)
    cells = dict(zip(GOOGLE_HEADER, row, strict=True))
    phone = cells.pop("Phone 1 - Value")
    assert not [cell for cell in cells.values() if cell.startswith(FORMULA)]
    # A number with its plus is no formula, and Google would keep an apostrophe as part of it.
    assert not phone.startswith(FORMULA) or phone[1:].replace(" ", "").isdigit()


@pytest.mark.parametrize(
    ("phone", "cell"),
    [
        ("+31 6 1234-5678", "+31 6 1234 5678"),
        ("+49 (0)30 901820", "+49 0 30 901820"),
        ("0900 1234", "0900 1234"),
        ("+1+1+1+1", "'+1+1+1+1"),
        ("+١٢٣٤٥٦", "'+١٢٣٤٥٦"),
    ],
)
def test_a_phone_number_stays_a_number_for_google(phone: str, cell: str) -> None:
    (row,) = csv.reader([google_line(card("Fenna", phone=phone))])
    assert row[GOOGLE_HEADER.index("Phone 1 - Value")] == cell


def test_the_google_csv_comes_back_in_by_our_own_import(tmp_path: Path) -> None:
    lines = csv_line(GOOGLE_HEADER) + google_line(
        card("Fenna van Dijk", email="f@fenna.example", phone="+31612345678", company="Ahoy, Inc.")
    )
    read = read_files(tmp_path, {"contacts.csv": lines})
    assert read.person.name == "Fenna van Dijk"
    assert read.person.company == "Ahoy, Inc."
    assert read.person.emails == ["f@fenna.example"]
    assert read.person.phones == ["+31612345678"]
    assert set(read.ties) == {"x:fenna", "mastodon:fenna@mastodon.social"}
