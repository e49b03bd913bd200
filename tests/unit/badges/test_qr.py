import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from zxingcpp import BarcodeFormat, read_barcodes

from firsthand.badges.codes import badge_address, new_token
from firsthand.badges.qr import Bars, qr_bars


def picture(code: Bars, module: int = 4) -> Image.Image:
    quiet = 4 * module
    side = code.modules * module + 2 * quiet
    image = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(image)
    for column, row, width in code.bars:
        x, y = quiet + column * module, quiet + row * module
        draw.rectangle((x, y, x + width * module - 1, y + module - 1), fill=0)
    return image


def test_an_upper_case_address_needs_fewer_modules() -> None:
    address = badge_address("https://meet.example.org", new_token())
    assert qr_bars(address).modules < qr_bars(address.lower()).modules


def test_the_code_has_error_correction_m_and_the_address_once() -> None:
    address = badge_address("https://meet.example.org", new_token())
    (read,) = read_barcodes(picture(qr_bars(address)))
    assert (read.text, read.format, read.ec_level) == (address, BarcodeFormat.QRCode, "M")


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200))
def test_any_address_reads_back_exactly(address: str) -> None:
    assert [read.text for read in read_barcodes(picture(qr_bars(address)))] == [address]


@given(st.text("ABC019:/.-", min_size=1, max_size=60))
@settings(max_examples=20, deadline=None)
def test_bars_lie_in_the_code_and_never_touch_in_a_row(address: str) -> None:
    code = qr_bars(address)
    for one, other in zip(code.bars, code.bars[1:], strict=False):
        assert one[0] + one[2] <= code.modules
        assert one[1] < other[1] or one[0] + one[2] < other[0]


def test_an_address_that_no_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr_bars("x" * 4000)
