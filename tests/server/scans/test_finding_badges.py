"""Whose badge it is that somebody is shown as their own, and which places nobody has claimed."""

import pytest

from firsthand.accounts.blocking import block
from firsthand.badges.finding import badge_for, hold_unclaimed, own_badge
from firsthand.badges.issuing import issue_badges, revoke_badge
from tests.server.house import House


def test_my_badge_is_mine_and_of_the_event_that_i_ask_for(house: House) -> None:
    ana, ben, olga = house.person("Ana"), house.person("Ben"), house.person("Olga")
    event, other = house.event(olga), house.event(olga, slug="lakeside")
    worn = {
        (who.name, at.slug): house.attendee(at, who) for who in (ana, ben) for at in (event, other)
    }
    for who in (ana, ben):
        for at in (event, other):
            badge = house.db.read_now(own_badge, who.id, at.id)
            assert badge
            assert badge.token == worn[who.name, at.slug].token
    assert house.db.read_now(own_badge, olga.id, event.id) is None


def test_a_badge_that_was_taken_back_is_nobodys_and_leads_nowhere(house: House) -> None:
    ana = house.person("Ana")
    event = house.event(house.person("Olga"))
    worn = house.attendee(event, ana)
    house.db.write_now(revoke_badge, event.id, worn.id)
    assert house.db.read_now(own_badge, ana.id, event.id) is None
    for viewer in (None, ana.id):
        assert house.db.read_now(badge_for, viewer, worn.token) is None
    house.db.write_now(issue_badges, event.id, [worn.id])
    fresh = house.db.read_now(own_badge, ana.id, event.id)
    assert fresh
    assert fresh.token != worn.token


def test_a_badge_is_found_by_whoever_holds_it_signed_in_or_not(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    event = house.event(house.person("Olga"))
    for worn in (house.attendee(event, ana), house.attendee(event, "Fenna")):
        for viewer in (None, ana.id, ben.id):
            found = house.db.read_now(badge_for, viewer, worn.token)
            assert found
            assert found.attendee_id == worn.id


def test_places_are_held_for_a_scan_that_nobody_has_claimed(house: House) -> None:
    """Whoever claims one meanwhile waits; on SQLite nothing happens meanwhile."""
    event = house.event(house.person("Olga"))
    places = [house.attendee(event, who).id for who in ("Fenna", house.person("Ana"), "Gil")]
    held = house.db.write_now(hold_unclaimed, places)
    assert held == {places[0], places[2]}
    assert house.db.write_now(hold_unclaimed, places[1:2]) == set()


@pytest.mark.parametrize("blocks", ["wearer", "viewer"])
def test_a_badge_leads_nowhere_between_two_of_whom_one_blocks_the_other(
    house: House, blocks: str
) -> None:
    ana, ben, cas = house.person("Ana"), house.person("Ben"), house.person("Cas")
    event = house.event(house.person("Olga"))
    worn = house.attendee(event, ben)
    owner, other = (ben, ana) if blocks == "wearer" else (ana, ben)
    house.db.write_now(block, owner.id, other.id)
    assert house.db.read_now(badge_for, ana.id, worn.token) is None
    for viewer in (None, cas.id, ben.id):
        assert house.db.read_now(badge_for, viewer, worn.token)
