"""Many small facts in little memory: each a short text, in an order of their own. Pure."""

import sys
from collections.abc import Iterator
from itertools import groupby

from firsthand.ties.kinds import UnreadableExport
from firsthand.ties.people_found import MOST_KEPT

_PLACE = 8


class PackedRows:
    """What is kept has no bound but ``most_kept`` bytes."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._rows: list[str] = []
        self._room = most_kept

    def add(self, row: str) -> None:
        """Raises UnreadableExport when there is no room for more."""
        self._room -= sys.getsizeof(row) + _PLACE
        if self._room < 0:
            raise UnreadableExport(
                "This export names more people than Firsthand can take in. Nothing of it was kept."
            )
        self._rows.append(row)

    def once(self) -> Iterator[str]:
        """Each row once, sorted, whatever the order in which they came."""
        self._rows.sort()
        return (row for row, _ in groupby(self._rows))
