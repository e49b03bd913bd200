import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any, cast

import msgspec
import pypdfium2  # type: ignore[import-untyped]  # publishes no types
import pytest
import zxingcpp
from PIL.Image import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from firsthand.badges.codes import badge_address, new_short_code, new_token, spoken_short_code
from firsthand.badges.geometry import LAYOUTS, Layout
from firsthand.badges.pdf import (
    PrintableBadge,
    PrintableEvent,
    Printed,
    UnprintableError,
    print_badges,
)

BASE = "https://meet.example.org"
EVENT = PrintableEvent("Open Systems Summit", "23-25 November 2026")
NAMES = (
    "Ana Souza",
    "Wolfeschlegelsteinhausenbergerdorff",
    "山田太郎",
    "محمد بن عبد الله",
    "Елена Жукова",
    "Αλέξανδρος Παπαδόπουλος",
    "Nguyễn Thị Ánh Tuyết",
    "김민준",
    "שלום כהן",
    "Jo",
    "María-José Fernández de la Vega",
    "Zoë 🎉",
)
HOSTILE = (
    "",
    "🎉",
    "A" * 1_000_000,
    "Ana " * 250_000,
    "<b>Ana</b> &amp; <para>",
    "\x00\x01\x1b[31mAna\x7f",
    "\u202eanA\u202c \u2066x\u2069",
    "(Ana) \\) Tj ET",
    "สมชาย",
    "x" + "\u0301" * 10_000,
    "\ue000\uffff\U0010ffff",
    "﷽" * 240,
)
layouts = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


def badge(name: str, base: str = BASE) -> PrintableBadge:
    address = badge_address(base, new_token())
    return PrintableBadge(name, address, new_short_code(), "Staff engineer", "Acme Cooperative")


def render(path: Path, dpi: int) -> list[Image]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.render(scale=dpi / 72).to_pil() for page in document]
    finally:
        document.close()


def read(image: Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(image)}


def printed_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


@layouts
def test_every_qr_code_reads_back_as_exactly_its_address(layout: Layout, tmp_path: Path) -> None:
    badges = [badge(name) for name in NAMES]
    assert print_badges(badges, EVENT, layout, tmp_path / "b.pdf") == Printed(len(badges), {})
    per_page = layout.badges_per_page
    pages = render(tmp_path / "b.pdf", 200)
    assert len(pages) == layout.pages(len(badges))
    for index, page in enumerate(pages):
        on_page = badges[index * per_page : (index + 1) * per_page]
        assert read(page) == {badge.address for badge in on_page}


@layouts
def test_a_badge_seen_at_thirty_percent_of_its_size_still_reads(
    layout: Layout, tmp_path: Path
) -> None:
    one = badge("Ana Souza")
    print_badges([one], EVENT, layout, tmp_path / "b.pdf")
    (page,) = render(tmp_path / "b.pdf", 300)
    small = page.resize((round(page.width * 0.3), round(page.height * 0.3)))
    assert read(small) == {one.address}


def test_an_address_with_a_path_and_a_long_host_reads_back(tmp_path: Path) -> None:
    one = badge("Ana", "https://companion.a-rather-long-name.example.org/tools/firsthand")
    print_badges([one], EVENT, LAYOUTS["90x55-a4"], tmp_path / "b.pdf")
    assert read(render(tmp_path / "b.pdf", 300)[0]) == {one.address}


@layouts
def test_the_pages_measure_what_the_layout_says(layout: Layout, tmp_path: Path) -> None:
    print_badges([badge(name) for name in NAMES], EVENT, layout, tmp_path / "b.pdf")
    for page in PdfReader(tmp_path / "b.pdf").pages:
        assert float(page.mediabox.width) == pytest.approx(layout.page.width, abs=0.01)
        assert float(page.mediabox.height) == pytest.approx(layout.page.height, abs=0.01)


@layouts
@pytest.mark.parametrize(
    "name", ["Ana Souza", "山田太郎", "Елена Жукова", "Nguyễn Thị Ánh Tuyết", "<b>Ana</b> & Co"]
)
def test_names_can_be_searched_in_the_pdf(layout: Layout, name: str, tmp_path: Path) -> None:
    one = badge(name)
    print_badges([one], EVENT, layout, tmp_path / "b.pdf")
    text = " ".join(printed_text(tmp_path / "b.pdf").split())
    assert name in text
    assert spoken_short_code(one.short_code) in text
    assert "OPEN SYSTEMS SUMMIT" in text


def test_an_arabic_name_is_in_the_pdf_with_joined_letters(tmp_path: Path) -> None:
    print_badges([badge("محمد")], EVENT, LAYOUTS["a6"], tmp_path / "b.pdf")
    text = unicodedata.normalize("NFKC", printed_text(tmp_path / "b.pdf"))
    assert "محمد" in text or "محمد"[::-1] in text


@layouts
def test_hostile_names_print_without_failing(layout: Layout, tmp_path: Path) -> None:
    badges = [
        PrintableBadge(text, badge_address(BASE, new_token()), new_short_code(), text, text)
        for text in HOSTILE
    ]
    printed = print_badges(badges, PrintableEvent(HOSTILE[3], HOSTILE[5]), layout, tmp_path / "b")
    assert printed.badges == len(HOSTILE)
    assert printed.unprintable["ส"] == 3
    found = set().union(*map(read, render(tmp_path / "b", 200)))
    assert found == {badge.address for badge in badges}


def test_every_font_of_the_pdf_is_embedded(tmp_path: Path) -> None:
    print_badges([badge(name) for name in NAMES], EVENT, LAYOUTS["90x55-a4"], tmp_path / "b.pdf")
    resources = cast(DictionaryObject, PdfReader(tmp_path / "b.pdf").pages[0]["/Resources"])
    fonts = cast(DictionaryObject, resources["/Font"])
    # reportlab lists one font more, Helvetica, which no page uses.
    embedded = {
        font["/BaseFont"].split("+")[1]
        for font in [cast(Any, font.get_object()) for font in fonts.values()]
        if "/FontDescriptor" in font and "/FontFile2" in font["/FontDescriptor"]
    }
    assert len(embedded) == len(fonts) - 1
    assert {"NotoSansJP-strong", "NotoSansKR-strong", "NotoSansArabic-strong"} <= embedded


def test_the_same_badges_make_the_same_file(tmp_path: Path) -> None:
    badges = [badge(name) for name in NAMES]
    for name in ("one", "two"):
        print_badges(badges, EVENT, LAYOUTS["a6"], tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_no_badges_are_refused_and_leave_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnprintableError, match="no badges"):
        print_badges([], EVENT, LAYOUTS["a6"], tmp_path / "b.pdf")
    assert not list(tmp_path.iterdir())


def test_an_address_too_long_for_a_qr_code_is_named_and_leaves_no_file(tmp_path: Path) -> None:
    long = PrintableBadge("Ana", "https://example.org/" + "x" * 3000, "7F3C9KQ2")
    with pytest.raises(UnprintableError, match="badge 2: the address is too long"):
        print_badges([badge("Ana"), long], EVENT, LAYOUTS["a6"], tmp_path / "b.pdf")
    assert not list(tmp_path.iterdir())


def run(lines: list[bytes], output: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "firsthand.badges.pdf", "--output", str(output), *options]
    return subprocess.run(command, input=b"\n".join(lines), capture_output=True, timeout=60)


def as_lines(badges: list[PrintableBadge]) -> list[bytes]:
    return [msgspec.json.encode({"event": EVENT}), *map(msgspec.json.encode, badges)]


def test_the_child_process_prints_and_tells_how_far_it_is(tmp_path: Path) -> None:
    badges = [badge(f"Attendee {index}") for index in range(401)]
    child = run(as_lines(badges), tmp_path / "b.pdf", "--layout", "90x55-a4")
    assert (child.returncode, child.stderr) == (0, b"")
    assert [msgspec.json.decode(line) for line in child.stdout.splitlines()] == [
        {"done": 200},
        {"done": 400},
        {"done": 401, "unprintable": {}},
    ]
    assert len(PdfReader(tmp_path / "b.pdf").pages) == 41


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], b"line 1: "),
        ([b"{}"], b"line 1: "),
        ([b'{"event": {"name": "Summit"}}'], b"no badges"),
        ([b'{"event": {"name": "Summit"}}', b"{"], b"line 2: "),
        ([b'{"event": {"name": "Summit"}}', b'{"name": 7}'], b"line 2: "),
        ([b'{"event": {"name": "Summit"}}', b'{"name": "\xff"}'], b"line 2: "),
    ],
)
def test_bad_input_ends_the_child_process_with_one_clear_line(
    lines: list[bytes], says: bytes, tmp_path: Path
) -> None:
    child = run(lines, tmp_path / "b.pdf")
    assert child.returncode == 1
    assert child.stdout == b""
    assert says in child.stderr
    assert child.stderr.count(b"\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    child = run(as_lines([badge("Ana")]), tmp_path / "nowhere" / "b.pdf")
    assert child.returncode == 1
    assert b"cannot be written: No such file" in child.stderr
    assert child.stderr.count(b"\n") == 1
