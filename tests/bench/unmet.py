"""How long "known online, not met" takes at 100,000 attendees with 3 handles each and 100,000 ties.

    python tests/bench/unmet.py [sqlite|postgresql] [ATTENDEES] [TIES]

Builds the tables with plain inserts, matches them, and prints the median and p95 in milliseconds of
the first page's query, of the counts and of whole requests; the plan where one misses its target.
"""

import contextlib
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact, ContactAttendee, Stage
from firsthand.db import Base, Database, new_id
from firsthand.events.models import Event
from firsthand.handles.models import Handle
from firsthand.migrations import upgrade
from firsthand.ties.kind_bits import kind_bits
from firsthand.ties.kinds import KindCount, TieKind
from firsthand.ties.matching import AFTER_ALL, BEFORE_ALL, match_event, match_ties
from firsthand.ties.models import (
    Dismissed,
    Import,
    ImportPerson,
    ImportState,
    Tie,
    TieFact,
)
from firsthand.ties.score import strength
from firsthand.ties.weighing import _TIES_A_STEP
from firsthand.unmet.hints import hinted
from firsthand.unmet.queries import (
    count_known_and_met,
    count_unmet,
    unmet,
)
from firsthand.unmet.reasons import UnmetFilter
from tests.postgres import running_postgres
from tests.server.house import House, Person

ROUNDS = 60
HINTS = 5_000
# Milliseconds: the page's query and the whole request.
TARGETS = {"sqlite": (10, 40), "postgresql": (30, 60)}
_AT = datetime(2026, 1, 1, tzinfo=UTC)


def fill(session: Session, viewer: UUID, event_id: UUID, attendees: int, ties: int) -> None:
    """Every tie fits a handle of some attendee; one in ten attendees is unlisted, 500 are met.

    Of HINTS people whom an export knows by name only, one in ten has an attendee's name.
    """
    ids = [new_id() for _ in range(attendees)]
    listed = [number % 10 != 3 for number in range(attendees)]
    put(
        session,
        Attendee,
        (
            {
                "id": of,
                "event_id": event_id,
                "name": f"Person {number}",
                "folded": f"person {number}",
                "listed": listed[number],
                "headline": f"Engineer of {number % 97}",
                "company": f"Company {number % 313}",
            }
            for number, of in enumerate(ids)
        ),
    )
    put(
        session,
        Handle,
        (
            {
                "id": new_id(),
                "attendee_id": of,
                "network": network,
                "name": f"p{number}",
                "key": f"p{number}",
                "stable_id": str(number) if network == "x" else None,
            }
            for number, of in enumerate(ids)
            for network in ("x", "linkedin", "mastodon")
        ),
    )
    brought = new_id()
    put(session, Import, [{"owner_id": viewer, "id": brought, "state": ImportState.DONE}])
    tie_ids = [new_id() for _ in range(ties)]
    kinds = [_kinds(number) for number in range(ties)]
    put(
        session,
        Tie,
        (
            {
                "owner_id": viewer,
                "id": of,
                "network": "x",
                "name": f"p{number % attendees}",
                "key": f"p{number % attendees}",
                "stable_id": str(number % attendees),
                "strength": strength(kinds[number]),
                "kinds": kind_bits(kind.kind for kind in kinds[number]),
            }
            for number, of in enumerate(tie_ids)
        ),
    )
    put(
        session,
        TieFact,
        (
            {
                "owner_id": viewer,
                "tie_id": of,
                "import_id": brought,
                "kind": kind.kind.value,
                "count": kind.count,
                "first_at": kind.first_at,
                "last_at": kind.last_at,
            }
            for number, of in enumerate(tie_ids)
            for kind in kinds[number]
        ),
    )
    put(
        session,
        ImportPerson,
        (
            {
                "owner_id": viewer,
                "id": new_id(),
                "import_id": brought,
                "name": name,
                "folded": name.lower(),
                "phones": [],
            }
            for number in range(HINTS)
            for name in [f"Person {number}" if number % 10 == 0 else f"Friend {number}"]
        ),
    )
    cards = [(new_id(), of) for of in ids[1 : 5 * 500 : 5]]
    put(
        session,
        Contact,
        (
            {"owner_id": viewer, "id": card, "root_id": card, "attendee_id": of, "stage": Stage.MET}
            for card, of in cards
        ),
    )
    put(
        session,
        ContactAttendee,
        ({"owner_id": viewer, "contact_id": card, "attendee_id": of} for card, of in cards),
    )
    put(session, Dismissed, ({"owner_id": viewer, "attendee_id": of} for of in ids[2:200:3]))


def _kinds(number: int) -> list[KindCount]:
    # Most of an archive are plain follows without a date: all equally strong, a worst case to sort.
    follows = KindCount(TieKind.FOLLOWS, 1)
    if number % 20:
        return [follows]
    last = _AT - timedelta(days=number % 2000)
    return [follows, KindCount(TieKind.REPLIED, 1 + number % 40, last - timedelta(days=90), last)]


def put(session: Session, model: type[Base], rows: Any) -> None:
    rows = list(rows)
    for start in range(0, len(rows), 10_000):
        session.execute(insert(model), rows[start : start + 10_000])


def timed(act: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median and p95 in milliseconds."""
    act()
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


def measure(house: House, viewer: Person, event: Event, most: tuple[int, int]) -> None:
    nobody = UnmetFilter()

    def say(what: str, query: Callable[..., Any], *args: Any, limit: float | None = None) -> Any:
        with house.db._read_engine.connect() as connection, Session(connection) as session:
            median, p95 = timed(lambda: query(session, viewer.id, event.id, *args))
        mark = "" if limit is None else "  ok" if median <= limit else f"  MISSED {limit}"
        print(f"  {what:34} {median:8.2f} {p95:8.2f}{mark}")
        if "MISSED" in mark:
            explain(house, lambda session: query(session, viewer.id, event.id, *args))

    print(f"  {'':34} {'median':>8} {'p95':>8}  ms")
    say("first page of 50", unmet, nobody, 50, limit=most[0])
    with house.db._read_engine.connect() as connection, Session(connection) as session:
        deep = unmet(session, viewer.id, event.id, nobody, 2000)[-1]
    say("page 41", unmet, nobody, 50, (deep.strength, deep.attendee), limit=most[0])
    say("first page of one network", unmet, UnmetFilter(network="x"), 50)
    say("first page of conversations", unmet, UnmetFilter(kind="conversations"), 50, limit=most[0])
    say("first page of those followed", unmet, UnmetFilter(kind="follows"), 50, limit=most[0])
    say("first page of a kind of nobody", unmet, UnmetFilter(kind="messaged"), 50)
    say("search that finds nobody", unmet, UnmetFilter(q="nobody at all"), 50)
    say("count of those to meet", count_unmet, limit=most[0])
    say("count of those met", count_known_and_met, limit=most[0])
    say("hints by name alone", hinted, limit=most[0])
    for path in (
        f"/events/{event.slug}/unmet",
        f"/api/v1/events/{event.slug}/unmet",
        f"/events/{event.slug}",
    ):
        answer = viewer.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        median, p95 = timed(partial(viewer.client.get, path))
        mark = "ok" if median <= most[1] else f"MISSED {most[1]}"
        print(f"  GET {path:30} {median:8.2f} {p95:8.2f}  {mark}")


def explain(house: House, act: Callable[[Session], object]) -> None:
    """The plan of each statement that ``act`` sends."""
    sent: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, parameters))

    engine = house.db._read_engine
    with engine.connect() as connection:
        sqlalchemy_event.listen(connection, "before_cursor_execute", note)
        with Session(connection) as session:
            act(session)
        sqlalchemy_event.remove(connection, "before_cursor_execute", note)
        how = "EXPLAIN QUERY PLAN " if house.db.is_sqlite else "EXPLAIN (ANALYZE, BUFFERS) "
        for statement, parameters in sent:
            for row in connection.exec_driver_sql(how + statement, parameters):
                print("     ", row[-1])
            print("      --")


def run(url: str, kind: str, attendees: int, ties: int) -> None:
    upgrade(url)
    house = House(url)
    try:
        viewer = house.person("Mira Andersen")
        event = house.event(viewer, starts=date.today())  # noqa: DTZ011  # any day will do
        house.attendee(event, viewer)
        start = time.perf_counter()
        house.db.write_now(fill, viewer.id, event.id, attendees, ties)
        print(
            f"{kind}: {attendees} attendees, {ties} ties; filled in "
            f"{time.perf_counter() - start:.1f} s"
        )
        start = time.perf_counter()
        longest = match_all(house.db, viewer.id)
        spent = time.perf_counter() - start
        print(f"  ties matched in {spent:.2f} s, longest step {longest:.0f} ms")
        start = time.perf_counter()
        longest = match_whole_event(house.db, event.id)
        spent = time.perf_counter() - start
        print(f"  event matched in {spent:.2f} s, longest step {longest:.0f} ms")
        # What autovacuum does within a minute of such an import.
        if kind == "postgresql":
            with house.db._write_engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                    text("VACUUM ANALYZE")
                )
        measure(house, viewer, event, TARGETS[kind])
    finally:
        house.close()


def match_all(db: Database, viewer: UUID) -> float:
    """In steps, as weighing does it; the longest in milliseconds."""
    ids = db.read_now(_tie_ids, viewer)
    bounds = [BEFORE_ALL, *ids[_TIES_A_STEP - 1 :: _TIES_A_STEP], AFTER_ALL]
    longest = 0.0
    for after, last in itertools.pairwise(bounds):
        start = time.perf_counter()
        db.write_now(match_ties, viewer, after, last)
        longest = max(longest, time.perf_counter() - start)
    return longest * 1000


def _tie_ids(session: Session, viewer: UUID) -> list[UUID]:
    return list(session.scalars(select(Tie.id).where(Tie.owner_id == viewer).order_by(Tie.id)))


def match_whole_event(db: Database, event_id: UUID) -> float:
    longest, position = 0.0, ""
    while True:
        start = time.perf_counter()
        further = db.write_now(match_event, event_id, position)
        longest = max(longest, time.perf_counter() - start)
        if further is None:
            return longest * 1000
        position = further


@contextlib.contextmanager
def database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/firsthand.db"
    else:
        with running_postgres() as server:
            yield server.create_database()


def main(arguments: Sequence[str]) -> None:
    kinds = [arguments[0]] if arguments else ["sqlite", "postgresql"]
    attendees = int(arguments[1]) if len(arguments) > 1 else 100_000
    ties = int(arguments[2]) if len(arguments) > 2 else 100_000
    for kind in kinds:
        with database(kind) as url:
            run(url, kind, attendees, ties)


if __name__ == "__main__":
    main(sys.argv[1:])
