"""A device's clock is a hint: wrong by years, it neither loses nor misplaces a scan."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.db import Database
from firsthand.meetings.models import Meeting
from firsthand.migrations import upgrade
from firsthand.scans.judged import ScanBatch
from firsthand.scans.models import Scan
from firsthand.scans.reading import read_scan
from firsthand.scans.recording import record_scans
from tests.faults.conftest import Proof
from tests.faults.figures import Figures
from tests.faults.replicas import Replica
from tests.faults.world import BASE_URL, make_world
from tests.postgres import PostgresServer

# Half hours, a day more and a day less, and clocks that are put forward and back.
_ZONES = [
    "UTC",
    "Europe/Paris",
    "America/St_Johns",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
]
_OPENS = date(2026, 10, 24)  # Europe puts its clocks back the night after
_KEY = b"a key for tests that guards nothing"


def day_that_counts(
    scanned: datetime, received: datetime, opens: date | None, zone: str | None
) -> date:
    """The rules of "Day and clock" in design.md, worked out on their own; and a clock that was
    never set is not believed.
    """

    def day(moment: datetime) -> date:
        on_the_wall = moment.astimezone(ZoneInfo(zone)) if zone else moment
        return (on_the_wall.replace(tzinfo=None) - timedelta(hours=4)).date()

    ahead = (scanned - received).total_seconds() > 300
    before = opens is not None and (opens - day(scanned)).days > 1
    never_set = scanned.astimezone(UTC).date() <= date(2000, 1, 1)
    is_wrong = ahead or before or never_set
    return day(received.astimezone(scanned.tzinfo)) if is_wrong else day(scanned)


offsets = st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of a clock on the wall; its zone is drawn apart from it."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001


anywhen = st.datetimes(wall(1971, 1, 1), wall(9990, 1, 1))
near = st.datetimes(wall(2026, 10, 20), wall(2026, 10, 30))
# Both sides of the two limits, to the second.
edges = st.builds(
    lambda seconds, limit: limit + timedelta(seconds=seconds),
    st.integers(-3, 3),
    st.sampled_from([wall(2026, 10, 25, 12, 5), wall(2026, 10, 23, 4)]),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/firsthand.db"
    else:
        url = request.getfixturevalue("quick_postgres").create_database()
    upgrade(url)
    db = Database(url)
    yield db
    db.close()


def test_a_wrong_clock_neither_loses_nor_misplaces(proof: Proof, db: Database) -> None:
    worlds = {zone: make_world(db, 2, timezone=zone, starts=_OPENS, ends=_OPENS) for zone in _ZONES}

    @settings(
        max_examples=400,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        zone=st.sampled_from(_ZONES),
        at_event=st.booleans(),
        scanned=st.one_of(near, anywhen, edges),
        on_the_wall=st.booleans(),
        offset=offsets,
        received=st.one_of(st.just(wall(2026, 10, 25, 12)), near),
    )
    def judge(
        zone: str,
        at_event: bool,
        scanned: datetime,
        on_the_wall: bool,
        offset: timezone,
        received: datetime,
    ) -> None:
        owner, other = worlds[zone].people
        moment = scanned.replace(tzinfo=ZoneInfo(zone) if on_the_wall else UTC).astimezone(offset)
        receipt = received.replace(tzinfo=UTC)
        scan_id = uuid4()
        # A badge that this server never printed belongs to no event.
        code = other.code if at_event else f"ticket {scan_id}"
        sent = {"id": str(scan_id), "code": code, "scanned_at": moment.isoformat()}
        batch = ScanBatch(owner.id, "phone", [read_scan(sent)], BASE_URL, _KEY, receipt)
        outcome = db.write_grouped_now(record_scans, batch)[0]
        assert outcome.outcome == "recorded", outcome.problem
        found = db.read_now(_scan_of, owner.id, scan_id)
        expected = day_that_counts(
            moment, receipt, _OPENS if at_event else None, zone if at_event else None
        )
        assert found == (expected, moment, receipt)
        total.add(Figures(1, 1, 1))

    for rng in proof.each_round():
        total = Figures()
        seed(rng.getrandbits(64))(judge)()
        proof.found_all(total)


def _scan_of(session: Session, owner_id: UUID, scan_id: UUID) -> tuple[object, ...]:
    row = session.execute(
        select(Meeting.day, Scan.scanned_at, Scan.received_at)
        .join(Meeting, (Meeting.owner_id == Scan.owner_id) & (Meeting.id == Scan.meeting_id))
        .where(Scan.owner_id == owner_id, Scan.id == scan_id)
    ).one()
    return tuple(row)


def test_both_sides_at_once_through_several_replicas(
    proof: Proof, quick_postgres: PostgresServer
) -> None:
    """Everybody scans everybody, each scan goes to all replicas at the same moment, in parts."""
    url = quick_postgres.create_database()
    upgrade(url)
    replicas = [Replica(url) for _ in range(3)]
    try:
        for rng in proof.each_round():
            proof.found_all(_all_at_once(replicas, rng))
    finally:
        for replica in replicas:
            replica.close()
        quick_postgres.drop_database(url)


def _all_at_once(replicas: list[Replica], rng: random.Random) -> Figures:
    people = make_world(replicas[0].db, 8).people
    now = datetime.now(UTC)
    scans = {
        person.name: [
            {
                "id": str(UUID(int=rng.getrandbits(128), version=4)),
                "code": other.code,
                # Of two readings one has a clock that is wrong by years.
                "scanned_at": now.replace(year=now.year + rng.choice((0, 4, -4)), day=1).isoformat()
                if reading
                else (now - timedelta(seconds=1)).isoformat(),
            }
            for other in people
            if other is not person
            for reading in range(2)
        ]
        for person in people
    }
    start = threading.Barrier(len(people) * len(replicas))
    orders = {
        (person.name, number): rng.sample(scans[person.name], len(scans[person.name]))
        for person in people
        for number in range(len(replicas))
    }

    def upload(job: tuple[int, int]) -> dict[str, tuple[str, str]]:
        person, replica = people[job[0]], replicas[job[1]]
        order = orders[person.name, job[1]]
        told: dict[str, tuple[str, str]] = {}
        start.wait()
        for part in (order[:3], order[2:9], order[9:], order[:1]):
            answer = replica.ask(person.token, "POST", "/scans", {"scans": part})
            assert answer.status_code == 200, answer.text
            for result in answer.json()["results"]:
                assert result["outcome"] in {"recorded", "duplicate"}, result
                said = (result["meeting"], result["contact"])
                assert told.setdefault(result["id"], said) == said
        return told

    jobs = [(one, replica) for one in range(len(people)) for replica in range(len(replicas))]
    with ThreadPoolExecutor(len(jobs)) as threads:
        answers = list(threads.map(upload, jobs))
    figures = Figures()
    for number, person in enumerate(people):
        told = [answer for job, answer in zip(jobs, answers, strict=True) if job[0] == number]
        assert told[0] == told[1] == told[2], "the replicas disagree"
        meetings = replicas[0].all_items(person.token, "/meetings")
        others = Counter(meeting["contact"]["name"] for meeting in meetings)
        assert set(others) == {other.name for other in people} - {person.name}
        assert all(meeting["confirmed"] for meeting in meetings)
        there = Counter(scan_id for meeting in meetings for scan_id in meeting["scans"])
        doubled = sum(others.values()) - len(others) + sum(there.values()) - len(there)
        lost = len(told[0].keys() - there.keys())
        tried = len(scans[person.name])
        figures.add(Figures(tried, len(told[0]), len(there), lost, doubled))
    return figures
