"""The picture of one's event: you in the middle, the furthest along nearest to you. Pure.

Who stands beside whom is rustworkx's (a force-directed layout of you, everybody and the lines
between people); everybody then takes the slot of a ring that is nearest in angle, so that no two
faces touch however many they are. Lengths are in units of a square drawing, SIZE wide, with the
viewer at its centre; y runs downwards.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import rustworkx

from firsthand.rings import initials
from firsthand.unmet.picture_labels import Circle, Label, label_beside
from firsthand.unmet.picture_rings import Ring, rings_for

SIZE: Final = 400
CENTRE: Final = SIZE / 2
YOU: Final = 22.0
# More people than this are a crowd, whose lines are drawn fainter.
MANY: Final = 60
# Letters in a smaller face could not be read on a phone.
_SMALLEST_WITH_LETTERS: Final = 13.0
_SMALLEST_WITH_LABEL: Final = 10.5
_STAGES: Final = ("met-again", "followed-up", "met", "spoken", "online", "new")
# Turning by this much each time, no two of a spiral's points come to stand in one line.
_GOLDEN_ANGLE: Final = math.pi * (3 - math.sqrt(5))
# More rounds move hardly anybody to another slot; at 300 people each costs 0.4 ms.
_ROUNDS: Final = 20
_ROUNDS_OF_A_CROWD: Final = 8
_PULL: Final = {"moment": 3.0, "company": 2.0}

Why = Literal["moment", "company"]


@dataclass(frozen=True, slots=True)
class Face:
    """A person to draw; ``strength`` from 0 to 1 makes the line thicker and the circle larger.

    ``key`` names the person among these faces; ``met``: at this event.
    """

    key: str
    name: str
    stage: str
    tied: bool
    met: bool
    strength: float


@dataclass(frozen=True, slots=True)
class Beside:
    """Two people, by their keys, who were met within minutes or are of one company."""

    one: str
    other: str
    why: Why


@dataclass(frozen=True, slots=True)
class Placed:
    """A face: its ring's radius, the width of the line to the viewer (0 for none), its letters.

    ``letters`` is "" and ``label`` None where there is no room.
    """

    face: Face
    x: float
    y: float
    radius: float
    line: float
    letters: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two people."""

    x1: float
    y1: float
    x2: float
    y2: float
    why: Why


@dataclass(frozen=True, slots=True)
class Picture:
    """``placed``: the furthest along first."""

    placed: Sequence[Placed]
    lines: Sequence[Line]


def picture(faces: Iterable[Face], links: Iterable[Beside] = ()) -> Picture:
    """The same for the same people, in whatever order they come."""
    ordered = sorted(faces, key=_furthest_first)
    known = {face.key for face in ordered}
    joined = sorted(
        {link for link in links if {link.one, link.other} <= known and link.one != link.other},
        key=lambda link: (link.one, link.other, link.why),
    )
    angles = _angles(ordered, joined)
    met = [face for face in ordered if face.met]
    others = [face for face in ordered if not face.met]
    placed: list[Placed] = []
    rest = [*met, *others]
    for ring in rings_for(len(met), len(others), YOU, CENTRE):
        placed += _on_ring(ring, rest[: ring.count], angles)
        rest = rest[ring.count :]
    placed.sort(key=lambda each: (not each.face.met, _furthest_first(each.face)))
    where = {each.face.key: each for each in placed}
    return Picture(
        _labelled(placed),
        [
            Line(where[one].x, where[one].y, where[other].x, where[other].y, why)
            for one, other, why in ((link.one, link.other, link.why) for link in joined)
        ],
    )


def _furthest_first(face: Face) -> tuple[int, float, str]:
    rank = _STAGES.index(face.stage) if face.stage in _STAGES else len(_STAGES)
    return rank, -_within(face.strength), face.key


def _angles(faces: Sequence[Face], links: Sequence[Beside]) -> dict[str, float]:
    """The direction in which each face stands: those joined stand side by side."""
    graph: rustworkx.PyGraph[None, float] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from([None] * (len(faces) + 1))
    number = {face.key: place for place, face in enumerate(faces, start=1)}
    graph.add_edges_from([(0, place, 0.5) for place in number.values()])
    graph.add_edges_from(
        [(number[link.one], number[link.other], _PULL[link.why]) for link in links]
    )
    start = {place: _on_spiral(place, len(faces)) for place in number.values()}
    found = rustworkx.spring_layout(
        graph,
        pos={0: (0.0, 0.0)} | start,
        fixed={0},
        weight_fn=float,
        num_iter=_ROUNDS if len(faces) <= MANY else _ROUNDS_OF_A_CROWD,
        seed=1,
    )
    return {key: _angle_of(found[place], start[place]) for key, place in number.items()}


def _on_spiral(place: int, count: int) -> tuple[float, float]:
    distance = math.sqrt(place / count)
    return (
        distance * math.sin(place * _GOLDEN_ANGLE),
        -distance * math.cos(place * _GOLDEN_ANGLE),
    )


def _angle_of(point: Sequence[float], otherwise: tuple[float, float]) -> float:
    x, y = point if all(map(math.isfinite, point)) else otherwise
    return math.atan2(y, x)


def _on_ring(ring: Ring, faces: Sequence[Face], angles: dict[str, float]) -> list[Placed]:
    """Evenly around, turned as a whole to where the layout has these people."""
    step = 2 * math.pi / max(len(faces), 1)
    around = sorted(faces, key=lambda face: (angles[face.key], face.key))
    off = [angles[face.key] - place * step for place, face in enumerate(around)]
    turn = math.atan2(sum(map(math.sin, off)), sum(map(math.cos, off)))
    placed = []
    for place, face in enumerate(around):
        angle = turn + place * step
        strength = _within(face.strength)
        radius = ring.largest * (0.74 + 0.26 * strength)
        placed.append(
            Placed(
                face,
                round(CENTRE + ring.distance * math.cos(angle), 1),
                round(CENTRE + ring.distance * math.sin(angle), 1),
                round(radius, 1),
                round(ring.line * (0.4 + 0.6 * strength), 1) if face.met else 0,
                initials(face.name) if radius >= _SMALLEST_WITH_LETTERS else "",
                None,
            )
        )
    return placed


def _labelled(placed: Sequence[Placed]) -> list[Placed]:
    """The nearest get their names first; who comes later gets one only where it hits nothing."""
    circles = [Circle(CENTRE, CENTRE, YOU), *(Circle(p.x, p.y, p.radius) for p in placed)]
    labels: list[Label] = []
    done = []
    for each in placed:
        label = None
        if each.radius >= _SMALLEST_WITH_LABEL:
            own = Circle(each.x, each.y, each.radius)
            label = label_beside(each.face.name, own, circles, labels, SIZE)
            if label:
                labels.append(label)
        done.append(Placed(each.face, each.x, each.y, each.radius, each.line, each.letters, label))
    return done


def _within(strength: float) -> float:
    return min(max(strength, 0.0), 1.0)
