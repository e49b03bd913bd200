"""What one shares online with people at an event: theirs to show, one's own to know."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Circle
from firsthand.attendees.models import Attendee
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.ties.kinds import FoundList, KindCount, TieKind
from firsthand.ties.models import Tie
from firsthand.unmet.sharing import shared_reasons, shown_handles
from tests.server.house import House, Person, Wearer, tie


class Seaside:
    """Mira has ties with Fenna on X and with Kerry on GitHub, who are both there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.mira = house.person("Mira Andersen")
        self.event = house.event(self.mira)
        self.fenna = house.attendee(self.event, "Fenna", handles=[("x", "@fenna")])
        self.kerry = house.attendee(self.event, "Kerry", handles=[("github", "kerryc")])
        house.ties(
            self.mira,
            tie("fenna", KindCount(TieKind.REPLIED, 14)),
            tie("kerryc", network=Network.GITHUB),
        )

    def handles(self, *of: Wearer) -> dict[UUID, list[str]]:
        found = self.house.db.read_now(shown_handles, ids(of))
        return {
            attendee: [f"{each.network}:{each.name}" for each in shown]
            for attendee, shown in found.items()
        }

    def reasons(self, *of: Wearer, viewer: Person | None = None) -> dict[UUID, list[str]]:
        who = viewer or self.mira
        found = self.house.db.read_now(shared_reasons, who.id, ids(of))
        return {
            attendee: [f"{each.network}:{each.kind}" for each in reasons]
            for attendee, reasons in found.items()
        }


def ids(of: Iterable[Wearer]) -> list[UUID]:
    return [each.id for each in of]


@pytest.fixture
def seaside(house: House) -> Seaside:
    return Seaside(house)


def test_each_is_told_with_what_is_shared_with_them_alone(seaside: Seaside) -> None:
    fenna, kerry = seaside.fenna, seaside.kerry
    both = {fenna.id: ["x:fenna"], kerry.id: ["github:kerryc"]}
    assert seaside.handles(fenna, kerry) == both
    assert seaside.handles(kerry) == {kerry.id: both[kerry.id]}
    both = {fenna.id: ["x:replied"], kerry.id: ["github:follows"]}
    assert seaside.reasons(fenna, kerry) == both
    assert seaside.reasons(kerry) == {kerry.id: both[kerry.id]}


def test_of_nobody_there_is_nothing(seaside: Seaside) -> None:
    assert seaside.handles() == {}
    assert seaside.reasons() == {}


def test_who_was_proven_to_be_behind_a_handle_is_said(seaside: Seaside) -> None:
    def prove(session: Session) -> None:
        now = datetime.now(UTC)
        session.execute(update(Handle).where(Handle.network == "x").values(verified_at=now))

    seaside.house.db.write_now(prove)
    found = seaside.house.db.read_now(shown_handles, ids([seaside.fenna, seaside.kerry]))
    assert [found[each.id][0].verified for each in (seaside.fenna, seaside.kerry)] == [True, False]


def test_another_viewers_ties_are_no_reason_for_one(seaside: Seaside) -> None:
    olu = seaside.house.person("Olu")
    seaside.house.ties(olu, tie("fenna", KindCount(TieKind.MESSAGED, 3)))
    assert seaside.reasons(seaside.fenna) == {seaside.fenna.id: ["x:replied"]}
    assert seaside.reasons(seaside.fenna, viewer=olu) == {seaside.fenna.id: ["x:messaged"]}
    assert seaside.reasons(seaside.fenna, viewer=seaside.house.person("Cem")) == {}


def test_somebody_elses_tie_of_the_same_id_says_nothing_here(seaside: Seaside) -> None:
    eve = seaside.house.person("Eve")

    def copy(session: Session) -> None:
        for one in session.scalars(select(Tie.id)).all():
            row = {"owner_id": eve.id, "id": one, "network": "instagram", "key": "k", "name": "k"}
            session.execute(insert(Tie).values(row))

    seaside.house.db.write_now(copy)
    assert seaside.reasons(seaside.fenna) == {seaside.fenna.id: ["x:replied"]}


def test_a_tie_that_has_ended_is_no_reason(seaside: Seaside) -> None:
    june = datetime(2030, 6, 1, tzinfo=UTC)
    seaside.house.ties(
        seaside.mira,
        tie("somebody", network=Network.GITHUB),
        lists=[FoundList(Network.GITHUB, TieKind.FOLLOWS)],
        made_at=june,
    )
    assert seaside.reasons(seaside.kerry).get(seaside.kerry.id, []) == []
    assert seaside.reasons(seaside.fenna) == {seaside.fenna.id: ["x:replied"]}


@pytest.mark.parametrize("hides", ["the list", "the handle"])
def test_what_is_hidden_is_shown_and_known_no_more_at_once(house: House, hides: str) -> None:
    seaside = Seaside(house)
    ana = house.person("Ana")
    worn = house.attendee(seaside.event, ana, handles=[("x", "@ana")])
    house.ties(seaside.mira, tie("ana"))
    assert seaside.handles(worn) == {worn.id: ["x:ana"]}
    assert seaside.reasons(worn) == {worn.id: ["x:follows"]}

    def hide(session: Session) -> None:
        if hides == "the list":
            session.get_one(Attendee, worn.id).listed = False
        else:
            own = Handle.account_id == ana.id
            session.execute(update(Handle).where(own).values(circle=Circle.MET))

    # What matches is settled only later.
    house.db.write_now(hide)
    assert seaside.handles(worn) == {}
    assert seaside.reasons(worn) == {}
