"""The badge's QR code as few wide bars."""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData

from firsthand.badges.codes import fits_qr_alphanumeric

# Trying all eight masks costs seven times the time of one, and readers do not mind which.
_MASK = 4

# Mode indicators of ISO/IEC 18004, table 2.
_ALPHANUMERIC: Final = 2
_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Bars:
    """A QR code of `modules` x `modules`: dark bars (column, row, width), rows from the top."""

    modules: int
    bars: tuple[tuple[int, int, int], ...]


def qr_bars(address: str) -> Bars:
    """The QR code (error correction M) that holds exactly the address.

    Raises ValueError if it is too long for one.
    """
    code: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    mode: Literal[2, 4] = _ALPHANUMERIC if fits_qr_alphanumeric(address) else _BYTES
    code.add_data(QRData(address.encode(), mode=mode, check_data=False), optimize=0)
    try:
        code.make(fit=True)
    except ValueError as error:
        raise ValueError("the address is too long for a QR code") from error
    bars = []
    for row, modules in enumerate(code.modules):
        dark = "".join("1" if module else "0" for module in modules)
        bars += [(run.start(), row, run.end() - run.start()) for run in re.finditer("1+", dark)]
    return Bars(len(code.modules), tuple(bars))
