"""Server time of the pages about people for an owner with 20,000 cards and 50,000 meetings.

    PYTHONPATH=. python tests/bench/relationships.py [sqlite|postgresql]

Prints the median and p95 of each page in milliseconds; the bar is 50 at p95. Then the recap of
somebody with 360 cards who met 300 people at one event, and how long and how much memory the
files to keep take.
"""

import sys
from collections.abc import Sequence
from resource import RUSAGE_CHILDREN, getrusage

from firsthand.migrations import upgrade
from tests.bench.large_owner import LargeOwner, Size, make_large_owner
from tests.bench.unmet import database, timed
from tests.server.house import House

MOST = 50
ROUNDS = 60


def paths(owner: LargeOwner) -> list[str]:
    return [
        "/follow-ups",
        "/follow-ups?show=done",
        f"/follow-ups?event={owner.slug}",
        "/people",
        "/people?stage=met-again",
        f"/people/{owner.cards[0]}",
        f"/people/{owner.cards[-1]}",
        "/people/where-it-stands",
        f"/events/{owner.slug}",
        f"/events/{owner.slug}/recap",
    ]


def measure(owner: LargeOwner, pages: Sequence[str]) -> None:
    for path in pages:
        answer = owner.person.client.get(path)
        if answer.status_code != 200:
            print(f"  {path[:40]:40} answered {answer.status_code}")
            continue
        median, p95 = timed(lambda path=path: owner.person.client.get(path), ROUNDS)  # type: ignore[misc]
        mark = "" if p95 <= MOST else f"  MISSED {MOST}"
        print(
            f"  {path[:40]:40} {median:8.1f} {p95:8.1f}  {len(answer.content) // 1000:4} kB{mark}"
        )


def measure_recap(house: House) -> None:
    size = Size(cards=360, meetings=500, follow_ups=300, touchpoints=40, ties=5_000)
    owner = make_large_owner(house, size, "crowd")
    measure(owner, [f"/events/{owner.slug}", f"/events/{owner.slug}/recap"])
    for kind in ("pdf", "png"):
        path = f"/events/{owner.slug}/recap.{kind}"
        median, p95 = timed(lambda path=path: owner.person.client.get(path), 5)  # type: ignore[misc]
        most = getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"  {path:40} {median:8.1f} {p95:8.1f}  child at most {most:.0f} MB")


def main(arguments: Sequence[str]) -> None:
    for kind in arguments or ["sqlite", "postgresql"]:
        with database(kind) as url:
            upgrade(url)
            house = House(url)
            try:
                owner = make_large_owner(house)
                print(f"{kind:42} {'median':>8} {'p95':>8}")
                measure(owner, paths(owner))
                measure_recap(house)
            finally:
                house.close()


if __name__ == "__main__":
    main(sys.argv[1:])
