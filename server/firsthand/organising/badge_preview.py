"""An example badge on the screen, from the very geometry that is printed. Pure.

Lengths are in points, y downwards as SVG counts. Only the fonts are the browser's, so widths of
letters are estimated.
"""

from dataclasses import dataclass

from firsthand.badges.geometry import QUIET_MODULES, Box, Layout, Type

# How wide a letter of a heading is, on average, in parts of its size.
_LETTER = 0.6
_LINE = 1.12


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
        name=_fitted(name, parts["attendee"], layout.attendee_type),
        role=_fitted(role, parts["role"], layout.role_type),
        qr=Box(parts["qr"].x, parts["qr"].y, side, side),
        parts=parts,
        sizes={"event": layout.event_type.largest, "short_code": layout.short_code_type.largest},
    )


def qr_scale(qr: Box, modules: int) -> float:
    """The side of a module where the code stands with its quiet zone in the box."""
    return qr.width / (modules + 2 * QUIET_MODULES)


def _from_top(box: Box, badge: Box) -> Box:
    return Box(box.x, badge.height - box.top, box.width, box.height)


def _fitted(text: str, box: Box, sizes: Type) -> list[PlacedLine]:
    """As large as fits, in as few lines as fit; at the smallest size it is cut off."""
    size = sizes.largest
    while size > sizes.smallest and not _fits(text, box, size):
        size -= 0.5
    lines = _wrapped(text, box.width, size)[: max(1, int(box.height / (size * _LINE)))]
    return [
        PlacedLine(line, box.x, box.y + size * (0.85 + _LINE * number), size)
        for number, line in enumerate(lines)
    ]


def _fits(text: str, box: Box, size: float) -> bool:
    lines = _wrapped(text, box.width, size)
    is_whole = set(text.split()) <= {word for line in lines for word in line.split()}
    return is_whole and len(lines) * size * _LINE <= box.height


def _wrapped(text: str, width: float, size: float) -> list[str]:
    most = max(1, int(width / (size * _LETTER)))
    lines: list[str] = []
    # A word that is longer than a line goes on in the next one.
    words = [w[i : i + most] for w in text.split() for i in range(0, len(w), most)]
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
