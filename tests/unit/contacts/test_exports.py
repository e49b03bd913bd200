"""vCards and CSV: whatever is written is read back by another reader."""

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

import vobject
from hypothesis import given
from hypothesis import strategies as st

from firsthand.contacts.exports import ExportedCard, csv_cells, csv_line, vcard
from firsthand.content_lines import written

# What a cleaned name or note can hold: no controls but line breaks, no lone surrogates.
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], include_characters="\n"),
    max_size=200,
)


def card(name: str, note: str = "") -> ExportedCard:
    return ExportedCard(
        UUID(int=7), name, "", "", "", "", note, "met", datetime(2026, 11, 23, tzinfo=UTC),
        (("x", "fenna"), ("mastodon", "fenna@mastodon.social")),
    )  # fmt: skip


@given(TEXTS.map(str.strip).filter(bool), TEXTS)
def test_another_reader_gets_back_what_was_written(name: str, note: str) -> None:
    text = vcard(card(name, note))
    read = vobject.readOne(text)
    assert read.fn.value == name
    if note.strip():
        assert read.note.value == note


@given(st.text(max_size=400))
def test_no_line_is_longer_than_75_octets_and_none_breaks_a_character(text: str) -> None:
    for line in vcard(card(text, text)).split("\r\n"):
        assert len(line.encode()) <= 75


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=300))
def test_unfolding_gives_the_line_back(line: str) -> None:
    assert written([line]).replace("\r\n ", "").removesuffix("\r\n") == line


@given(st.text(max_size=50))
def test_nobody_can_add_a_property_of_their_own(text: str) -> None:
    lines = vcard(card(f"x\r\nTEL:1{text}")).replace("\r\n ", "").split("\r\n")
    assert not any(line.startswith("TEL") for line in lines)
    assert lines.count("END:VCARD") == 1


@given(st.text(max_size=60))
def test_no_cell_starts_a_formula(text: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_line(csv_cells(card(text))), newline=""))
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))
