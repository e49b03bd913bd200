"""Deleting an account takes what is its own, in portions, and nothing that is anybody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import EmailCode
from firsthand.accounts.signing_in import ask_for_code
from firsthand.attendees.membership import add_member
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.db import new_id, now
from firsthand.events.models import Event, EventRole, Role, StaffInvitation
from firsthand.introductions.models import Answer, Introduced, Introduction, IntroductionAnswer
from firsthand.scans.keeping import mark_known_before
from firsthand.ties.kinds import FoundPerson
from firsthand.ties.models import ImportPerson, Tie
from tests.server.house import House, Person, tie


def leave(house: House, person: Person) -> int:
    """How many transactions it took."""
    before = house.db.figures()["write_transactions_total"]
    assert person.client.delete("/api/v1/me").status_code == 204
    return int(house.db.figures()["write_transactions_total"] - before)


def slugs(house: House) -> set[str]:
    return set(house.db.read_now(lambda s: s.scalars(select(Event.slug)).all()))


def help_with(house: House, event: Event, person: Person) -> None:
    role = EventRole(event_id=event.id, account_id=person.id, role=Role.STAFF)
    house.db.write_now(lambda s: s.add(role))


def test_an_event_that_others_help_to_run_stays_and_goes_with_the_last_of_them(
    house: House,
) -> None:
    olu, ben = house.person("Olu"), house.person("Ben")
    shared = house.event(olu, slug="shared")
    house.event(olu, slug="alone")
    help_with(house, shared, ben)
    leave(house, olu)
    assert slugs(house) == {"shared"}
    leave(house, ben)
    assert slugs(house) == set()


def test_other_peoples_events_stay_and_keep_nobody_elses(house: House) -> None:
    olu, ben, cem = house.person("Olu"), house.person("Ben"), house.person("Cem")
    house.event(olu, slug="alone")
    bens = house.event(ben, slug="bens")
    house.db.write_now(add_member, olu.id, bens.id, listed=True)
    house.db.write_now(add_member, cem.id, bens.id, listed=True)
    leave(house, olu)
    assert slugs(house) == {"bens"}


def test_who_helps_at_an_event_and_leaves_takes_nothing_of_it_along(house: House) -> None:
    olu, ben = house.person("Olu"), house.person("Ben")
    event = house.event(olu, slug="shared")
    help_with(house, event, ben)
    house.attendee(event, "Fenna Wouters")
    leave(house, ben)
    assert slugs(house) == {"shared"}
    assert len(house.db.read_now(lambda s: s.scalars(select(Attendee)).all())) == 1


def test_the_places_of_others_stay_theirs(house: House) -> None:
    olu, ana, ben, cem = (house.person(name) for name in ("Olu", "Ana", "Ben", "Cem"))
    event = house.event(olu)
    for person in (ana, ben):
        house.db.write_now(add_member, person.id, event.id, listed=True)
    house.attendee(event, cem)
    leave(house, ana)
    places = house.db.read_now(lambda s: s.scalars(select(Attendee)).all())
    assert {(each.account_id, each.listed) for each in places} == {(ben.id, True), (cem.id, True)}


def test_what_the_list_says_takes_the_place_of_nobodys_own_words(house: House) -> None:
    """On the cards that others have of them; their own words are gone."""
    olu, ana, ben = house.person("Olu"), house.person("Ana Gone"), house.person("Ben")
    event = house.event(olu)
    listed = house.attendee(event, ana, headline="Harbour pilot", company="Tides")
    other = house.attendee(event, "Fenna Wouters", headline="Keeper of the lighthouse")
    for worn in (listed, other):
        house.scan(ben, worn, event=event.slug)
    leave(house, ana)
    cards = house.db.read_now(lambda s: s.scalars(select(Contact.attendee_id)).all())
    assert set(cards) == {None, other.id}
    places = house.db.read_now(lambda s: s.scalars(select(ContactAttendee.attendee_id)).all())
    assert places == [other.id]
    shown = ben.client.get("/api/v1/contacts").text
    assert "Keeper of the lighthouse" in shown
    for words in ("Ana Gone", "Harbour pilot", "Tides"):
        assert words not in shown


def seen_names(house: House) -> list[str]:
    return house.db.read_now(lambda s: list(s.scalars(select(Contact.seen_name))))


def test_the_name_that_somebody_saw_goes_with_whoever_bore_it(house: House) -> None:
    abel, bea = house.person("Abel"), house.person("Bea Realname")
    event = house.event(house.person("Otto"))
    house.attendee(event, abel)
    listed = house.attendee(event, bea)
    house.db.write_now(mark_known_before, abel.id, [listed.id])
    assert seen_names(house) == ["Bea Realname"]
    leave(house, bea)
    assert seen_names(house) == [""]


def test_the_names_that_somebody_saw_go_with_the_event_of_who_leaves(house: House) -> None:
    abel, olga, otto = house.person("Abel"), house.person("Olga"), house.person("Otto")
    for organiser, slug, name in ((olga, "gone", "Fenna"), (otto, "stays", "Gwen")):
        scan = house.scan(abel, house.attendee(house.event(organiser, slug), name))
        abel.client.put(f"/api/v1/scans/{scan['id']}/retraction")
    assert sorted(seen_names(house)) == ["Fenna", "Gwen"]
    leave(house, olga)
    assert sorted(seen_names(house)) == ["", "Gwen"]


def test_codes_and_invitations_of_other_addresses_stay(house: House) -> None:
    olu, ana = house.person("Olu"), house.person("Ana", "ana@example.org")
    event = house.event(olu)
    both = {"ana@example.org", "ben@example.org"}

    def invite(session: Session) -> None:
        for email in both:
            ask_for_code(session, email, house.settings.secret_key)
            session.add(StaffInvitation(event_id=event.id, email=email))

    def addresses(session: Session) -> list[set[str]]:
        return [
            set(session.scalars(select(each.email)).all()) for each in (EmailCode, StaffInvitation)
        ]

    house.db.write_now(invite)
    assert house.db.read_now(addresses) == [both, both]
    leave(house, ana)
    assert house.db.read_now(addresses) == [{"ben@example.org"}] * 2


def test_other_peoples_ties_and_exports_stay(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    house.ties(ana, tie("cem"), people=[FoundPerson("Cem")])
    house.ties(ben, tie("dov"), people=[FoundPerson("Dov")])
    of_ana = house.db.read_now(lambda s: s.scalars(select(Tie.id).where(Tie.name == "cem")).one())
    row = {"owner_id": ben.id, "id": of_ana, "network": "x", "key": "eli", "name": "eli"}
    # Ids are told apart by owners alone.
    house.db.write_now(lambda s: s.execute(insert(Tie).values(row)))
    leave(house, ana)
    assert set(house.db.read_now(lambda s: s.scalars(select(Tie.name)).all())) == {"dov", "eli"}
    people = house.db.read_now(lambda s: s.scalars(select(ImportPerson.owner_id)).all())
    assert people == [ben.id]


def test_ties_and_people_go_in_portions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firsthand.leaving._TIES_AT_ONCE", 2)
    monkeypatch.setattr("firsthand.leaving._PEOPLE_AT_ONCE", 2)
    of_nothing = leave(house, house.person("Cem"))
    ana, ben = house.person("Ana"), house.person("Ben")
    house.ties(ana, *(tie(f"friend{number}") for number in range(5)))
    house.ties(ben, people=[FoundPerson(f"Friend {number}") for number in range(5)])
    assert leave(house, ana) == of_nothing + 3
    assert leave(house, ben) == of_nothing + 3


def test_only_the_answers_of_whom_a_card_is_of_go_with_them(house: House) -> None:
    """Somebody else's card of them has the id of Bo's: cards are told apart by owner and id."""
    mira, eve, fenna = house.person("Mira"), house.person("Eve"), house.person("Fenna")

    def introduce(session: Session) -> None:
        of_fenna, of_bo, introduction = new_id(), new_id(), new_id()
        cards = [(mira, of_fenna, fenna.id), (mira, of_bo, None), (eve, of_bo, fenna.id)]
        session.add_all(
            Contact(owner_id=owner.id, id=card, root_id=card, account_id=account_id)
            for owner, card, account_id in cards
        )
        ends = now() + timedelta(days=1)
        session.add(Introduction(owner_id=mira.id, id=introduction, why="", expires_at=ends))
        session.flush()
        for side, card, name in ((0, of_fenna, "fenna"), (1, of_bo, "bo")):
            where = {"introduction_id": introduction, "side": side}
            session.add(Introduced(owner_id=mira.id, contact_id=card, called=name, **where))
            address = f"{name}@example.org"
            session.add(IntroductionAnswer(answer=Answer.YES, address=address, **where))

    house.db.write_now(introduce)
    leave(house, fenna)
    left = house.db.read_now(lambda s: s.scalars(select(IntroductionAnswer.address)).all())
    assert left == ["bo@example.org"]
