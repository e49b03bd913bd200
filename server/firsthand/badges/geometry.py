"""Where things stand on a printed badge.

Layouts are drawn in millimetres and kept in points (1/72 inch), as PDF counts, with the origin at
the bottom left and y upwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass

POINTS_PER_MM = 72 / 25.4
# The most lines that a name, and each of headline and company, may take.
NAME_LINES, ROLE_LINES = 3, 2
QUIET_MODULES = 4  # what ISO/IEC 18004 asks for on each side of a QR code


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in points."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y + self.height

    def contains(self, other: "Box") -> bool:
        """Whether the other box lies within this one, to a thousandth of a point."""
        return (
            other.x >= self.x - 0.001
            and other.y >= self.y - 0.001
            and other.right <= self.right + 0.001
            and other.top <= self.top + 0.001
        )

    def overlaps(self, other: "Box") -> bool:
        """Whether the boxes share more than an edge."""
        return (
            self.x < other.right - 0.001
            and other.x < self.right - 0.001
            and self.y < other.top - 0.001
            and other.y < self.top - 0.001
        )

    def moved(self, x: float, y: float) -> "Box":
        """The same box, `x` and `y` further."""
        return Box(self.x + x, self.y + y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Type:
    """Sizes of a line of type in points: it is set as large as fits between the two."""

    largest: float
    smallest: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A page of badges. The boxes inside a badge count from the badge's bottom left corner."""

    name: str
    page: Box
    badge: Box
    columns: int
    rows: int
    event: Box
    ring: Box
    attendee: Box
    role: Box
    qr: Box
    short_code: Box
    attendee_type: Type
    role_type: Type
    event_type: Type
    short_code_type: Type

    @property
    def badges_per_page(self) -> int:
        return self.columns * self.rows

    def places(self) -> Iterator[Box]:
        """The boxes of the badges on a page, row by row from the top left."""
        left = (self.page.width - self.columns * self.badge.width) / 2
        top = (self.page.height + self.rows * self.badge.height) / 2
        for row in range(self.rows):
            for column in range(self.columns):
                yield self.badge.moved(
                    left + column * self.badge.width, top - (row + 1) * self.badge.height
                )

    def pages(self, badges: int) -> int:
        """How many pages so many badges take."""
        return -(-badges // self.badges_per_page)

    def parts(self) -> dict[str, Box]:
        """The boxes inside a badge by name."""
        return {
            "event": self.event,
            "ring": self.ring,
            "attendee": self.attendee,
            "role": self.role,
            "qr": self.qr,
            "short_code": self.short_code,
        }


def qr_module(qr: Box, modules: int) -> float:
    """The side of a module, in points, of a QR code with its quiet zone in the box."""
    return min(qr.width, qr.height) / (modules + 2 * QUIET_MODULES)


def _mm(x: float, y: float, width: float, height: float) -> Box:
    return Box(*(value * POINTS_PER_MM for value in (x, y, width, height)))


# The top 12 mm stay free on the two badges that hang from a lanyard: slot and clip go there.
_A6 = Layout(
    name="a6",
    page=_mm(0, 0, 105, 148),
    badge=_mm(0, 0, 105, 148),
    columns=1,
    rows=1,
    event=_mm(9, 125, 76, 9),
    ring=_mm(87, 125, 9, 9),
    attendee=_mm(9, 76, 87, 43),
    role=_mm(9, 54, 87, 20),
    qr=_mm(4, 4, 48, 48),
    short_code=_mm(54, 8.5, 42, 9),
    attendee_type=Type(60, 15),
    role_type=Type(17, 9),
    event_type=Type(10.5, 6),
    short_code_type=Type(17, 8),
)

_FOUR_BY_THREE = Layout(
    name="4x3in",
    page=_mm(0, 0, 101.6, 76.2),
    badge=_mm(0, 0, 101.6, 76.2),
    columns=1,
    rows=1,
    event=_mm(7, 57.5, 78, 7),
    ring=_mm(87.6, 57.5, 7, 7),
    attendee=_mm(7, 36.5, 87.6, 19),
    role=_mm(7, 16, 52, 18),
    qr=_mm(63.6, 2, 34, 34),
    short_code=_mm(7, 6, 52, 7),
    attendee_type=Type(44, 17),
    role_type=Type(13, 7.5),
    event_type=Type(9, 5.5),
    short_code_type=Type(13, 7),
)

_NINETY_BY_FIFTY_FIVE = Layout(
    name="90x55-a4",
    page=_mm(0, 0, 210, 297),
    badge=_mm(0, 0, 90, 55),
    columns=2,
    rows=5,
    event=_mm(6, 44.5, 69, 6.5),
    ring=_mm(77.5, 44.5, 6.5, 6.5),
    attendee=_mm(6, 30.5, 78, 13),
    role=_mm(6, 13, 49, 15.5),
    qr=_mm(58, 1.5, 29, 29),
    short_code=_mm(6, 5, 49, 6),
    attendee_type=Type(32, 12.5),
    role_type=Type(11, 6.5),
    event_type=Type(7.5, 5),
    short_code_type=Type(11, 6),
)

LAYOUTS = {layout.name: layout for layout in (_A6, _FOUR_BY_THREE, _NINETY_BY_FIFTY_FIVE)}
DEFAULT_LAYOUT = _A6.name
