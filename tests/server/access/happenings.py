"""What people do to each other, as they do it: what leads to each relation of ``seeing.py``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.server.access.seeing import Relation
from tests.server.house import House, Person, Wearer


@dataclass(slots=True)
class Pair:
    """A viewer and the person who is looked at, each with a badge where they are at the event.

    ``mine`` and ``theirs``: the ids of the contact, meeting and scan that each side has.
    """

    house: House
    viewer: Person
    viewers: Wearer | None
    person: Person
    persons: Wearer
    event: str
    profile: str
    mine: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    @property
    def claim(self) -> str:
        return f"/claims/{self.person.id}/{self.theirs['meeting']}"

    @property
    def claim_about_them(self) -> str:
        return f"/claims/{self.viewer.id}/{self.mine['meeting']}"

    def keep_the_only_meeting(self) -> None:
        (meeting,) = self.viewer.client.get("/api/v1/meetings").json()["items"]
        self.mine |= {"contact": meeting["contact"]["id"], "meeting": meeting["id"]}


Step = Callable[[Pair], None]


def _ask(who: Person, method: str, path: str, **more: Any) -> None:
    answer = who.client.request(method, path, **more)
    assert answer.status_code < 400, (method, path, answer.status_code, answer.text[-300:])


def scans(pair: Pair) -> None:
    pair.mine = pair.house.scan(pair.viewer, pair.persons)


def is_scanned(pair: Pair) -> None:
    assert pair.viewers
    pair.theirs = pair.house.scan(pair.person, pair.viewers)


def scans_a_profile(pair: Pair) -> None:
    pair.mine = pair.house.scan(pair.viewer, pair.persons, code=pair.profile)


def types(pair: Pair) -> None:
    _ask(
        pair.viewer,
        *("POST", "/api/v1/meetings"),
        json={"attendee": str(pair.persons.id), "event": pair.event},
    )
    pair.keep_the_only_meeting()


def knows_already(pair: Pair) -> None:
    path = f"/events/{pair.event}/unmet/known-before"
    _ask(pair.viewer, "PUT", path, data={"attendee": str(pair.persons.id)})
    pair.keep_the_only_meeting()


def takes_back(pair: Pair) -> None:
    _ask(pair.viewer, "PUT", f"/scans/{pair.mine['id']}/retraction")


def is_taken_back(pair: Pair) -> None:
    _ask(pair.person, "PUT", f"/scans/{pair.theirs['id']}/retraction")


def says_yes(pair: Pair) -> None:
    _ask(pair.viewer, "PUT", f"{pair.claim}/confirmation")
    pair.keep_the_only_meeting()


def says_no(pair: Pair) -> None:
    _ask(pair.viewer, "PUT", f"{pair.claim}/dismissal")


def is_confirmed(pair: Pair) -> None:
    _ask(pair.person, "PUT", f"{pair.claim_about_them}/confirmation")


def is_dismissed(pair: Pair) -> None:
    _ask(pair.person, "PUT", f"{pair.claim_about_them}/dismissal")


def blocks(pair: Pair) -> None:
    _ask(pair.viewer, "PUT", f"/people/{pair.mine['contact']}/block")


def is_blocked(pair: Pair) -> None:
    _ask(pair.person, "PUT", f"/people/{pair.theirs['contact']}/block")


def is_unblocked(pair: Pair) -> None:
    _ask(pair.person, "DELETE", f"/me/blocks/{pair.viewer.id}")


# LEFT comes to all of them at once, at the end.
WAYS: dict[Relation, tuple[Step, ...]] = {
    Relation.NONE: (),
    Relation.SCANNED: (scans,),
    Relation.RETRACTED: (scans, takes_back),
    Relation.SCANNED_CONFIRMED: (scans, is_confirmed),
    Relation.SCANNED_DISMISSED: (scans, is_dismissed),
    Relation.WAITING: (is_scanned,),
    Relation.WITHDRAWN: (is_scanned, is_taken_back),
    Relation.CONFIRMED: (is_scanned, says_yes),
    Relation.CONFIRMED_WITHDRAWN: (is_scanned, says_yes, is_taken_back),
    Relation.DISMISSED: (is_scanned, says_no),
    Relation.BOTH: (scans, is_scanned),
    Relation.BOTH_WITHDRAWN: (scans, is_scanned, is_taken_back),
    Relation.BOTH_RETRACTED: (scans, is_scanned, takes_back),
    Relation.TYPED: (types,),
    Relation.TYPED_CONFIRMED: (types, is_confirmed),
    Relation.TYPED_DISMISSED: (types, is_dismissed),
    Relation.KNOWN_BEFORE: (knows_already,),
    Relation.PROFILE: (scans_a_profile,),
    Relation.BLOCKED: (scans, is_scanned, blocks),
    Relation.BLOCKED_BY_THEM: (scans, is_scanned, is_blocked),
    Relation.UNBLOCKED: (scans, is_scanned, is_blocked, is_unblocked),
}
