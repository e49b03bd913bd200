"""Bringing everything back: how long it takes, what it needs, and how long others wait meanwhile.

    PYTHONPATH=. python tests/bench/take_in.py

The export of take_out.py into an empty account. The bars: 200 MB for the reader, 50 ms for a write.
"""

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from firsthand.migrations import upgrade
from firsthand.taking_in import job
from firsthand.taking_out import write_everything
from tests.bench.take_out import MEGABYTE, busy_owner, watched_memory
from tests.postgres import running_postgres
from tests.server.house import House

MOST_MEGABYTES, MOST_MILLISECONDS = 200, 50


def take_in(kind: str, url: str, folder: Path) -> None:
    upgrade(url)
    house = House(url)
    owner_id, _ = busy_owner(house)
    path = folder / f"{kind}.json"
    with path.open("wb") as file:
        house.db.read_now(write_everything, owner_id, file)
    again = house.person("Ana again")
    writes: list[tuple[float, str]] = []
    write_now = house.db.write_now

    def timed(verb: Any, *args: Any, **more: Any) -> Any:
        started = time.perf_counter()
        try:
            return write_now(verb, *args, **more)
        finally:
            words = " ".join([verb.__name__, *(each for each in args if isinstance(each, str))])
            writes.append((time.perf_counter() - started, words))

    house.db.write_now = timed  # type: ignore[method-assign]  # to look inside
    house.db.settle = None
    started = time.perf_counter()
    with watched_memory(os.getpid()) as memory:
        ended = job.take_in_file(house.db, again.id, path)
    seconds = time.perf_counter() - started
    house.settle()
    settled = time.perf_counter() - started
    times = sorted(writes, reverse=True)
    size = path.stat().st_size / MEGABYTE
    median, most = (times[len(times) // part][0] * 1000 for part in (2, 100))
    print(
        f"{kind:<12} {ended.state}, {ended.added} people of {size:.0f} MB "
        f"in {seconds:.1f} s, weighed after {settled:.1f} s; memory grew by {memory.grown:.0f} MB "
        f"(reader and server, bar {MOST_MEGABYTES}); {len(writes)} writes, the median "
        f"{median:.1f} ms, p99 {most:.1f} ms"
    )
    for taken, words in times[:5]:
        missed = "  MISSED" if taken * 1000 > MOST_MILLISECONDS else ""
        print(f"    {taken * 1000:6.1f} ms  {words}{missed}")
    house.close()


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        take_in("SQLite", f"sqlite:///{folder / 'firsthand.db'}", folder)
        with running_postgres() as postgres:
            take_in("PostgreSQL", postgres.create_database(), folder)


if __name__ == "__main__":
    main()
