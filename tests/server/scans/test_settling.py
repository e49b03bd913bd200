"""Settling who is in whose circle touches the cards that it is about, and no others.

Every card here says that it is open, and none is by what has happened: those that close were
judged. Cards of Ben's and of Cas's have the ids that Ana's have: ids are each owner's own.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.seeing import SEES_ANEW
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact
from firsthand.db import new_id, now
from firsthand.meetings.models import Meeting, Origin
from firsthand.outbox import OutboxEntry
from firsthand.scans.circles import (
    forget_seen_names,
    settle_between,
    settle_cards,
    settle_claimed,
    settle_meeting,
    settle_places,
)
from firsthand.scans.models import Scan
from tests.server.house import House
from tests.statements import statements

Named = set[tuple[str, str]]


class Scene:
    """Ana, Ben and Cas have a card of each other, and of two whom only the list knows."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ids = {name: house.person(name.title()).id for name in ("ana", "ben", "cas")}
        event = house.event(house.person("Otto"))
        self.ids |= {name: house.attendee(event, name.title()).id for name in ("dee", "eli")}
        self.card_ids = {name: new_id() for name in self.ids}
        self.house.db.write_now(self._open_every_card)

    def _open_every_card(self, session: Session) -> None:
        for owner in ("ana", "ben", "cas"):
            for other in self.ids.keys() - {owner}:
                session.add(self.card(owner, other))
        session.flush()

    def card(self, owner: str, other: str) -> Contact:
        its_id = self.card_ids[other]
        is_place = other in {"dee", "eli"}
        return Contact(
            owner_id=self.ids[owner],
            id=its_id,
            root_id=its_id,
            account_id=None if is_place else self.ids[other],
            attendee_id=self.ids[other] if is_place else None,
            in_circle=True,
        )

    def meeting(self, session: Session, owner: str, other: str, **more: Any) -> UUID:
        """It tells nobody anything by itself."""
        meeting = Meeting(
            owner_id=self.ids[owner],
            contact_id=self.card_ids[other],
            day=now().date(),
            met_at=now(),
            **{"id": new_id(), "origin": Origin.KNOWN_BEFORE, **more},
        )
        session.add(meeting)
        session.flush()
        return meeting.id

    def scan(self, session: Session, owner: str, other: str, meeting: UUID, **more: Any) -> None:
        is_place = other in {"dee", "eli"}
        session.add(
            Scan(
                owner_id=self.ids[owner],
                id=new_id(),
                meeting_id=meeting,
                contact_id=self.card_ids[other],
                wearer_account_id=None if is_place else self.ids[other],
                wearer_attendee_id=self.ids[other] if is_place else None,
                device="phone",
                **{"scanned_at": now(), "received_at": now(), "at": now(), **more},
            )
        )

    def closed_by(self, verb: Callable[[Session], Any]) -> Named:
        """Whose cards of whom were judged by it: they are not open."""
        self.house.db.write_now(verb)
        names = {its_id: name for name, its_id in self.ids.items()}
        of_card = {its_id: name for name, its_id in self.card_ids.items()}
        closed = select(Contact.owner_id, Contact.id).where(Contact.in_circle.is_(False))
        return {
            (names[owner_id], of_card[card_id])
            for owner_id, card_id in self.house.db.read_now(lambda s: s.execute(closed).all())
        }

    def asked_to_judge_joins(self) -> list[tuple[UUID, str]]:
        entries = select(OutboxEntry.subject, OutboxEntry.position).where(
            OutboxEntry.topic == SEES_ANEW
        )
        return [(a, b) for a, b in self.house.db.read_now(lambda s: s.execute(entries).all())]


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


def test_between_two_are_the_cards_that_they_have_of_each_other(scene: Scene) -> None:
    ana, ben = scene.ids["ana"], scene.ids["ben"]
    closed = scene.closed_by(lambda session: settle_between(session, ana, [ben]))
    assert closed == {("ana", "ben"), ("ben", "ana")}


def test_joins_are_judged_anew_where_a_circle_closed_and_nowhere_else(scene: Scene) -> None:
    ana, ben = scene.ids["ana"], scene.ids["ben"]
    scene.closed_by(lambda session: settle_between(session, ana, [ben]))
    both = {(ben, str(ana)), (ana, str(ben))}
    assert set(scene.asked_to_judge_joins()) == both
    scene.closed_by(lambda session: settle_between(session, ana, [ben]))
    scene.closed_by(lambda session: settle_places(session, ana, [scene.ids["dee"]]))
    assert len(scene.asked_to_judge_joins()) == 2


def test_of_a_place_it_is_the_card_of_whoever_has_it_without_an_account(scene: Scene) -> None:
    ana, dee = scene.ids["ana"], scene.ids["dee"]

    def settle(session: Session) -> None:
        known = Contact.owner_id == ana, Contact.id == scene.card_ids["ben"]
        session.execute(update(Contact).where(*known).values(attendee_id=dee))
        settle_places(session, ana, [dee])

    assert scene.closed_by(settle) == {("ana", "dee")}


def test_of_cards_it_is_these_of_these_owners(scene: Scene) -> None:
    cards = [(scene.ids["ana"], scene.card_ids["ben"]), (scene.ids["ana"], scene.card_ids["dee"])]
    closed = scene.closed_by(lambda session: settle_cards(session, cards))
    assert closed == {("ana", "ben"), ("ana", "dee")}


@pytest.mark.parametrize("settle", [settle_between, settle_places])
def test_with_nobody_there_is_nothing_to_ask(scene: Scene, settle: Callable[..., None]) -> None:
    with statements() as asked:
        scene.house.db.write_now(settle, scene.ids["ana"], [])
        scene.house.db.write_now(settle_cards, [])
    assert not [each for each in asked if "contact" in each]


def test_of_a_meeting_it_is_whoever_was_scanned_in_it_or_told_of(scene: Scene) -> None:
    """And not whom somebody else, or another day, has under the same id."""
    ana, same = scene.ids["ana"], new_id()

    def settle(session: Session) -> None:
        meeting = scene.meeting(session, "ana", "dee", id=same)
        scene.scan(session, "ana", "ben", meeting, retracted_at=now())
        another = scene.meeting(session, "ana", "eli")
        scene.scan(session, "ana", "cas", another, retracted_at=now())
        of_ben = scene.meeting(session, "ben", "eli", id=same)
        scene.scan(session, "ben", "cas", of_ben, retracted_at=now())
        of_dee = Contact.owner_id == scene.ids["ben"], Contact.id == scene.card_ids["dee"]
        session.execute(update(Contact).where(*of_dee).values(attendee_id=scene.ids["eli"]))
        settle_meeting(session, ana, same)

    assert scene.closed_by(settle) == {("ana", "ben"), ("ben", "ana"), ("ana", "dee")}


def test_of_a_place_that_was_claimed_it_is_all_that_know_the_place_or_the_account(
    scene: Scene,
) -> None:
    """And of the account's own cards those of who knows it."""
    ben, cas = scene.ids["ben"], scene.ids["cas"]

    def settle(session: Session) -> None:
        gone = Contact.owner_id == cas, Contact.id == scene.card_ids["ben"]
        session.execute(update(Contact).where(*gone).values(account_id=None))
        settle_claimed(session, scene.ids["dee"], ben)

    of_dee = {("ana", "dee"), ("ben", "dee"), ("cas", "dee")}
    assert scene.closed_by(settle) == {("ana", "ben"), ("ben", "ana")} | of_dee


def test_scans_of_a_place_that_was_claimed_are_of_the_account_and_others_are_not(
    scene: Scene,
) -> None:
    def settle(session: Session) -> None:
        meeting = scene.meeting(session, "ana", "dee")
        scene.scan(session, "ana", "dee", meeting)
        scene.scan(session, "ana", "eli", meeting)
        settle_claimed(session, scene.ids["dee"], scene.ids["ben"])

    scene.house.db.write_now(settle)
    wearers = select(Scan.wearer_account_id, Scan.wearer_attendee_id)
    scans = scene.house.db.read_now(lambda session: session.execute(wearers).all())
    assert {tuple(row) for row in scans} == {
        (scene.ids["ben"], None),
        (None, scene.ids["eli"]),
    }


def test_what_the_transaction_has_only_just_written_counts(scene: Scene) -> None:
    ana, ben = scene.ids["ana"], scene.ids["ben"]

    def settle(session: Session) -> None:
        scene.scan(session, "ana", "ben", scene.meeting(session, "ana", "ben"))
        settle_between(session, ana, [ben])

    assert scene.closed_by(settle) == set()


def test_what_somebody_else_told_under_the_same_ids_opens_nothing(scene: Scene) -> None:
    """Cas tells of a meeting on a card that has the id of the one that Ben has of Ana."""
    ana, ben = scene.ids["ana"], scene.ids["ben"]

    def settle(session: Session) -> None:
        scene.meeting(session, "cas", "ana", origin=Origin.TYPED)
        settle_between(session, ana, [ben])

    assert scene.closed_by(settle) == {("ana", "ben"), ("ben", "ana")}


@pytest.mark.parametrize("is_gone", [True, False])
def test_what_the_other_told_opens_the_card_while_it_stands(scene: Scene, is_gone: bool) -> None:
    """Hers of him, that is: by his word she is let in, and he is not."""
    ana, ben = scene.ids["ana"], scene.ids["ben"]

    def settle(session: Session) -> None:
        gone_at = now() if is_gone else None
        scene.meeting(session, "ben", "ana", origin=Origin.TYPED, gone_at=gone_at)
        settle_between(session, ana, [ben])

    still_closed = {("ana", "ben")} if is_gone else set()
    assert scene.closed_by(settle) == still_closed | {("ben", "ana")}


def test_a_badges_scan_by_somebody_else_or_of_another_opens_no_card_of_its_place(
    scene: Scene,
) -> None:
    def settle(session: Session) -> None:
        scene.scan(session, "ben", "dee", scene.meeting(session, "ben", "dee"))
        scene.scan(session, "ana", "eli", scene.meeting(session, "ana", "eli"))
        settle_places(session, scene.ids["ana"], [scene.ids["dee"], scene.ids["eli"]])

    assert scene.closed_by(settle) == {("ana", "dee")}


def test_a_badges_scan_that_was_taken_back_opens_no_card_of_its_place(scene: Scene) -> None:
    def settle(session: Session) -> None:
        meeting = scene.meeting(session, "ana", "dee")
        scene.scan(session, "ana", "dee", meeting, retracted_at=now())
        settle_places(session, scene.ids["ana"], [scene.ids["dee"]])

    assert scene.closed_by(settle) == {("ana", "dee")}


def test_names_that_were_seen_go_with_their_places_alone(scene: Scene) -> None:
    """A card of an account keeps what its owner saw: the account is not erased."""
    ana, dee = scene.ids["ana"], scene.ids["dee"]

    def forget(session: Session) -> None:
        session.execute(update(Contact).values(seen_name="As seen"))
        known = Contact.owner_id == ana, Contact.id == scene.card_ids["ben"]
        session.execute(update(Contact).where(*known).values(attendee_id=dee))
        forget_seen_names(session, Attendee.id == dee)

    scene.house.db.write_now(forget)
    seen = select(Contact.id).where(Contact.owner_id == ana, Contact.seen_name == "As seen")
    kept = scene.house.db.read_now(lambda session: session.scalars(seen).all())
    assert set(kept) == {scene.card_ids[name] for name in ("ben", "cas", "eli")}
