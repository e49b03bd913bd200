"""How many days it took from the first exchange to meeting again or following up. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

End = Literal["met again", "followed up"]


@dataclass(frozen=True, slots=True)
class Trail:
    """What is dated of one person.

    ``online``: the first exchange; ``met``: one moment of each day; ``done``: follow-ups done, and
    touchpoints.
    """

    online: datetime | None
    met: Sequence[datetime]
    done: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class Journey:
    """``days`` from the first exchange online, or the first meeting where none is before it."""

    days: int
    online_first: bool
    end: End

    @property
    def words(self) -> str:
        """``Met again 12 days after the first exchange online``."""
        start = "the first exchange online" if self.online_first else "the first meeting"
        after = {0: "within a day of", 1: "a day after"}.get(self.days, f"{self.days:,} days after")
        return f"{self.end.capitalize()} {after} {start}"


def journey(trail: Trail) -> Journey | None:
    """To the first meeting on a later day, or what was done after the first; None for neither."""
    met = sorted(trail.met)
    if not met:
        return None
    first = met[0]
    ends: list[tuple[datetime, End]] = [(at, "met again") for at in met if at.date() > first.date()]
    ends += [(at, "followed up") for at in trail.done if at >= first]
    if not ends:
        return None
    at, end = min(ends)
    online_first = trail.online is not None and trail.online < first
    start = trail.online if trail.online is not None and online_first else first
    return Journey((at - start).days, online_first, end)


K = TypeVar("K")


def quickest(journeys: Iterable[tuple[K, Journey]], most: int) -> list[tuple[K, Journey]]:
    """The fewest days first; of the same, who met again before who followed up."""
    return sorted(journeys, key=lambda each: (each[1].days, each[1].end != "met again"))[:most]
