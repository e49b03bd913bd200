"""Who stood face to face with whom at a real conference, and when.

SFHH conference, Nice 2009; M. Génois and A. Barrat, EPJ Data Science 7, 11 (2018), CC0. Each line
is ``t i j``: the two were in contact during the 20 seconds before ``t``, in seconds from the
midnight before the first day. The file is not ours to carry: it is taken from where it lies.
"""

import gzip
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FILE = "sociopatterns/SFHH_tij.dat.gz"
# Whoever has it elsewhere, or works in a second checkout, says where the fixtures are.
_FOLDERS = [
    Path(os.environ.get("FIRSTHAND_FIXTURES", "../shared/fixtures")),
    Path(__file__).parents[2] / "../shared/fixtures",
]
_DAY = 24 * 60 * 60
_STEP = 20


@dataclass(frozen=True, slots=True)
class FaceToFace:
    """One uninterrupted contact: from ``begins`` on, ``one`` < ``other``."""

    begins: int
    one: int
    other: int


def find_file() -> Path | None:
    return next((each / _FILE for each in _FOLDERS if (each / _FILE).is_file()), None)


def read_lines(file: Path) -> Iterator[tuple[int, int, int]]:
    with gzip.open(file, "rt") as lines:
        for line in lines:
            t, i, j = map(int, line.split())
            yield t, i, j


def contacts(file: Path) -> list[FaceToFace]:
    """By their beginning."""
    moments: dict[tuple[int, int], set[int]] = defaultdict(set)
    for t, i, j in read_lines(file):
        moments[min(i, j), max(i, j)].add(t)
    found = [
        FaceToFace(t - _STEP, *pair)
        for pair, ts in moments.items()
        for t in ts
        if t - _STEP not in ts
    ]
    return sorted(found, key=lambda each: (each.begins, each.one, each.other))


def pairs_of_days(file: Path) -> set[tuple[int, int, int]]:
    """Straight from the lines: (day from 0, one, other) of all who met on it.

    Nobody was there between midnight and four, so a day of the calendar is a day of the event.
    """
    return {((t - _STEP) // _DAY, min(i, j), max(i, j)) for t, i, j in read_lines(file)}
