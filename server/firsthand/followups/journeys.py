"""How many days it took from the first exchange to meeting again or following up. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeVar

# What was said online longer ago than this before the meeting did not lead to it.
_ONE_STORY = timedelta(days=180)

# In days: about three months.
QUICKLY = 92

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
    """``days`` from the first exchange online where it led to the meeting, else from that."""

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
    online = trail.online
    if online is None or not first - _ONE_STORY <= online < first:
        return Journey((at - first).days, False, end)
    return Journey((at - online).days, True, end)


K = TypeVar("K")


def quickest(journeys: Iterable[tuple[K, Journey]], most: int) -> list[tuple[K, Journey]]:
    """The fewest days first; of the same, who met again before who followed up.

    What took longer than QUICKLY was no quick way.
    """
    journeys = (each for each in journeys if each[1].days <= QUICKLY)
    return sorted(journeys, key=lambda each: (each[1].days, each[1].end != "met again"))[:most]
