"""Server time of the pages about people for an owner with 20,000 cards and 50,000 meetings.

    PYTHONPATH=. python tests/bench/relationships.py [sqlite|postgresql]

Prints the median and p95 of each page in milliseconds; the bar is 50 at p95. Then the recap of
somebody with 360 cards who met 300 people at one event, and how long and how much memory the
files to keep take.
"""

import gc
import subprocess
import sys
from collections.abc import Sequence
from functools import partial

from msgspec.json import encode

from firsthand.migrations import upgrade
from firsthand.unmet.picture import Face
from firsthand.unmet.recap_sheet import MetPerson, RecapSheet
from firsthand.unmet.sentence import sentence
from tests.bench.large_owner import LargeOwner, Size, make_large_owner
from tests.bench.unmet import database, timed
from tests.server.house import House

MOST = 50
_LAUNCHER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdin=sys.stdin, stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
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
    # What the maker left in this process is no part of a server: the collector need not walk it.
    gc.collect()
    gc.freeze()
    for path in pages:
        answer = owner.person.client.get(path)
        if answer.status_code != 200:
            print(f"  {path[:40]:40} answered {answer.status_code}")
            continue
        median, p95 = timed(partial(owner.person.client.get, path), ROUNDS)
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
        median, p95 = timed(partial(owner.person.client.get, path), 5)
        print(f"  {path:40} {median:8.1f} {p95:8.1f}  child at most {megabytes(kind)} MB")


def megabytes(kind: str) -> int:
    """The most memory that the child takes for 300 people in every script."""
    names = ("Fenna Wouters", "山田 太郎", "김민수", "محمد الأحمد", "יעל כהן", "李小龙")
    faces = [
        Face(str(number), names[number % len(names)], "met", True, True, 0.5)
        for number in range(300)
    ]
    people = [MetPerson(face.name, face.stage, True, ["Coffee, by 14 July 2026"]) for face in faces]
    sheet = RecapSheet("Recruiters by the Sea", "", sentence(300, 300, 0), faces, [], people)
    # From a small process: a child counts what its parent had until it becomes another program.
    command = [sys.executable, "-c", _LAUNCHER, sys.executable, "-m", "firsthand.unmet.recap_print"]
    asked = [*command, "--as", kind]
    done = subprocess.run(asked, input=encode(sheet), stdout=subprocess.PIPE, check=True)
    return int(done.stdout) // 1024


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
