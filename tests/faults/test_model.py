"""Devices, server and faults, in whatever order: after healing everybody agrees.

The machine makes scans, edits, undos, lost requests, lost answers, late arrivals, replays,
reorderings and restarts as it pleases; then the network heals, every device sends what it has, and
the server must hold what the model holds.

One thing is not reordered: taking a scan back and taking that back are sent one after the other,
as by a device, because a retraction carries no number that would say which came later.

An edit of a scan that is taken back is kept, though its answer is 404: there is no meeting to show.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import NAMESPACE_OID, uuid5

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from firsthand.migrations import upgrade
from tests.faults.conftest import Proof
from tests.faults.figures import Figures
from tests.faults.replicas import Replica, ServedReplica
from tests.faults.world import Person, World, make_world
from tests.postgres import PostgresServer

_PEOPLE = 4
# The second phone of the first person, too.
_DEVICES = (0, 0, 1, 2)
_INTENTS = ("coffee", "call", "send", "a plan of our own")
_SOME_INTENTS = st.lists(st.sampled_from(_INTENTS), max_size=2, unique=True)
_ANY = st.integers(0, 1_000)


@dataclass(slots=True)
class _Scan:
    """What a device knows of one of its scans, and what the person wants of it."""

    sent: dict[str, Any]
    whom: int
    day: date | None  # None: the clock is wrong, the day of receipt counts
    note: str
    intents: list[str]
    retracted: bool = False
    was_retracted: bool = False
    edits: int = 0
    meeting: str | None = None
    contact: str | None = None
    edit_waits: bool = False
    retraction_waits: bool = False


@dataclass(slots=True)
class _Device:
    owner: Person
    scans: dict[str, _Scan] = field(default_factory=dict)

    @property
    def waiting(self) -> list[_Scan]:
        return [scan for scan in self.scans.values() if scan.meeting is None]


@dataclass(slots=True)
class _Request:
    """A request that is on its way."""

    token: str
    method: str
    path: str
    body: dict[str, Any] | None


class Devices(RuleBasedStateMachine):
    """``replicas`` are set by the test; people are new for each run of the machine."""

    replicas: ClassVar[Sequence[Replica | ServedReplica]] = []
    figures: ClassVar[Figures] = Figures()
    scans = Bundle("scans")

    @initialize()
    def people_come(self) -> None:
        today = datetime.now(UTC).date()
        self.world: World = make_world(
            self.replicas[0].db,
            _PEOPLE,
            starts=today - timedelta(days=3),
            ends=today + timedelta(days=3),
        )
        self.devices = [_Device(self.world.people[number]) for number in _DEVICES]
        self.in_the_air: list[_Request] = []

    @rule(
        target=scans,
        device=st.integers(0, len(_DEVICES) - 1),
        people=st.lists(st.integers(0, _PEOPLE - 1), min_size=1, max_size=4),
        days_ago=st.sampled_from([0, 0, 1, 2]),
        clock=st.sampled_from([0, 0, 0, 7, -7]),
        intents=_SOME_INTENTS,
    )
    def scan(
        self,
        device: int,
        people: list[int],
        days_ago: int,
        clock: int,
        intents: list[str],
    ) -> Any:
        """Some people in a row; ``clock`` is how many years the device's is ahead."""
        phone = self.devices[device]
        at = datetime.now(UTC) - timedelta(seconds=2)
        if days_ago:
            at = at.replace(hour=12) - timedelta(days=days_ago)
        day = None if clock else (at - timedelta(hours=4)).date()
        if clock:
            at = at.replace(year=at.year + clock, day=1)
        made = []
        for whom in people:
            if self.world.people[whom] is phone.owner:
                continue
            number = len(phone.scans)
            # Those of different people may well have the same.
            scan_id = str(uuid5(NAMESPACE_OID, f"{device if device < 2 else 0}/{number}"))
            sent = {
                "id": scan_id,
                "code": self.world.people[whom].code,
                "scanned_at": at.isoformat(),
                "sequence": number,
                "intents": intents,
                "note": f"said {number}",
            }
            phone.scans[scan_id] = _Scan(sent, whom, day, f"said {number}", list(intents))
            made.append((device, scan_id))
        return multiple(*made)

    @rule(which=scans, intents=_SOME_INTENTS)
    def edit(self, which: tuple[int, str], intents: list[str]) -> None:
        scan = self._scan(which)
        scan.edits += 1
        scan.note, scan.intents, scan.edit_waits = f"{scan.note}'", list(intents), True

    @rule(which=scans)
    def undo_or_reinstate(self, which: tuple[int, str]) -> None:
        scan = self._scan(which)
        scan.retracted, scan.retraction_waits = not scan.retracted, True
        scan.was_retracted = True

    @precondition(lambda self: any(device.waiting for device in self.devices))
    @rule(
        which=_ANY,
        replica=st.integers(0, 1),
        fate=st.sampled_from(["answered", "answered", "lost", "answer lost", "late"]),
        part=st.integers(1, 6),
        order=st.randoms(use_true_random=False),
    )
    def upload(self, which: int, replica: int, fate: str, part: int, order: random.Random) -> None:
        """A part of the queue, some of what is safe already among it, in any order."""
        phones = [device for device in self.devices if device.waiting]
        phone = phones[which % len(phones)]
        batch = phone.waiting[:part]
        batch += [scan for scan in phone.scans.values() if scan.meeting and order.random() < 0.2]
        order.shuffle(batch)
        body = {"device": "phone", "scans": [scan.sent for scan in batch]}
        self._send(_Request(phone.owner.token, "POST", "/scans", body), phone, replica, fate)

    @precondition(lambda self: self._changed())
    @rule(
        which=_ANY,
        replica=st.integers(0, 1),
        fate=st.sampled_from(["answered", "answered", "lost", "answer lost", "late"]),
    )
    def send_change(self, which: int, replica: int, fate: str) -> None:
        changed = self._changed()
        phone, scan = changed[which % len(changed)]
        if scan.edit_waits:
            self._send(self._edit_of(phone, scan), phone, replica, fate)
        else:
            fate = "answer lost" if fate == "late" else fate
            self._send(self._retraction_of(phone, scan), phone, replica, fate)

    @precondition(lambda self: self.in_the_air)
    @rule(which=_ANY, replica=st.integers(0, 1), again=st.booleans())
    def something_arrives_late(self, which: int, replica: int, again: bool) -> None:
        """Long after its device has given it up; perhaps not for the last time."""
        place = which % len(self.in_the_air)
        request = self.in_the_air[place] if again else self.in_the_air.pop(place)
        self._arrive(request, replica)

    @precondition(lambda self: any(device.scans for device in self.devices))
    @rule(replica=st.integers(0, 1), chance=st.integers(0, 7))
    def restart(self, replica: int, chance: int) -> None:
        if chance == 5:  # it takes as long as a hundred requests
            self.replicas[replica % len(self.replicas)].restart()

    # -- what the rules are made of

    def _scan(self, which: tuple[int, str]) -> _Scan:
        return self.devices[which[0]].scans[which[1]]

    def _changed(self) -> list[tuple[_Device, _Scan]]:
        """What has still to be told the server of scans that it has."""
        return [
            (device, scan)
            for device in self.devices
            for scan in device.scans.values()
            if scan.meeting and (scan.edit_waits or scan.retraction_waits)
        ]

    def _edit_of(self, phone: _Device, scan: _Scan) -> _Request:
        body = {"note": scan.note, "intents": scan.intents, "edited_sequence": scan.edits}
        return _Request(phone.owner.token, "PATCH", f"/scans/{scan.sent['id']}", body)

    def _retraction_of(self, phone: _Device, scan: _Scan) -> _Request:
        method = "PUT" if scan.retracted else "DELETE"
        return _Request(phone.owner.token, method, f"/scans/{scan.sent['id']}/retraction", None)

    def _send(self, request: _Request, phone: _Device, replica: int, fate: str) -> None:
        if fate == "late":
            self.in_the_air.append(request)
        elif fate != "lost":
            answer = self._arrive(request, replica)
            if fate == "answered":
                self._heard(request, phone, answer)

    def _arrive(self, request: _Request, replica: int) -> Any:
        receiver = self.replicas[replica % len(self.replicas)]
        answer = receiver.ask(request.token, request.method, request.path, request.body)
        if request.method == "PATCH" and answer.status_code == 404:
            scan_id = request.path.split("/")[2]
            assert any(d.scans[scan_id].was_retracted for d in self.devices if scan_id in d.scans)
            return None
        assert answer.status_code == 200, answer.text
        answered = answer.json()
        if request.method == "POST":
            self._receipt_counts(request)
        return answered

    def _receipt_counts(self, request: _Request) -> None:
        # The first receipt decides the day of a scan whose clock is wrong.
        today = (datetime.now(UTC) - timedelta(hours=4)).date()
        assert request.body is not None
        for device in self.devices:
            for sent in request.body["scans"]:
                scan = device.scans.get(sent["id"])
                if device.owner.token == request.token and scan and scan.day is None:
                    scan.day = today

    def _heard(self, request: _Request, phone: _Device, answer: Any) -> None:
        if request.method == "POST":
            for result in answer["results"]:
                scan = phone.scans[result["id"]]
                assert result["outcome"] in {"recorded", "duplicate"}, result
                assert scan.meeting in {None, result["meeting"]}
                assert scan.contact in {None, result["contact"]}
                scan.meeting, scan.contact = result["meeting"], result["contact"]
            return
        scan = phone.scans[request.path.split("/")[2]]
        if request.method == "PATCH":
            scan.edit_waits = False
        else:
            assert answer["retracted"] == scan.retracted
            scan.retraction_waits = False

    # -- healing

    def teardown(self) -> None:
        if not hasattr(self, "devices"):
            return
        for number, request in enumerate(self.in_the_air):
            self._arrive(request, number)
        for number, phone in enumerate(self.devices):
            self._heal(phone, number)
        for number, person in enumerate(self.world.people):
            self._check(number, person)
        # Whatever is sent again now changes nothing.
        for number, phone in enumerate(self.devices):
            for scan in phone.scans.values():
                body = {"scans": [scan.sent]}
                request = _Request(phone.owner.token, "POST", "/scans", body)
                answer = self._arrive(request, number + 1)
                assert answer["results"][0]["outcome"] == "duplicate"
                self._heard(request, phone, answer)

    def _heal(self, phone: _Device, number: int) -> None:
        if phone.waiting:
            body = {"scans": [scan.sent for scan in phone.waiting]}
            request = _Request(phone.owner.token, "POST", "/scans", body)
            self._send(request, phone, number, "answered")
        for scan in phone.scans.values():
            if scan.edit_waits:
                self._send(self._edit_of(phone, scan), phone, number, "answered")
            if scan.retraction_waits:
                self._send(self._retraction_of(phone, scan), phone, number, "answered")

    def _live(self, person: Person) -> dict[tuple[str, date], list[_Scan]]:
        """By the other's name and the day: the scans that stand."""
        live: dict[tuple[str, date], list[_Scan]] = defaultdict(list)
        for device in self.devices:
            if device.owner is person:
                for scan in device.scans.values():
                    if not scan.retracted:
                        assert scan.day is not None
                        live[self.world.people[scan.whom].name, scan.day].append(scan)
        return live

    def _check(self, number: int, person: Person) -> None:
        """The person's meetings are the model's: one a pair and day, with its scans and words."""
        replica = self.replicas[number % len(self.replicas)]
        expected = self._live(person)
        found = replica.all_items(person.token, "/meetings")
        assert len(found) == len(expected)
        promised = replica.all_items(person.token, "/follow-ups")
        for meeting in found:
            other = next(p for p in self.world.people if p.name == meeting["contact"]["name"])
            day = date.fromisoformat(meeting["day"])
            scans = expected[other.name, day]
            assert set(meeting["scans"]) == {scan.sent["id"] for scan in scans}
            assert {scan.meeting for scan in scans} == {meeting["id"]}
            assert {scan.contact for scan in scans} == {meeting["contact"]["id"]}
            assert set(meeting["note"].split("\n")) == {scan.note for scan in scans}
            intents = {intent for scan in scans for intent in scan.intents}
            assert set(meeting["intents"]) == intents
            assert meeting["confirmed"] == ((person.name, day) in self._live(other))
            to_do = [
                each["intent"]
                for each in promised
                if each["meeting"] == meeting["id"] and each["state"] == "open"
            ]
            assert sorted(to_do) == sorted(intents)
        everything = [scan for d in self.devices if d.owner is person for scan in d.scans.values()]
        there = {scan_id for meeting in found for scan_id in meeting["scans"]}
        kept = [scan for scan in everything if scan.retracted or scan.sent["id"] in there]
        self.figures.add(
            Figures(len(everything), len(everything), len(kept), len(everything) - len(kept))
        )


def run(proof: Proof, replicas: Sequence[Replica | ServedReplica], histories: int) -> None:
    try:
        for rng in proof.each_round():

            class Round(Devices):
                pass

            Round.replicas, Round.figures = replicas, Figures()
            seed(rng.getrandbits(64))(Round)
            run_state_machine_as_test(
                Round,
                settings=settings(
                    max_examples=histories,
                    stateful_step_count=40,
                    deadline=None,
                    database=None,
                    # The seed replays a failure; making it smaller would take many minutes.
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
            proof.note = f"{histories * proof.rounds:,} histories"
            proof.found_all(Round.figures)
    finally:
        for replica in replicas:
            replica.close()


def test_devices_and_a_server_that_restarts(proof: Proof, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/firsthand.db"
    upgrade(url)
    run(proof, [Replica(url)], histories=25)


def test_devices_and_two_replicas(proof: Proof, quick_postgres: PostgresServer) -> None:
    url = quick_postgres.create_database()
    upgrade(url)
    run(proof, [Replica(url), Replica(url)], histories=25)


def test_devices_and_two_servers_that_crash(proof: Proof, durable_postgres: PostgresServer) -> None:
    url = durable_postgres.create_database()
    upgrade(url)
    run(proof, [ServedReplica(url), ServedReplica(url)], histories=8)
