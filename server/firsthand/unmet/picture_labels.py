"""Names beside the faces of a picture, where they hit neither a face nor another name. Pure."""

import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from firsthand.rings import badge_ending

_SMALLEST: Final = 10.8
_LARGEST: Final = 13.5
_LONGEST: Final = 16
_AIR: Final = 1.5
# Of the size: no server knows the reader's font, so these are those of a wide one.
_WIDE, _NARROW, _ABOVE, _BELOW = 1.05, 0.62, 0.8, 0.25

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Circle:
    """A face, or the viewer."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Label:
    """A name on its baseline; ``anchor`` says which point of it ``x`` is; ``width`` is a guess."""

    text: str
    x: float
    y: float
    size: float
    anchor: Anchor
    width: float

    @property
    def left(self) -> float:
        return self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * self.width

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def top(self) -> float:
        return self.y - _ABOVE * self.size

    @property
    def bottom(self) -> float:
        return self.y + _BELOW * self.size

    def hits_circle(self, circle: Circle) -> bool:
        x = min(max(circle.x, self.left), self.right)
        y = min(max(circle.y, self.top), self.bottom)
        return math.hypot(circle.x - x, circle.y - y) < circle.radius + _AIR / 2

    def hits_label(self, other: "Label") -> bool:
        apart = (
            self.right + _AIR <= other.left
            or other.right + _AIR <= self.left
            or self.bottom <= other.top
            or other.bottom <= self.top
        )
        return not apart


def label_beside(
    name: str, face: Circle, circles: Iterable[Circle], labels: Iterable[Label], size: float
) -> Label | None:
    """Below the face, else above, else at a side, else a shorter one; None where all is taken."""
    taken_circles = [circle for circle in circles if _is_near(circle, face)]
    taken_labels = list(labels)
    for label in (label for text in _texts(name) for label in _places(text, face)):
        inside = label.left >= 1 and label.right <= size - 1
        inside = inside and label.top >= 1 and label.bottom <= size - 1
        if (
            inside
            and not any(map(label.hits_label, taken_labels))
            and not any(map(label.hits_circle, taken_circles))
        ):
            return label
    return None


def _is_near(circle: Circle, face: Circle) -> bool:
    """Near enough for a name beside the face to reach the circle."""
    apart = face.radius + circle.radius + 2 * _LARGEST
    return (
        abs(circle.y - face.y) < apart
        and abs(circle.x - face.x) < apart + _LONGEST * _LARGEST * _WIDE
    )


def _places(text: str, face: Circle) -> Iterator[Label]:
    size = round(min(max(face.radius * 0.48, _SMALLEST), _LARGEST), 1)
    width = size * sum(map(_advance, text))
    below, above = face.radius + _AIR + _ABOVE * size, -face.radius - _AIR - _BELOW * size
    beside = face.radius + 2 * _AIR
    places: tuple[tuple[float, float, Anchor], ...] = (
        (0, below, "middle"),
        (0, above, "middle"),
        (beside, 0.28 * size, "start"),
        (-beside, 0.28 * size, "end"),
    )
    for x, y, anchor in places:
        yield Label(text, round(face.x + x, 1), round(face.y + y, 1), size, anchor, width)


def _advance(char: str) -> float:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return 0.0
    wide = unicodedata.east_asian_width(char) in "WF" or unicodedata.category(char) == "So"
    return _WIDE if wide or char in "MWmw@" else _NARROW


def _texts(name: str) -> list[str]:
    """The whole name, else its first word with the last one's letter, else that word alone; each
    cut where it is very long. An unnamed badge is told by its ending.
    """
    ending = badge_ending(name)
    if ending:
        return [f"badge {ending}", ending]
    words = [
        "".join(char for char in word if unicodedata.category(char)[0] != "C" or char == "\u200c")
        for word in name.split()[:8]
    ]
    shown = [word for word in words if word]
    last = [f"{shown[0]} {shown[-1][0]}."] if len(shown) > 1 and shown[-1][0].isupper() else []
    texts = [text for text in (" ".join(shown), *last, *shown[:1]) if len(text) <= _LONGEST]
    return list(dict.fromkeys(texts or [_cut(text) for text in shown[:1]]))


def _cut(text: str) -> str:
    return text[: _LONGEST - 1].rstrip() + "…"
