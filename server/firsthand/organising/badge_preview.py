"""An example badge on the screen, from the very geometry that is printed. Pure.

Lengths are in points, y downwards as SVG counts. Only the fonts are the browser's, so widths of
letters are estimated.
"""

import unicodedata
from dataclasses import dataclass

from firsthand.badges.geometry import NAME_LINES, QUIET_MODULES, ROLE_LINES, Box, Layout, Type
from firsthand.badges.text_fit import LEADING, fit

# How wide a letter of a heading is, on average, in parts of its size.
_LETTER = 0.6
_ASCENT = 0.85


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of type: where its baseline starts, and how large it is."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Example:
    width: float
    height: float
    name: list[PlacedLine]
    role: list[PlacedLine]
    qr: Box
    parts: dict[str, Box]
    sizes: dict[str, float]


def preview(layout: Layout, *, name: str, role: str) -> Example:
    """The badge of somebody of this name."""
    parts = {part: _from_top(box, layout.badge) for part, box in layout.parts().items()}
    side = min(parts["qr"].width, parts["qr"].height)
    return Example(
        width=layout.badge.width,
        height=layout.badge.height,
        name=_fitted(name, parts["attendee"], layout.attendee_type, NAME_LINES),
        role=_fitted(role, parts["role"], layout.role_type, ROLE_LINES),
        qr=Box(parts["qr"].x, parts["qr"].y, side, side),
        parts=parts,
        sizes={"event": layout.event_type.largest, "short_code": layout.short_code_type.largest},
    )


def qr_scale(qr: Box, modules: int) -> float:
    """The side of a module where the code stands with its quiet zone in the box."""
    return qr.width / (modules + 2 * QUIET_MODULES)


def _from_top(box: Box, badge: Box) -> Box:
    return Box(box.x, badge.height - box.top, box.width, box.height)


def _fitted(text: str, box: Box, sizes: Type, most_lines: int) -> list[PlacedLine]:
    fitted = fit(text, _width, (box.width, box.height), (sizes.largest, sizes.smallest), most_lines)
    return [
        PlacedLine(line, box.x, box.y + fitted.size * (_ASCENT + LEADING * number), fitted.size)
        for number, line in enumerate(fitted.lines)
    ]


def _width(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return wide + _LETTER * (len(text) - wide)
