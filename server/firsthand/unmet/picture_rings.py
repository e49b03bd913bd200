"""How many rings a picture needs, how far out each is, and how large a face may be on it. Pure."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_MARGIN: Final = 3.0
_GAP: Final = 2.5  # between two faces
_BETWEEN_MET_AND_OTHERS: Final = 10.0
_LARGEST: Final = 60.0  # a face with its gap
_SMALLEST_NAMED: Final = 33.0
_NAME_WIDTH: Final = 62.0
_NAME_HEIGHT: Final = 13.0
# In a crowd so many stand apart, large enough for letters and names.
_INNERMOST: Final = 6
_INNERMOST_PITCH: Final = 38.0
_OTHERS_SHARE: Final = 0.78  # the size of a face not met, of one met
_THICKEST: Final = 5.0


@dataclass(frozen=True, slots=True)
class Ring:
    """``distance`` from the centre; ``largest``: a face's radius; ``line``: the thickest line."""

    distance: float
    count: int
    largest: float
    line: float


@dataclass(frozen=True, slots=True)
class _Zone:
    """So many people with faces ``pitch`` apart; ``named``: with room for names beside them.

    ``before`` is room left free inside of it; ``alone``: all on one ring, however far out.
    """

    count: int
    pitch: float
    named: bool
    before: float = 0.0
    alone: bool = False

    @property
    def chord(self) -> float:
        return max(self.pitch, _NAME_WIDTH) if self.named else self.pitch

    @property
    def thickness(self) -> float:
        return self.pitch + (_NAME_HEIGHT if self.named else 0)

    def capacity(self, distance: float) -> int:
        """How many stand on a circle this far out, no two nearer than the chord."""
        if self.chord > 2 * distance:
            return 1
        return max(1, math.floor(math.pi / math.asin(self.chord / (2 * distance)) + 1e-9))


def rings_for(met: int, others: int, you: float, edge: float) -> list[Ring]:
    """From the inside out, for so many met and then others; the largest faces that fit."""
    limit = edge - _MARGIN
    for zones in _ways(met, others):
        laid = _laid(zones, you)
        if not laid:
            return []
        last, zone, _ = laid[-1]
        if last + zone.pitch / 2 + (_NAME_HEIGHT if zone.named else 0) <= limit:
            return _spread(laid, limit)
    raise ValueError(f"{met + others} people are more than a picture holds")


def _ways(met: int, others: int) -> Iterator[Sequence[_Zone]]:
    """Everybody with a name, ever smaller; then only the innermost, and the others ever smaller."""
    pitch = _LARGEST
    while pitch >= _SMALLEST_NAMED:
        yield _zones(0, met, others, pitch, named=True)
        pitch -= 1
    inner = min(met, _INNERMOST)
    pitch = _SMALLEST_NAMED
    while pitch > 3:
        yield _zones(inner, met - inner, others, pitch, named=False)
        pitch -= 0.5 if pitch > 8 else 0.25


def _zones(inner: int, met: int, others: int, pitch: float, *, named: bool) -> Sequence[_Zone]:
    zones = [
        _Zone(inner, _INNERMOST_PITCH, True, alone=True),
        _Zone(met, pitch, named),
        _Zone(others, pitch * _OTHERS_SHARE, named, _BETWEEN_MET_AND_OTHERS if met else 0),
    ]
    return [zone for zone in zones if zone.count]


def _laid(zones: Sequence[_Zone], you: float) -> list[tuple[float, _Zone, int]]:
    """(distance, zone, count) of each ring, as near to the centre as may be."""
    laid: list[tuple[float, _Zone, int]] = []
    taken = you + 6
    for zone in zones:
        taken += zone.before
        distances: list[float] = []
        room = 0
        while room < zone.count:
            distance = taken + zone.thickness / 2
            if zone.alone and zone.count > 1:
                distance = max(distance, zone.chord / (2 * math.sin(math.pi / zone.count)))
            distances.append(distance)
            room += zone.capacity(distance)
            taken = distance + zone.thickness / 2
        laid += _shared_out(zone, distances, room)
    return laid


def _shared_out(
    zone: _Zone, distances: Sequence[float], room: int
) -> Iterator[tuple[float, _Zone, int]]:
    """Each ring as full as the others, rather than the last one nearly empty."""
    left = zone.count
    for distance in distances:
        capacity = zone.capacity(distance)
        count = min(capacity, math.ceil(left * capacity / room))
        yield distance, zone, count
        left -= count
        room -= capacity


def _spread(laid: Sequence[tuple[float, _Zone, int]], limit: float) -> list[Ring]:
    """Moved outwards to fill the picture; nobody comes nearer to anybody by that."""
    last, zone, _ = laid[-1]
    spare = limit - last - zone.pitch / 2 - (_NAME_HEIGHT if zone.named else 0)
    share = spare / (len(laid) + 0.35)
    return [
        Ring(
            distance + share * (place + 1),
            count,
            zone.pitch / 2 - min(_GAP / 2, zone.pitch / 10),
            _THICKEST if zone.named else max(0.6, zone.pitch / 16),
        )
        for place, (distance, zone, count) in enumerate(laid)
    ]
