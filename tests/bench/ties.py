"""How long the rows of an import of 100,000 ties take, and for how long they hold the writer.

    python tests/bench/ties.py [sqlite|postgresql] [TIES]

Three imports, without the parser: all new, the same again, and one that renames everybody; then the
first is taken back. Prints seconds in all and the longest transaction in milliseconds, and what is
spent for the rows while the import runs and for weighing and matching after it.
"""

import contextlib
import gc
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from firsthand.db import Database
from firsthand.handles.networks import Network
from firsthand.migrations import upgrade
from firsthand.outbox import Outbox
from firsthand.settling import HANDLERS
from firsthand.ties.import_job import _TIES_A_TRANSACTION, _Findings, _flush
from firsthand.ties.importing import finish_import, start_import, undo_import
from firsthand.ties.kinds import FoundTie, KindCount, Summary, TieKind
from tests.postgres import running_postgres
from tests.server.house import House

TIES = 100_000
_AT = datetime(2025, 3, 4, tzinfo=UTC)
MOST_SECONDS = 5.0
MOST_MS = 50.0


def found_ties(ties: int, suffix: str = "") -> Iterator[FoundTie]:
    """Most are followed; one in five was answered too, one in three has no name.

    One by one, as a parser gives them: hundreds of thousands of objects kept here would have the
    garbage collector stop a transaction for half a second.
    """
    return (
        FoundTie(
            Network.X,
            None if number % 3 == 0 else f"person{number}{suffix}",
            str(10_000_000 + number),
            [KindCount(TieKind.FOLLOWS, 1)]
            + ([KindCount(TieKind.REPLIED, number % 9 + 1, _AT, _AT)] if number % 5 == 0 else []),
        )
        for number in range(ties)
    )


class Watch:
    """Times each transaction of a database."""

    def __init__(self, db: Database) -> None:
        self.longest = 0.0
        transaction = db._transaction

        @contextlib.contextmanager
        def timed(*, is_grouped: bool) -> Iterator[object]:
            start = time.perf_counter()
            with transaction(is_grouped=is_grouped) as connection:
                yield connection
            self.longest = max(self.longest, time.perf_counter() - start)

        db._transaction = timed  # type: ignore[method-assign, assignment]  # to look inside

    def measure(self, what: str, act: Callable[[], None]) -> None:
        self.longest = 0.0
        start = time.perf_counter()
        act()
        spent = time.perf_counter() - start
        good = spent <= MOST_SECONDS and self.longest * 1000 <= MOST_MS
        mark = "ok" if good else "MISSED"
        print(f"  {what:28} {spent:6.2f} s  {self.longest * 1000:7.1f} ms  {mark}")


def bring(db: Database, owner_id: UUID, found: Iterator[FoundTie]) -> UUID:
    import_id = db.write_now(start_import, owner_id, "archive.zip")
    findings = _Findings()
    while some := list(itertools.islice(found, _TIES_A_TRANSACTION)):
        findings.ties = some
        _flush(db, owner_id, import_id, findings)
    db.write_now(finish_import, owner_id, import_id, Summary("x", 0, 0), [], None)
    return import_id


def run(url: str, kind: str, ties: int) -> None:
    upgrade(url)
    house = House(url)
    try:
        owner = house.person("Mira Andersen")
        event = house.event(owner)
        for number in range(1, 300):
            house.attendee(event, f"Guest {number}", handles=[("x", f"person{number}")])
        watch = Watch(house.db)
        settle = Outbox(house.db, HANDLERS).settle_now
        settle()
        # As the server does once it is up: else a collection of all modules stops a transaction.
        gc.collect()
        gc.freeze()
        imports: list[UUID] = []
        print(f"{kind}: {ties} ties" + " " * 22 + "in all   longest")
        for what, found in (
            ("new", found_ties(ties)),
            ("the same again", found_ties(ties)),
            ("everybody renamed", found_ties(ties, "b")),
        ):

            def bring_all(found: Iterator[FoundTie] = found) -> None:
                imports.append(bring(house.db, owner.id, found))

            watch.measure(f"{what}: rows", bring_all)
            watch.measure(f"{what}: weighed", settle)
        house.db.write_now(undo_import, owner.id, imports[0])
        watch.measure("the first taken back", settle)
    finally:
        house.close()


@contextlib.contextmanager
def database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/firsthand.db"
    else:
        with running_postgres() as server:
            yield server.create_database()


def main(arguments: Sequence[str]) -> None:
    for kind in [arguments[0]] if arguments else ["sqlite", "postgresql"]:
        with database(kind) as url:
            run(url, kind, int(arguments[1]) if len(arguments) > 1 else TIES)


if __name__ == "__main__":
    main(sys.argv[1:])
