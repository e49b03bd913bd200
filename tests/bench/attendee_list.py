"""For how long the import of an organiser's list of 100,000 rows holds the writer.

    python tests/bench/attendee_list.py [sqlite|postgresql] [ROWS]

New, and the same again, without the reading of the file. Prints the longest transaction in seconds:
on SQLite, every scan waits for it.
"""

import sys
import time
from collections.abc import Sequence

from firsthand.handles.networks import Network
from firsthand.handles.parsing import parse_handle
from firsthand.migrations import upgrade
from firsthand.organising.list_file import ListRow
from firsthand.organising.list_import import import_list
from tests.bench.unmet import database
from tests.server.house import House

ROWS = 100_000


def listed_rows(rows: int) -> list[ListRow]:
    return [
        ListRow(
            number=number + 2,
            name=f"Person {number}",
            email=f"person{number}@example.org",
            headline=f"Engineer of {number % 97}",
            company=f"Company {number % 313}",
            listed=True,
            ticket=f"T-{number}",
            handles=(parse_handle(f"p{number}", Network.X),),
        )
        for number in range(rows)
    ]


def main(arguments: Sequence[str]) -> None:
    rows = listed_rows(int(arguments[1]) if len(arguments) > 1 else ROWS)
    for kind in [arguments[0]] if arguments else ["sqlite", "postgresql"]:
        with database(kind) as url:
            upgrade(url)
            house = House(url)
            try:
                event = house.event(house.person("Mira Andersen"))
                for what in ("new", "the same again"):
                    start = time.perf_counter()
                    house.db.write_now(import_list, event.id, rows)
                    print(f"{kind}: {what:16} {time.perf_counter() - start:6.2f} s")
            finally:
                house.close()


if __name__ == "__main__":
    main(sys.argv[1:])
