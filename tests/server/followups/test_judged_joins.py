"""What is hidden takes back just what it had joined: nothing of another's, nothing still shown."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block, unblock
from firsthand.attendees.membership import claim_by_email
from firsthand.followups.shown_handles import judge_joins_of_one
from firsthand.handles.keeping import show_handle_to
from firsthand.handles.networks import Network
from firsthand.meetings.queries import claims_about
from firsthand.scans.keeping import dismiss_claim, mark_known_before
from firsthand.ties.kinds import FoundHandle, FoundPerson
from firsthand.ties.models import Tie
from tests.server.contacts.test_one_person import people, prove, scan_code
from tests.server.house import House, Person, Wearer, tie

ADDRESS, NUMBER = "bea@example.org", "+44 20 7946 0018"


class Scene:
    """Ana scanned Bea, who shows her handle, her address and her number to people she met."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ana, self.bea = house.person("Ana"), house.person("Bea", ADDRESS)
        self.event = house.event(house.person("Olga"), timezone="UTC")
        self.anas = house.attendee(self.event, self.ana)
        self.badge = house.attendee(self.event, self.bea, handles=[("x", "@owl")])
        self.change(phone=NUMBER, circles={"email": "met", "phone": "met"})
        self.show_to("met", self.bea)
        self.contact: str = house.scan(self.ana, self.badge)["contact"]
        house.settle()

    def change(self, who: Person | None = None, **fields: object) -> None:
        answer = (who or self.bea).client.patch("/api/v1/me", json=fields)
        assert answer.status_code == 200, answer.text
        self.house.settle()

    def show_to(self, circle: str, who: Person, number: int = 0) -> None:
        handle = who.client.get("/api/v1/me").json()["handles"][number]["id"]
        who.client.patch(f"/me/handles/{handle}", data={"circle": circle})
        self.house.settle()

    def typed(self, who: Person | None = None, **fields: str) -> str:
        """Another card, by a meeting of a name, with more that was typed on it."""
        owner = (who or self.ana).client
        made = owner.post("/api/v1/meetings", json={"name": "Somebody"})
        contact: str = made.json()["contact"]["id"]
        assert owner.patch(f"/people/{contact}", data=fields).status_code == 303
        return contact

    def join(self, one: str, other: str, who: Person | None = None) -> None:
        joined = (who or self.ana).client.post(f"/people/{one}/same", data={"other": other})
        assert joined.status_code == 303, joined.text

    def reasons(self, who: Person | None = None) -> set[tuple[str, str]]:
        told = (who or self.ana).client.get("/api/v1/me/export").json()
        return {(merge["evidence"], merge["detail"]) for merge in told["contact_merge"]}

    def somebody_else(self, name: str, handle: str) -> Wearer:
        self.other = self.house.person(name)
        return self.house.attendee(self.event, self.other, handles=[("x", handle)])

    def another_owner(self) -> tuple[Person, str]:
        """Who scanned Bea as well; with the card."""
        carl = self.house.person("Carl")
        self.house.attendee(self.event, carl)
        contact = self.house.scan(carl, self.badge)["contact"]
        self.house.settle()
        return carl, contact

    def say_not_me(self) -> None:
        """To Ana, who is let in no more."""
        for claim in self.house.db.read_now(claims_about, self.bea.id):
            if claim.other_id == self.ana.id:
                given = (self.bea.id, self.ana.id, claim.meeting_id)
                self.house.db.write_now(dismiss_claim, *given)
        self.house.settle()


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


FIELDS = pytest.mark.parametrize(
    ("field", "value", "other"),
    [("email", ADDRESS, "phone"), ("phone", NUMBER, "email")],
)
SAID = {("owner", "")}


@FIELDS
def test_an_address_or_a_number_that_is_hidden_speaks_for_nothing_any_more(
    scene: Scene, field: str, value: str, other: str
) -> None:
    scene.join(scene.contact, scene.typed(scene.ana, **{field: value}))
    assert scene.reasons() == {(field, value)}
    scene.change(circles={other: "nobody"})
    assert scene.reasons() == {(field, value)}, "that is still shown"
    scene.change(circles={field: "nobody"})
    assert scene.reasons() == SAID


@FIELDS
def test_nor_does_it_to_who_is_blocked(scene: Scene, field: str, value: str, other: str) -> None:
    scene.join(scene.contact, scene.typed(scene.ana, **{field: value}))
    scene.house.db.write_now(block, scene.bea.id, scene.ana.id)
    scene.house.settle()
    assert scene.reasons() == SAID


def test_a_handle_that_joined_two_cards_speaks_for_it_to_nobody_who_is_blocked(
    scene: Scene,
) -> None:
    scene.join(scan_code(scene.ana, "https://x.com/owl"), scene.contact)
    assert scene.reasons() == {("handle", "x:owl")}
    scene.house.db.write_now(block, scene.bea.id, scene.ana.id)
    scene.house.settle()
    assert scene.reasons() == SAID


def test_what_another_owner_may_still_see_says_nothing_to_who_may_not(scene: Scene) -> None:
    """And the other way round: Carl and his card of Bea are as before."""
    carl, of_carl = scene.another_owner()
    for who, contact in ((scene.ana, scene.contact), (carl, of_carl)):
        scene.join(scan_code(who, "https://x.com/owl"), contact, who)
        scene.join(scene.typed(who, email=ADDRESS), contact, who)
    both = {("handle", "x:owl"), ("email", ADDRESS)}
    scene.say_not_me()
    assert (scene.reasons(), scene.reasons(carl)) == (SAID, both)
    scene.show_to("browsing", scene.bea)
    assert scene.reasons(carl) == both


def test_a_card_of_somebody_who_lets_in_or_does_not_says_nothing_of_the_others(
    scene: Scene,
) -> None:
    """Neither opens what Bea keeps from Ana, nor takes what Bea shows."""
    closed = scene.somebody_else("Dora", "@heron")
    scene.house.db.write_now(mark_known_before, scene.ana.id, [closed.id])
    scene.house.scan(scene.ana, scene.somebody_else("Cleo", "@robin"))
    scene.join(scan_code(scene.ana, "https://x.com/owl"), scene.contact)
    scene.join(scene.typed(email=ADDRESS), scene.contact)
    scene.change(circles={"headline": "nobody"})
    assert scene.reasons() == {("handle", "x:owl"), ("email", ADDRESS)}
    scene.say_not_me()
    assert scene.reasons() == SAID


def test_a_name_that_somebody_else_claims_and_shows_says_nothing_of_a_hidden_one(
    scene: Scene,
) -> None:
    """Nor does another name of one's own."""
    scene.bea.client.post("/me/handles", data={"handle": "@robin", "network": "x"})
    scene.house.scan(scene.ana, scene.somebody_else("Cleo", "@owl"))
    scene.join(scan_code(scene.ana, "https://x.com/owl"), scene.contact)
    scene.show_to("nobody", scene.bea)
    assert scene.reasons() == SAID


def test_a_number_that_somebody_else_hides_says_nothing_of_a_shown_one(scene: Scene) -> None:
    scene.house.scan(scene.ana, scene.somebody_else("Cleo", "@robin"))
    scene.change(scene.other, phone=NUMBER, circles={"phone": "nobody"})
    scene.join(scene.contact, scene.typed(phone=NUMBER))
    scene.change(circles={"headline": "nobody"})
    assert scene.reasons() == {("phone", NUMBER)}


def test_a_hidden_handle_leaves_why_cards_of_others_are_one(scene: Scene) -> None:
    cleo = scene.house.scan(scene.ana, scene.somebody_else("Cleo", "@robin"))["contact"]
    scene.house.settle()
    scene.join(scan_code(scene.ana, "https://x.com/robin"), cleo)
    scene.show_to("nobody", scene.bea)
    assert scene.reasons() == {("handle", "x:robin")}


def test_another_hidden_handle_leaves_what_a_shown_one_joined(scene: Scene) -> None:
    scene.bea.client.post("/me/handles", data={"handle": "@robin", "network": "x"})
    scene.join(scan_code(scene.ana, "https://x.com/owl"), scene.contact)
    scene.show_to("nobody", scene.bea, 1)
    assert scene.reasons() == {("handle", "x:owl")}


def test_an_address_of_two_typed_cards_is_none_that_somebody_hides(scene: Scene) -> None:
    """Both cards were joined to hers since."""
    one, other = (scene.typed(email="elsewhere@example.org") for _ in range(2))
    scene.join(one, other)
    scene.join(one, scene.contact)
    scene.change(circles={"email": "nobody"})
    assert ("email", "elsewhere@example.org") in scene.reasons()


def test_what_an_export_says_of_two_cards_is_no_handle_that_can_be_hidden(scene: Scene) -> None:
    handle = FoundHandle(Network.LINKEDIN, "bea-w")
    both = FoundPerson("Bea", emails=[ADDRESS], handles=[handle])
    code = scan_code(scene.ana, "https://www.linkedin.com/in/bea-w/")
    scene.house.ties(scene.ana, people=[both])
    scene.join(code, scene.contact)
    assert scene.reasons() == {("export", "x")}
    scene.show_to("nobody", scene.bea)
    assert scene.reasons() == {("export", "x")}


def test_cards_that_an_account_made_one_stay_so_whatever_it_hides(house: House) -> None:
    """It has no number: nothing is what it hides, and nothing what the joining names."""
    ana = house.person("Ana")
    event, other = house.event(ana, timezone="UTC"), house.event(ana, slug="other")
    late = house.attendee(event, "B. Late", email=ADDRESS)
    by_list = house.scan(ana, late)["contact"]
    bea = house.person("Bea", ADDRESS)
    by_badge = house.scan(ana, house.attendee(other, bea))["contact"]
    assert by_list != by_badge
    house.db.write_now(claim_by_email, bea.id)
    house.settle()
    assert people(ana) == ["Bea"]
    bea.client.patch("/api/v1/me", json={"circles": {"phone": "met"}})
    bea.client.patch("/api/v1/me", json={"circles": {"phone": "nobody"}})
    house.settle()
    assert people(ana) == ["Bea"]


def test_of_one_owner_no_card_of_another_is_judged(scene: Scene) -> None:
    """Only the owner whose cards are judged holds still meanwhile."""
    carl, _ = scene.another_owner()
    for who in (scene.ana, carl):
        scene.house.ties(who, tie("owl"))
    scene.show_to("browsing", scene.bea)

    def hide_and_judge(session: Session) -> set[UUID]:
        handle = scene.bea.client.get("/api/v1/me").json()["handles"][0]["id"]
        show_handle_to(session, scene.bea.id, UUID(handle), "nobody")
        judge_joins_of_one(session, scene.bea.id, str(scene.ana.id))
        on_cards = select(Tie.owner_id).where(Tie.contact_id.is_not(None))
        return set(session.scalars(on_cards))

    assert scene.house.db.write_now(hide_and_judge) == {carl.id}


def test_cards_that_a_proof_joined_part_by_a_block_and_are_one_again_without_it(
    scene: Scene,
) -> None:
    prove(scene.house, scene.bea, "owl")
    scan_code(scene.ana, "https://x.com/owl")
    scene.house.settle()
    prove(scene.house, scene.bea, "owl")
    assert scene.reasons() == {("proven-handle", "x:owl")}
    scene.house.db.write_now(block, scene.bea.id, scene.ana.id)
    scene.house.settle()
    assert scene.reasons() == set()
    scene.house.db.write_now(unblock, scene.bea.id, scene.ana.id)
    scene.house.settle()
    assert scene.reasons() == {("proven-handle", "x:owl")}


def test_shown_again_it_is_on_the_card_of_whose_it_is_alone(scene: Scene) -> None:
    other = scene.typed(note="Somebody quite different")
    cleo = scene.house.scan(scene.ana, scene.somebody_else("Cleo", "@robin"))["contact"]
    scene.house.settle()
    scene.house.ties(scene.ana, tie("owl"), tie("robin"))
    scene.show_to("nobody", scene.bea)
    scene.show_to("browsing", scene.bea)

    def on_cards() -> dict[str | None, UUID | None]:
        ties = select(Tie.name, Tie.contact_id)
        return dict(scene.house.db.read_now(lambda s: s.execute(ties).all()))

    assert on_cards() == {"owl": UUID(scene.contact), "robin": None}
    assert "You follow them on X" not in scene.ana.client.get(f"/people/{other}").text
    scene.show_to("met", scene.other)
    assert on_cards() == {"owl": UUID(scene.contact), "robin": UUID(cleo)}
