"""How far the reading of an upload's files is. Pure."""

from collections.abc import Iterable

from firsthand.ties.archive_files import CHUNK, Entry
from firsthand.ties.kinds import Progress

_EVERY = 8 * CHUNK


class Meter:
    """Over all the files that will be read, one after the other."""

    def __init__(self, files: Iterable[Entry]) -> None:
        self._total = sum(entry.size for entry in files)
        self._before = 0
        self._next = _EVERY

    def at(self, done: int) -> Progress | None:
        """At so many bytes of the present file; None where there is nothing new to say."""
        if done < self._next:
            return None
        self._next = done + _EVERY
        return Progress(min(self._before + done, self._total), self._total)

    def end_of(self, entry: Entry) -> Progress:
        """At its end."""
        self._before += entry.size
        self._next = _EVERY
        return Progress(self._before, self._total)
