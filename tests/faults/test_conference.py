"""A real conference again, as scans through phones that one cannot rely on.

Every contact of the file is scanned by one of the two or by both. The second day is today, so that
a phone whose clock is wrong by years from then on still says something that can be told: what it
scans counts for the day of receipt.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from firsthand.db import Database
from firsthand.meetings.queries import meetings
from firsthand.migrations import upgrade
from tests.faults.audit import audit
from tests.faults.conftest import Proof
from tests.faults.crashing import CrashingServer
from tests.faults.phone import BATCH, Phone
from tests.faults.sociopatterns import FaceToFace, contacts, find_file, pairs_of_days
from tests.faults.world import Person, make_world

_FILE = find_file()
_THREADS = 8
_SLICE = 2 * 60 * 60
_LAST_HOUR = 17  # the file ends at 16:47 of its second day
_YEARS_OFF = (-17, -3, 5, 40)
Met = tuple[int, int, date]  # owner's number, other's number, day


@dataclass(slots=True)
class _Attendee:
    """``clock_off``: by how many years from the second day on."""

    number: int
    phone: Phone
    chance: random.Random
    clock_off: int
    offline: bool = False


def zone_where_the_conference_is_over() -> tuple[str, timezone]:
    """Where it is about six in the evening: the whole second day has been, and is still today."""
    hours = (_LAST_HOUR + 1 - datetime.now(UTC).hour + 12) % 24 - 12
    name = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    return name, timezone(timedelta(hours=hours))


def sides(contact: FaceToFace, rng: random.Random) -> list[tuple[int, int]]:
    """Who scans whom."""
    both = [(contact.one, contact.other), (contact.other, contact.one)]
    rng.shuffle(both)
    return both if rng.random() < 0.3 else both[:1]


def use(attendee: _Attendee, seen: list[tuple[str, datetime]]) -> None:
    """A few hours of one phone: scan, be offline, lose answers, send again, mix up the order."""
    phone, chance = attendee.phone, attendee.chance
    for code, at in seen:
        phone.scan(code, scanned_at=at.isoformat())
        if chance.random() < 0.05:
            attendee.offline = not attendee.offline
        if not attendee.offline and chance.random() < 0.12:
            batch = list(phone.waiting.values())[:BATCH]
            chance.shuffle(batch)
            replayed = chance.sample(sorted(phone.safe), min(2, len(phone.safe)))
            batch += [phone.tried[scan_id] for scan_id in replayed]
            phone.send(batch, lose_reply=chance.random() < 0.2)


def met_in_database(session: Session, people: Mapping[int, Person]) -> Counter[tuple[Met, bool]]:
    """Everybody's meetings as they see them, with whether the other has confirmed."""
    number_of = {person.name: number for number, person in people.items()}
    return Counter(
        ((owner, number_of[row.contact_name], row.day), row.confirmed)
        for owner, person in people.items()
        for row in meetings(session, person.id, limit=100_000)
    )


@pytest.mark.skipif(
    _FILE is None,
    reason="../shared/fixtures/sociopatterns/SFHH_tij.dat.gz is not here (FIRSTHAND_FIXTURES)",
)
def test_a_real_conference_through_unreliable_phones(proof: Proof, tmp_path: Path) -> None:
    assert _FILE is not None
    for rng in proof.each_round():
        url = f"sqlite:///{tmp_path}/{proof.rounds}.db"
        upgrade(url)
        server = CrashingServer(url)
        server.start()
        try:
            _replay(proof, rng, url, server, _FILE)
        finally:
            server.stop()


def _replay(proof: Proof, rng: random.Random, url: str, server: CrashingServer, file: Path) -> None:
    zone_name, zone = zone_where_the_conference_is_over()
    today = datetime.now(zone).date()
    days = [today - timedelta(days=1), today]
    midnight = datetime.combine(days[0], datetime.min.time(), zone)
    everything = contacts(file)
    numbers = sorted({number for each in everything for number in (each.one, each.other)})
    db = Database(url)
    world = make_world(db, len(numbers), timezone=zone_name, starts=days[0], ends=days[1])
    people = dict(zip(numbers, world.people, strict=True))
    attendees = {
        number: _Attendee(
            number,
            Phone(person, [server.address], random.Random(rng.random()), timeout=30),
            random.Random(rng.random()),
            rng.choice(_YEARS_OFF) if rng.random() < 0.2 else 0,
        )
        for number, person in people.items()
    }
    expected: set[Met] = set()
    slices: dict[int, dict[int, list[tuple[str, datetime]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for each in everything:
        day = days[each.begins // 86_400]
        at = midnight + timedelta(seconds=each.begins)
        for owner, other in sides(each, rng):
            off = attendees[owner].clock_off if day == today else 0
            said = at + timedelta(days=365.25 * off)
            slices[each.begins // _SLICE][owner].append((people[other].code, said))
            expected.add((owner, other, day))
    with ThreadPoolExecutor(_THREADS) as threads:
        for _, by_owner in sorted(slices.items()):
            list(threads.map(lambda job: use(attendees[job[0]], job[1]), by_owner.items()))
        assert all(threads.map(lambda each: each.phone.drain(), attendees.values()))
    phones = [each.phone for each in attendees.values()]
    for phone in phones:
        phone.close()
    met = db.read_now(met_in_database, people)
    db.close()
    _compare(proof, file, days, expected, met)
    proof.found_all(audit(url, phones))


def _compare(
    proof: Proof,
    file: Path,
    days: list[date],
    expected: set[Met],
    seen: Counter[tuple[Met, bool]],
) -> None:
    """With what was scanned, and with what the file says by itself."""
    met = {meeting for meeting, _ in seen}
    assert met == expected
    assert set(seen.values()) == {1}
    assert len(seen) == len(met)
    assert all(confirmed == ((other, one, day) in met) for (one, other, day), confirmed in seen)
    by_file = {(days[day], one, other) for day, one, other in pairs_of_days(file)}
    by_us = {(day, min(one, other), max(one, other)) for one, other, day in met}
    assert by_us == by_file
    pairs = {(one, other) for _, one, other in by_us}
    assert len(pairs) == 9_565
    mutual = sum((other, one, day) in met for one, other, day in met) // 2
    proof.note = (
        f"{len({n for pair in pairs for n in pair})} people, {len(pairs):,} pairs, "
        f"{len(by_us):,} of them by day, {len(met):,} meetings, {mutual:,} mutual"
    )
