"""A card's name and fields, as its person, the organiser's list and blocks change around it."""

from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.accounts.faces import keep_face
from firsthand.accounts.models import Account
from firsthand.attendees.membership import choose_listed, claim_by_email
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact
from firsthand.contacts.queries import FullCard, card, cards
from firsthand.handles.models import Handle
from firsthand.scans.keeping import mark_known_before
from tests.server.house import House, Person, Wearer
from tests.statements import statements


class Scene:
    """Ana and Bea are at an event, with Fenna, whom only the list knows."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ana, self.bea = house.person("Ana"), house.person("Bea", "bea@example.org")
        self.event = house.event(house.person("Olga"), timezone="UTC")
        house.attendee(self.event, self.ana)
        self.beas = house.attendee(self.event, self.bea)
        self.fenna = house.attendee(
            self.event, "Fenna", email="fenna@example.org", headline="Harbour pilot"
        )

    def scan(self, wearer: Wearer) -> UUID:
        return UUID(self.house.scan(self.ana, wearer)["contact"])

    def undo(self) -> None:
        for meeting in self.ana.client.get("/api/v1/meetings").json()["items"]:
            where = f"/people/{meeting['contact']['id']}/meetings/{meeting['id']}/retraction"
            assert self.ana.client.put(where).status_code < 400

    def know(self, wearer: Wearer) -> UUID:
        self.house.db.write_now(mark_known_before, self.ana.id, [wearer.id])
        (found,) = self.house.db.read_now(
            lambda session: session.scalars(
                select(Contact.id).where(
                    Contact.owner_id == self.ana.id, Contact.attendee_id == wearer.id
                )
            ).all()
        )
        return found

    def list(self, listed: bool) -> None:
        self.house.db.write_now(choose_listed, self.bea.id, "seaside", listed)

    def card(self, contact: UUID) -> FullCard:
        return self.house.db.read_now(card, self.ana.id, contact)

    def names(self) -> set[str]:
        """In the list of people."""
        found = self.house.db.read_now(lambda session: cards(session, self.ana.id, limit=50))
        return {each.name for each in found}


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


def test_a_block_hides_nobody_whom_the_list_alone_knows(scene: Scene) -> None:
    scene.scan(scene.beas)
    fenna = scene.scan(scene.fenna)
    scene.house.db.write_now(block, scene.ana.id, scene.bea.id)
    assert scene.names() == {"Fenna"}
    assert scene.card(fenna).card.headline == "Harbour pilot"


def test_who_is_let_in_sees_the_name_as_it_is_now_of_who_is_not_listed(scene: Scene) -> None:
    bea = scene.scan(scene.beas)
    scene.list(False)
    scene.bea.client.patch("/api/v1/me", json={"name": "Beatrix"})
    assert scene.card(bea).card.name == "Beatrix"
    assert scene.names() == {"Beatrix"}


def test_what_was_seen_stays_where_the_place_is_gone_but_the_account_is_not(scene: Scene) -> None:
    bea = scene.know(scene.beas)
    scene.list(False)
    gone = delete(Attendee).where(Attendee.id == scene.beas.id)
    scene.house.db.write_now(lambda session: session.execute(gone) and None)
    assert scene.card(bea).card.name == "Bea"


def test_who_is_at_none_of_their_events_sees_nothing_that_is_for_those_who_browse(
    scene: Scene,
) -> None:
    """The scan that had let them in was taken back."""
    phone = {"phone": "+44 1 234", "circles": {"phone": "browsing"}}
    scene.bea.client.patch("/api/v1/me", json=phone)
    bea = scene.scan(scene.beas)
    scene.undo()
    assert scene.card(bea).phone == "+44 1 234"
    gone = delete(Attendee).where(Attendee.account_id == scene.ana.id)
    scene.house.db.write_now(lambda session: session.execute(gone) and None)
    assert scene.card(bea).phone == ""


def test_a_place_that_was_claimed_shows_the_lists_words_no_more(scene: Scene) -> None:
    """Its name does until the card is told whose it is, for it has been seen."""
    fenna = scene.scan(scene.fenna)
    assert scene.card(fenna).card.headline == "Harbour pilot"
    account = scene.house.person("Fenna W", "fenna@example.org")
    scene.house.db.write_now(claim_by_email, account.id)
    emptied = update(Account).where(Account.id == account.id).values(headline="")
    scene.house.db.write_now(lambda session: session.execute(emptied) and None)
    told = scene.card(fenna).card
    assert (told.name, told.headline) == ("Fenna", "")
    scene.house.settle()
    told = scene.card(fenna).card
    assert (told.name, told.headline) == ("Fenna W", "")


def test_a_card_is_listed_while_a_meeting_or_the_owners_own_words_hold_it_up(
    scene: Scene,
) -> None:
    bea, _ = scene.scan(scene.beas), scene.scan(scene.fenna)
    scene.ana.client.patch(f"/people/{bea}", data={"note": "Row seven"})
    assert scene.names() == {"Bea", "Fenna"}
    scene.undo()
    assert scene.names() == {"Bea"}


def test_handles_of_who_is_not_listed_are_on_no_card(scene: Scene) -> None:
    gil = scene.house.attendee(scene.event, "Gil", listed=False, handles=[("x", "gil_the_gull")])
    hal = scene.house.attendee(scene.event, "Hal", handles=[("x", "hal_the_heron")])
    assert [h.name for h in scene.card(scene.scan(hal)).card.handles] == ["hal_the_heron"]
    assert scene.card(scene.scan(gil)).card.handles == []


def test_a_card_says_which_handles_were_proven(scene: Scene) -> None:
    for name in ("@proven", "@claimed"):
        scene.bea.client.post("/me/handles", data={"handle": name, "network": "x"})

    def prove(session: Session) -> None:
        session.execute(
            update(Handle).where(Handle.name == "proven").values(verified_at=Handle.created_at)
        )

    scene.house.db.write_now(prove)
    contact = scene.scan(scene.beas)
    told = scene.ana.client.get(f"/api/v1/contacts/{contact}").json()["handles"]
    assert {each["name"]: each["verified"] for each in told} == {"proven": True, "claimed": False}


def test_who_knows_nobody_has_nothing_asked_of_handles(scene: Scene) -> None:
    with statements() as asked:
        assert scene.names() == set()
    assert asked
    assert not [each for each in asked if "contact_handle" in each]


def kept(scene: Scene, who: Person, name: str) -> str:
    """A card of somebody else with a profile's address."""
    strange = Wearer(scene.fenna.id, "", "", f"https://x.com/{name}")
    contact: str = scene.house.scan(who, strange)["contact"]
    return contact


def test_each_card_has_the_handles_that_are_its_own(scene: Scene) -> None:
    """Kept by the owner, shown by the account, or on the list."""
    cleo = scene.house.person("Cleo")
    for worn in (
        scene.house.attendee(scene.event, "Lena", handles=[("x", "of_lena")]),
        scene.house.attendee(scene.event, "Gil", handles=[("x", "of_gil")]),
        scene.house.attendee(scene.event, cleo, handles=[("x", "of_cleo")]),
    ):
        scene.scan(worn)
    for name in ("one_gull", "another_gull"):
        kept(scene, scene.ana, name)
    found = scene.house.db.read_now(lambda session: cards(session, scene.ana.id, limit=50))
    assert sorted([handle.name for handle in each.handles] for each in found) == [
        ["another_gull"],
        ["of_cleo"],
        ["of_gil"],
        ["of_lena"],
        ["one_gull"],
    ]


def test_a_handle_is_on_no_card_of_who_may_not_see_it(scene: Scene) -> None:
    scene.bea.client.post("/me/handles", data={"handle": "@of_bea", "network": "x"})
    bea = scene.scan(scene.beas)
    assert [each.name for each in scene.card(bea).card.handles] == ["of_bea"]
    handle = scene.bea.client.get("/api/v1/me").json()["handles"][0]["id"]
    scene.bea.client.patch(f"/me/handles/{handle}", data={"circle": "nobody"})
    assert scene.card(bea).card.handles == []
    scene.bea.client.patch(f"/me/handles/{handle}", data={"circle": "met"})
    scene.house.db.write_now(block, scene.bea.id, scene.ana.id)
    assert scene.card(bea).card.handles == []


def test_who_blocks_is_on_a_card_as_if_they_had_left(scene: Scene) -> None:
    scene.bea.client.patch("/api/v1/me", json={"headline": "Baker"})
    bea = scene.scan(scene.beas)
    told = scene.card(bea).card
    assert (told.name, told.headline) == ("Bea", "Baker")
    scene.house.db.write_now(block, scene.bea.id, scene.ana.id)
    told = scene.card(bea).card
    assert (told.name, told.headline) == ("Unknown", "")
    assert scene.names() == {"Unknown"}


def test_each_circle_sees_its_fields_on_a_card_and_no_others(scene: Scene) -> None:
    """Ana is at the event, where she and Fenna are listed; Bea is or is not."""
    shown = {"phone": "+44 1 234", "company": "Tides", "headline": "Baker"}
    circles = {"phone": "browsing", "company": "met", "headline": "nobody"}
    scene.bea.client.patch("/api/v1/me", json={**shown, "circles": circles})
    bea = scene.know(scene.beas)

    def seen() -> tuple[str, str, str]:
        told = scene.card(bea)
        return told.phone, told.card.company, told.card.headline

    assert seen() == ("+44 1 234", "", "")
    scene.list(False)
    assert seen() == ("", "", "")
    scene.scan(scene.beas)
    assert seen() == ("+44 1 234", "Tides", "")


def test_a_name_of_the_list_alone_is_seen_in_the_list_or_by_the_badge(scene: Scene) -> None:
    """Else it stays as it was seen, without anything else that the list says."""
    fenna = scene.know(scene.fenna)

    def seen_once(listed: bool, name: str) -> tuple[str, str]:
        changed = update(Attendee).where(Attendee.id == scene.fenna.id)
        changed = changed.values(listed=listed, name=name)
        scene.house.db.write_now(lambda session: session.execute(changed) and None)
        told = scene.card(fenna).card
        return told.name, told.headline

    assert seen_once(True, "Fenna V.") == ("Fenna V.", "Harbour pilot")
    assert seen_once(False, "Fenna de Vries") == ("Fenna", "")
    scene.scan(scene.fenna)
    assert seen_once(False, "Fenna Wouters") == ("Fenna Wouters", "Harbour pilot")


def test_who_is_listed_is_called_as_they_call_themselves_now(scene: Scene) -> None:
    bea = scene.know(scene.beas)
    scene.bea.client.patch("/api/v1/me", json={"name": "Beatrix"})
    assert scene.card(bea).card.name == "Beatrix"
    scene.list(False)
    assert scene.card(bea).card.name == "Bea"


def test_a_picture_is_on_the_card_of_who_was_met(scene: Scene) -> None:
    mark = scene.house.db.write_now(keep_face, scene.bea.id, b"a picture").face
    bea = scene.know(scene.beas)
    assert scene.card(bea).card.face == ""
    scene.scan(scene.beas)
    assert scene.card(bea).card.face == mark
    assert scene.card(scene.scan(scene.fenna)).card.face == ""
