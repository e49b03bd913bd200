"""Meetings without a scan, from the page's and the API's side, and the other side's word."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.attendees.membership import claim_by_email
from firsthand.db import new_id, now
from firsthand.meetings.models import Meeting, Origin
from firsthand.meetings.queries import claims_about
from firsthand.scans.keeping import (
    block_claimant,
    confirm_claim,
    dismiss_claim,
    mark_known_before,
)
from tests.server.house import House, Person
from tests.server.scans.test_recording import meetings


def claims(house: House, who: Person) -> list[str]:
    return [claim.name for claim in house.db.read_now(claims_about, who.id)]


def two_at_an_event(house: House) -> tuple[Person, Person]:
    ana, ben = house.person("Ana"), house.person("Ben")
    event = house.event(ana)
    house.attendee(event, ana)
    house.scan(ana, house.attendee(event, ben), note="a private word")
    return ana, ben


def test_a_meeting_with_a_name_alone(house: House) -> None:
    ana = house.person()

    answer = ana.client.post(
        "/api/v1/meetings",
        json={"name": "山田太郎", "intents": ["send"], "met_at": "2026-11-20T12:00:00Z"},
    )

    assert answer.status_code == 201
    assert answer.json()["contact"]["name"] == "山田太郎"
    assert answer.json()["day"] == "2026-11-20"


def test_a_meeting_with_a_listed_attendee(house: House) -> None:
    ana = house.person()
    event = house.event(ana)
    house.attendee(event, ana)
    fenna = house.attendee(event)

    answer = ana.client.post("/api/v1/meetings", json={"attendee": str(fenna.id)})

    assert answer.status_code == 201
    assert answer.json()["event"] == "seaside"
    assert house.scan(ana, fenna)["contact"] == answer.json()["contact"]["id"]


def test_an_unlisted_attendee_cannot_be_picked(house: House) -> None:
    ana = house.person()
    event = house.event(ana)
    house.attendee(event, ana)
    hidden = house.attendee(event, listed=False)

    answer = ana.client.post("/api/v1/meetings", json={"attendee": str(hidden.id)})

    assert answer.status_code == 404


def test_it_must_be_said_whom_one_met(house: House) -> None:
    answer = house.person().client.post("/api/v1/meetings", json={"note": "who was it?"})

    assert answer.status_code == 400


def test_the_other_side_is_told_and_nothing_counts_until_they_confirm(house: House) -> None:
    _, ben = two_at_an_event(house)

    assert claims(house, ben) == ["Ana"]
    assert meetings(ben) == []


def test_confirming_makes_ones_own_meeting_without_the_others_words(house: House) -> None:
    ana, ben = two_at_an_event(house)
    [claim] = house.db.read_now(claims_about, ben.id)

    house.db.write_now(confirm_claim, ben.id, claim.other_id, claim.meeting_id)

    [mine] = meetings(ben)
    assert mine["contact"]["name"] == "Ana"
    assert mine["note"] == ""
    assert mine["confirmed"] is True
    assert meetings(ana)[0]["confirmed"] is True
    assert claims(house, ben) == []


def test_a_dismissed_claim_is_not_told_again(house: House) -> None:
    ana, ben = two_at_an_event(house)
    [claim] = house.db.read_now(claims_about, ben.id)

    house.db.write_now(dismiss_claim, ben.id, claim.other_id, claim.meeting_id)

    assert claims(house, ben) == []
    assert meetings(ana)[0]["confirmed"] is False


def test_blocking_hides_both_from_each_other(house: House) -> None:
    ana, ben = two_at_an_event(house)
    [claim] = house.db.read_now(claims_about, ben.id)

    house.db.write_now(block_claimant, ben.id, claim.other_id, claim.meeting_id)

    assert claims(house, ben) == []
    assert claims(house, ana) == []


def test_known_before_takes_off_the_list_and_tells_nobody(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    event = house.event(ana)
    house.attendee(event, ana)
    bens = house.attendee(event, ben)

    house.db.write_now(mark_known_before, ana.id, [bens.id])

    assert claims(house, ben) == []
    met_again = house.scan(ana, bens)
    [card] = ana.client.get("/api/v1/contacts").json()["items"]
    assert card["id"] == met_again["contact"]
    assert card["stage"] == "met-again"


def test_a_claim_made_before_the_badge_was_claimed_is_told_after(house: House) -> None:
    ana = house.person("Ana")
    event = house.event(ana)
    unclaimed = house.attendee(event, "Fenna Wouters", email="fenna@example.org")
    house.scan(ana, unclaimed)

    fenna = house.person("", email="fenna@example.org")
    house.db.write_now(claim_by_email, fenna.id)
    house.settle()

    assert claims(house, fenna) == ["Ana"]
    owners = house.db.read_now(lambda s: s.scalars(select(Meeting.owner_id)).all())
    assert owners == [UUID(str(ana.id))]


def test_many_words_of_one_hide_nobody_elses_and_each_can_be_answered(house: House) -> None:
    ana, ben, eve = house.person("Ana"), house.person("Ben"), house.person("Eve")
    event = house.event(ana)
    bens = house.attendee(event, ben)
    house.scan(ana, bens, scanned_at="2026-11-20T10:00:00+00:00")
    of_eve = UUID(house.scan(eve, bens)["contact"])

    def flood(session: Session) -> UUID:
        first = new_id()
        for number in range(120):
            met_at = now() - timedelta(days=number + 1)
            session.add(
                Meeting(
                    owner_id=eve.id,
                    id=new_id() if number < 119 else first,
                    contact_id=of_eve,
                    day=met_at.date(),
                    met_at=met_at,
                    origin=Origin.TYPED,
                )
            )
        return first

    oldest = house.db.write_now(flood)

    told = house.db.read_now(claims_about, ben.id)
    assert [claim.name for claim in told].count("Ana") == 1
    assert len(told) == 100
    house.db.write_now(dismiss_claim, ben.id, eve.id, oldest)


def test_an_event_that_is_not_known_is_refused(house: House) -> None:
    ana = house.person()
    told = {"name": "Fenna", "event": "nowhere"}
    assert ana.client.post("/api/v1/meetings", json=told).status_code == 400
    assert ana.client.get("/api/v1/meetings").json()["items"] == []


def test_a_meeting_with_somebody_else_that_day_answers_no_claim(house: House) -> None:
    _, ben = two_at_an_event(house)
    told = {"name": "Carla", "event": "seaside"}
    assert ben.client.post("/api/v1/meetings", json=told).status_code == 201
    assert claims(house, ben) == ["Ana"]
