from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.accounts.signing_in import account_of
from firsthand.attendees.models import Attendee
from firsthand.badges.models import Badge
from firsthand.demo.doors import ANA, DOORS, Door
from firsthand.demo.seed import seed_demo
from firsthand.demo.stage import SLUG
from firsthand.events.models import Event
from firsthand.settings import SettingsProblem
from firsthand.unmet.queries import count_known_and_met, count_unmet
from tests.server.house import House


@pytest.fixture
def demo(demo_house: House) -> House:
    """With the conference in it."""
    seed_demo(demo_house.db, demo_house.settings)
    return demo_house


def test_each_door_of_the_demo_signs_in_as_its_own_person(demo: House) -> None:
    for door in DOORS:
        by_link, by_button = demo.client(), demo.client()
        assert by_link.get(f"/demo/{door.key}").is_redirect
        assert door.email in by_link.get("/me").text
        assert by_button.post("/demo/sign-in", data={"who": door.key}).is_redirect
        assert door.email in by_button.get("/me").text


def test_everybody_wears_one_badge_and_most_are_listed(demo: House) -> None:
    def count(session: Session) -> tuple[int, int, int, int]:
        here = select(Attendee.id).join(Event, Event.id == Attendee.event_id)
        here = here.where(Event.slug == SLUG)
        wearing = select(func.count(func.distinct(Badge.attendee_id))).where(
            Badge.attendee_id.in_(here), Badge.revoked_at.is_(None)
        )
        return (
            len(session.scalars(here).all()),
            session.scalar(wearing) or 0,
            len(session.scalars(here.where(Attendee.listed.is_(True))).all()),
            len(session.scalars(here.where(Attendee.account_id.is_not(None))).all()),
        )

    attendees, wearing, listed, claimed = demo.db.read_now(count)
    assert (attendees, wearing, claimed) == (300, 300, 40)
    assert 0.6 < listed / attendees < 0.8


def test_of_23_known_online_ana_has_19_still_to_meet(demo: House) -> None:
    def event_id(session: Session) -> UUID:
        return session.scalars(select(Event.id).where(Event.slug == SLUG)).one()

    ana, event = demo.db.read_now(account_of, ANA.email), demo.db.read_now(event_id)
    assert demo.db.read_now(count_unmet, ana, event) == 19
    assert demo.db.read_now(count_known_and_met, ana, event) == 4


def test_the_demo_leaves_a_database_alone_that_it_did_not_make(house: House) -> None:
    ana = house.person("Somebody real", "somebody@example.net")
    house.person("As in the demo", ANA.email)
    with pytest.raises(SettingsProblem, match="not made by the demo"):
        seed_demo(house.db, house.settings)
    assert house.db.read_now(lambda session: session.get(Account, ana.id)) is not None


def test_a_conference_that_is_over_is_made_anew(demo: House) -> None:
    def end(session: Session) -> None:
        session.execute(update(Event).values(ends=date(2020, 1, 2), starts=date(2020, 1, 1)))

    demo.db.write_now(end)
    before = demo.db.read_now(account_of, ANA.email)
    seed_demo(demo.db, demo.settings)
    assert demo.db.read_now(account_of, ANA.email) != before


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.key)
def test_nobody_signs_in_by_one_click_where_there_is_no_demo(house: House, door: Door) -> None:
    house.person(door.name, door.email)
    browser = house.client()
    for answer in (
        browser.get("/demo"),
        browser.get(f"/demo/{door.key}"),
        browser.post("/demo/sign-in", data={"who": door.key}),
    ):
        assert answer.status_code == 404
    assert house.settings.session_cookie not in browser.cookies
    assert "/demo" not in browser.get("/").text
