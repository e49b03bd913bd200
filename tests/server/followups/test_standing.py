"""Where it stands: people by stage, who is cooling, with whom it went quickly; nobody else's."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact, Stage
from firsthand.db import now
from firsthand.events.days import local_day
from firsthand.followups.models import FollowUp
from firsthand.followups.standing import where_it_stands
from firsthand.ties.kinds import KindCount, TieKind
from tests.bench.large_owner import Size, make_large_owner
from tests.server.house import House, Person, tie

PATH = "/people/where-it-stands"


def _today() -> date:
    """People's own day, which begins at four in the morning."""
    return local_day(now(), ZoneInfo("UTC"))


@pytest.fixture
def ana(house: House) -> Person:
    """Fenna: met again; Ben: followed up; Cem: met, a promise late; Dia: met, silent."""
    ana = house.person("Ana Oliveira")
    day = _today() - timedelta(days=60)
    event = house.event(ana, starts=day, ends=day + timedelta(days=3), timezone="UTC")
    house.attendee(event, ana)
    first = KindCount(TieKind.REPLIED, 3, now() - timedelta(days=70), now() - timedelta(days=65))
    house.ties(ana, tie("fenna", first), *(tie(f"nobody{number}") for number in range(3)))
    at = now() - timedelta(days=59)
    for name in ("Fenna Wouters", "Ben Carter", "Cem Kaya", "Dia محمد"):
        worn = house.attendee(event, name, handles=[("x", name.split()[0].lower())])
        intents = {"Ben Carter": ["call"], "Cem Kaya": ["coffee"]}.get(name, [])
        house.scan(ana, worn, scanned_at=at.isoformat(), intents=intents)
        if name == "Fenna Wouters":
            house.scan(ana, worn, scanned_at=(at + timedelta(days=1)).isoformat())
    for item in ana.client.get("/api/v1/follow-ups").json()["items"]:
        if item["intent"] == "call":
            ana.client.put(f"/api/v1/follow-ups/{item['id']}/completion")
    return ana


def page_of(person: Person) -> str:
    answer = person.client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return " ".join(re.sub("<[^>]*>", " ", answer.text).split())


def test_people_stand_at_their_stage_with_a_next_step(house: House, ana: Person) -> None:
    found = house.db.read_now(where_it_stands, ana.id, _today())
    assert {at.stage: at.count for at in found.stages} == {
        Stage.MET_AGAIN: 1,
        Stage.FOLLOWED_UP: 1,
        Stage.MET: 2,
        Stage.SPOKEN: 0,
        Stage.ONLINE: 0,
    }
    names = {at.stage: [each.name for each in at.faces] for at in found.stages}
    assert names[Stage.MET_AGAIN] == ["Fenna Wouters"]
    assert [(each.name, each.why) for each in found.overdue] == [
        ("Cem Kaya", "Coffee, 45 days late")
    ]
    assert [each.name for each in found.cooling] == ["Dia محمد"]
    quick = {each.name: each.why for each in found.quick}
    assert quick["Fenna Wouters"] == "Met again 12 days after the first exchange online"
    assert found.online_only == 3
    page = page_of(ana)
    assert "A promise is past its day" in page
    assert "Say hello: a line is enough" in page
    assert "you know 3 accounts online that have no card yet" in page


def test_a_snoozed_promise_is_not_late_and_a_done_one_is_gone(house: House, ana: Person) -> None:
    def later(session: Session) -> None:
        for row in session.query(FollowUp).filter_by(owner_id=ana.id):
            row.due = _today() + timedelta(days=30)

    house.db.write_now(later)
    found = house.db.read_now(where_it_stands, ana.id, _today())
    assert found.late == 0
    assert found.overdue == []
    assert {each.name: each.step for each in found.cooling}["Cem Kaya"] == "Coffee"


def test_merged_cards_are_one_person(house: House, ana: Person) -> None:
    before = sum(at.count for at in house.db.read_now(where_it_stands, ana.id, _today()).stages)

    def join(session: Session) -> None:
        child = session.query(Contact).filter_by(name="", owner_id=ana.id).all()[0]
        others = session.query(Contact).filter_by(owner_id=ana.id).all()
        child.root_id = next(other.id for other in others if other.id != child.id)

    house.db.write_now(join)
    found = house.db.read_now(where_it_stands, ana.id, _today())
    assert sum(at.count for at in found.stages) == before - 1


def test_it_is_the_owners_alone(house: House, ana: Person) -> None:
    assert "Fenna" not in page_of(house.person("Pat"))
    assert house.client().get(PATH).status_code in {303, 401}
    assert "leaderboard" not in page_of(ana).lower()
    assert "score" not in page_of(ana).lower()


def test_an_empty_account_is_told_how_to_begin(house: House) -> None:
    assert "start with one scan" in page_of(house.person("Noor"))


def test_it_adds_up_for_somebody_with_many_people(house: House) -> None:
    size = Size(cards=300, meetings=700, follow_ups=300, touchpoints=60, ties=500, here=40)
    owner = make_large_owner(house, size)
    found = house.db.read_now(where_it_stands, owner.person.id, _today())

    def by_hand(session: Session) -> dict[str, int]:
        counted: dict[str, int] = {}
        for card in session.query(Contact).filter_by(owner_id=owner.person.id):
            counted[card.stage] = counted.get(card.stage, 0) + 1
        return counted

    counted = house.db.read_now(by_hand)
    assert {at.stage: at.count for at in found.stages if at.count} == {
        stage: count for stage, count in counted.items() if stage != Stage.NEW
    }
    assert len({each.id for each in (*found.overdue, *found.cooling)}) == len(
        [*found.overdue, *found.cooling]
    )
    assert all(each.why for each in found.quick)
