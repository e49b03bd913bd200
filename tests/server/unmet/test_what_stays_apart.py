"""What others have met and are called, and where else somebody is listed, stays apart."""

import pytest

from firsthand.accounts.blocking import block
from firsthand.accounts.profile import ProfileChange, change_profile
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.server.house import House, tie
from tests.server.unmet.test_list import REPLIED, Seaside


@pytest.fixture
def seaside(house: House) -> Seaside:
    return Seaside(house)


def test_whom_somebody_else_has_met_is_still_to_be_met(seaside: Seaside) -> None:
    house = seaside.house
    kerry, olu = house.person("Kerry Calloway"), house.person("Olu Ade")
    there = house.attendee(seaside.event, kerry, handles=[("x", "@kerry")])
    unclaimed = house.attendee(seaside.event, "Fenna Wouters", handles=[("x", "@fenna")])
    house.attendee(seaside.event, olu)
    for who in (seaside.mira, olu):
        house.ties(who, tie("kerry", REPLIED), tie("fenna", REPLIED))
    for met in (there, unclaimed):
        house.db.write_now(keep_meeting, olu.id, MeetingDraft(attendee=met.id))
    house.settle()
    assert sorted(seaside.listed()) == ["Fenna Wouters", "Kerry Calloway"]
    assert seaside.counts() == (2, 0)


def test_the_search_is_in_what_the_person_says_and_in_nobody_elses_words(seaside: Seaside) -> None:
    for name, company in (("Kerry Calloway", "Harbour Labs"), ("Olu Ade", "Tidepool")):
        person = seaside.house.person(name)
        handle = name.split()[0].lower()
        seaside.house.attendee(seaside.event, person, handles=[("x", f"@{handle}")])
        change = ProfileChange(name=name, company=company)
        seaside.house.db.write_now(change_profile, person.id, change)
        seaside.house.ties(seaside.mira, tie(handle, REPLIED))
    assert seaside.listed("?q=harbour") == ["Kerry Calloway"]
    assert seaside.listed("?q=tidepool") == ["Olu Ade"]


def test_who_is_listed_at_another_event_alone_is_not_shown_at_this_one(seaside: Seaside) -> None:
    house = seaside.house
    kerry = house.person("Kerry Calloway")
    house.attendee(house.event(seaside.mira, slug="lake"), kerry, handles=[("x", "@kerry")])
    house.attendee(seaside.event, kerry, listed=False)
    house.ties(seaside.mira, tie("kerry", REPLIED))
    house.settle()
    assert seaside.listed() == []
    assert seaside.counts() == (0, 0)
    seaside.house.attendee(seaside.event, "Kerry C.", handles=[("x", "@kerry")])
    house.settle()
    assert seaside.listed() == ["Kerry C."]


def test_a_block_hides_nobody_who_has_no_account(seaside: Seaside) -> None:
    seaside.house.attendee(seaside.event, "Fenna Wouters", handles=[("x", "@fenna")])
    seaside.house.ties(seaside.mira, tie("fenna", REPLIED))
    stranger = seaside.house.person("Kerry Calloway")
    seaside.house.db.write_now(block, seaside.mira.id, stranger.id)
    assert seaside.listed() == ["Fenna Wouters"]
    assert seaside.counts() == (1, 0)
