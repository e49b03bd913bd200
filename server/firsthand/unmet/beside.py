"""Who stands beside whom in the picture of an event, as far as its owner knows it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from firsthand.unmet.picture import Beside

WITHIN = timedelta(minutes=10)
# A company with more people here joins half the room, which says little.
_MOST_OF_A_COMPANY = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody of the picture: when the owner met them here, None for not; their company or ""."""

    key: str
    met_at: datetime | None
    company: str


def beside(people: Iterable[Standing]) -> list[Beside]:
    """Each joined with the next met within ten minutes, and along the people of one company.

    A chain rather than everybody with everybody: it says the same with fewer lines. Two who were
    met in one moment and are of one company have one line.
    """
    standing = list(people)
    found = {(one, other): Beside(one, other, "company") for one, other in _of_a_company(standing)}
    found |= {(one, other): Beside(one, other, "moment") for one, other in _in_a_moment(standing)}
    return list(found.values())


def _in_a_moment(people: Iterable[Standing]) -> Iterator[tuple[str, str]]:
    met = sorted((person.met_at, person.key) for person in people if person.met_at)
    for (before, one), (after, other) in pairwise(met):
        if after - before <= WITHIN:
            yield _pair(one, other)


def _of_a_company(people: Iterable[Standing]) -> Iterator[tuple[str, str]]:
    by_company: dict[str, list[str]] = defaultdict(list)
    for person in people:
        company = " ".join(person.company.casefold().split())
        if company:
            by_company[company].append(person.key)
    for keys in by_company.values():
        if len(keys) <= _MOST_OF_A_COMPANY:
            yield from (_pair(one, other) for one, other in pairwise(sorted(keys)))


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
