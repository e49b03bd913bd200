"""The picture of one's event: you in the middle, the met around you, the others further out. Pure.

Lengths are in units of a square drawing, SIZE wide, with the viewer at its centre.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SIZE: Final = 400
_CENTRE: Final = SIZE / 2
_NEAREST: Final = 52.0
_MET_WITHIN: Final = 132.0
_UNMET_AT: Final = 178.0
# Turning by this much each time, no two of a spiral's points come to stand in one line.
_GOLDEN_ANGLE: Final = math.pi * (3 - math.sqrt(5))


@dataclass(frozen=True, slots=True)
class Face:
    """A person to draw; ``strength`` from 0 to 1 makes the line thicker and the circle larger."""

    name: str
    stage: str
    tied: bool
    met: bool
    strength: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A circle of the picture and, for the met, the width of the line to the viewer."""

    face: Face
    x: float
    y: float
    radius: float
    line: float


def picture(faces: Sequence[Face]) -> list[Placed]:
    """The met on a spiral around the centre, the others evenly on the outermost circle."""
    met = [face for face in faces if face.met]
    unmet = [face for face in faces if not face.met]
    # Room enough for the circles not to touch: their area grows with their number.
    size = min(11.0, 52.0 / math.sqrt(max(len(met), 1)) + 3)
    placed = []
    for number, face in enumerate(met):
        share = math.sqrt((number + 0.5) / len(met))
        distance = _NEAREST + (_MET_WITHIN - _NEAREST) * share
        placed.append(
            _at(face, number * _GOLDEN_ANGLE, distance, size, 1 + 2.5 * _within(face.strength))
        )
    for number, face in enumerate(unmet):
        # Two circles, so that forty still stand apart.
        distance = _UNMET_AT + (9 if number % 2 else -9)
        angle = 2 * math.pi * number / len(unmet)
        placed.append(_at(face, angle, distance, 4.5 + 2 * _within(face.strength), 0))
    return placed


def _at(face: Face, angle: float, distance: float, radius: float, line: float) -> Placed:
    x = _CENTRE + distance * math.sin(angle)
    y = _CENTRE - distance * math.cos(angle)
    return Placed(face, round(x, 1), round(y, 1), round(radius, 1), round(line, 1))


def _within(strength: float) -> float:
    return min(max(strength, 0.0), 1.0)
