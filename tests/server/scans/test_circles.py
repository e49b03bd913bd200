"""What "people I meet" see is seen by whom the person met, and not by who says so alone."""

import json
import random
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block, unblock
from firsthand.accounts.models import Account
from firsthand.attendees.membership import choose_listed, claim_by_email
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact, ContactMerge
from firsthand.contacts.queries import card, full_cards
from firsthand.followups.one_person import make_one, make_two
from firsthand.handles.models import Handle
from firsthand.leaving import delete_account
from firsthand.meetings.models import Meeting, MeetingDismissal, Origin
from firsthand.meetings.queries import claims_about, dismissed_claims
from firsthand.problems import NotFound
from firsthand.scans.editing import reinstate_scan, retract_scan, undo_meeting
from firsthand.scans.keeping import (
    MeetingDraft,
    confirm_claim,
    dismiss_claim,
    keep_meeting,
    mark_known_before,
    restore_claim,
)
from firsthand.scans.models import Scan
from firsthand.ties.models import Tie
from tests.server.house import House, Person, Wearer, tie
from tests.server.taking_in.test_bringing_ways import send

# What Bea shows to each circle.
TO_MET = {"bea@private.example", "bea_of_met"}
TO_BROWSERS = {"+44 20 7946 0018", "bea_of_browsing"}
TO_NOBODY = {"Secretly Ltd", "bea_of_nobody"}
ORIGINS = ("scan", "typed", "known before", "import", "profile")
BECAME = ("live", "undone", "dismissed", "confirmed")


class Two:
    """Abel wants to see what Bea shows; both are at one event."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.abel, self.bea = house.person("Abel"), house.person("Bea", "bea@private.example")
        event = house.event(house.person("Otto"))
        self.abels = house.attendee(event, self.abel)
        handles = [("x", "bea_of_met"), ("x", "bea_of_browsing"), ("x", "bea_of_nobody")]
        self.beas = house.attendee(event, self.bea, handles=handles)
        self.do(self._choose)

    def do(self, verb: Callable[..., Any], *given: Any) -> Any:
        return self.house.db.write_now(verb, *given)

    def _choose(self, session: Session) -> None:
        bea = session.get_one(Account, self.bea.id)
        bea.email_circle, bea.phone_circle, bea.company_circle = "met", "browsing", "nobody"
        bea.phone, bea.company = "+44 20 7946 0018", "Secretly Ltd"
        for circle in ("met", "browsing", "nobody"):
            changed = update(Handle).where(Handle.name.startswith(f"bea_of_{circle}"))
            session.execute(changed.values(circle=circle))

    def meet(self, origin: str) -> None:
        """Abel's side of it."""
        if origin == "scan":
            self.house.scan(self.abel, self.beas)
        elif origin == "typed":
            self.do(keep_meeting, self.abel.id, MeetingDraft(attendee=self.beas.id))
        elif origin == "known before":
            self.do(mark_known_before, self.abel.id, [self.beas.id])
        elif origin == "profile":
            code = "https://x.com/bea_of_browsing"
            self.house.scan(self.abel, self.beas, code=code)
        else:
            self._bring_the_export_of_who_scanned()

    def _bring_the_export_of_who_scanned(self) -> None:
        carl = self.house.person("Carl")
        self.house.scan(carl, self.beas)
        export = carl.client.get("/api/v1/me/export").json()
        assert export["scan"]
        send(self.house, self.abel, json.dumps(export).encode())
        self.house.settle()
        self.do(delete_account, carl.id)

    def becomes(self, what: str) -> bool:
        """Whether this can become of it."""
        if what == "undone":
            for meeting_id in self.house.db.read_now(_meetings_of, self.abel.id):
                self.do(undo_meeting, self.abel.id, meeting_id)
        claims = self.house.db.read_now(claims_about, self.bea.id)
        if what == "dismissed":
            for claim in claims:
                self.do(dismiss_claim, self.bea.id, claim.other_id, claim.meeting_id)
            return bool(claims)
        if what == "confirmed":
            for claim in claims:
                self.do(confirm_claim, self.bea.id, claim.other_id, claim.meeting_id)
            if not claims:
                self.house.scan(self.bea, self.abels)
        return True

    def seen(self) -> str:
        """All that Abel can take or look at."""
        client = self.abel.client
        contacts = self.house.db.read_now(_contacts_of, self.abel.id)
        paths = [
            *("/people", "/api/v1/contacts.vcf", "/api/v1/contacts.csv", "/api/v1/contacts"),
            *("/api/v1/meetings", "/api/v1/me/export", "/api/v1/me/offline", "/follow-ups"),
            *("/events/seaside/recap", "/api/v1/follow-ups"),
            *(f"/people/{contact}" for contact in contacts),
            *(f"/people/{contact}/message" for contact in contacts),
            *(f"/people/{contact}/introduction" for contact in contacts),
            *(f"/people/{contact}/same" for contact in contacts),
            *(f"/api/v1/contacts/{contact}" for contact in contacts),
        ]
        return "\n".join(client.get(path).text.replace("&#43;", "+") for path in paths)

    def words(self) -> set[str]:
        seen = self.seen()
        return {word for word in TO_MET | TO_BROWSERS | TO_NOBODY if word in seen}


def _meetings_of(session: Session, owner_id: UUID) -> list[UUID]:
    live = (Meeting.owner_id == owner_id, Meeting.gone_at.is_(None))
    return list(session.scalars(select(Meeting.id).where(*live)))


def _contacts_of(session: Session, owner_id: UUID) -> list[UUID]:
    return list(session.scalars(select(Contact.id).where(Contact.owner_id == owner_id)))


@pytest.fixture
def two(house: House) -> Two:
    return Two(house)


@pytest.mark.parametrize("became", BECAME)
@pytest.mark.parametrize("origin", ORIGINS)
def test_the_circle_opens_by_a_scan_that_stands_or_by_the_others_word_alone(
    two: Two, origin: str, became: str
) -> None:
    two.meet(origin)
    if not two.becomes(became):
        assert origin in {"known before", "profile"}, "they are told of it and can say no"
        return
    lets_in = origin != "profile" and (
        became == "confirmed" or (origin == "scan" and became == "live")
    )
    of_browsers = {"bea_of_browsing"} if origin == "profile" else TO_BROWSERS
    assert two.words() == (TO_MET if lets_in else set()) | of_browsers
    # Once she is listed no more, who was not let in has nothing but what they wrote.
    two.do(choose_listed, two.bea.id, "seaside", False)
    kept = {"bea_of_browsing"} if origin == "profile" else set()
    assert two.words() == ((TO_MET | TO_BROWSERS) if lets_in else kept)


def test_a_scan_after_not_me_waits_for_their_word(two: Two) -> None:
    two.meet("scan")
    two.becomes("dismissed")
    two.house.scan(two.abel, two.beas)
    assert two.words() == TO_BROWSERS
    [claim] = two.house.db.read_now(dismissed_claims, two.bea.id)
    two.do(restore_claim, two.bea.id, claim.other_id, claim.meeting_id)
    assert two.words() == TO_MET | TO_BROWSERS


def test_a_scan_lets_the_one_who_is_scanned_see_as_much(two: Two) -> None:
    two.do(mark_known_before, two.abel.id, [two.beas.id])
    two.house.scan(two.bea, two.abels)
    assert two.words() == TO_MET | TO_BROWSERS


def test_a_merge_with_somebody_who_was_scanned_opens_nothing(two: Two) -> None:
    fay = two.house.attendee(two.house.event(two.bea, slug="other"), two.house.person("Fay"))
    of_fay = two.house.scan(two.abel, fay)["contact"]
    two.meet("known before")
    [of_bea] = [
        each for each in two.house.db.read_now(_contacts_of, two.abel.id) if str(each) != of_fay
    ]
    two.do(make_one, two.abel.id, UUID(of_fay), of_bea)
    two.house.scan(two.abel, fay, id=str(uuid4()))
    assert two.words() == TO_BROWSERS


@pytest.mark.parametrize("origin", ["typed", "known before", "import"])
def test_without_a_meeting_the_name_stays_as_it_was_seen(two: Two, origin: str) -> None:
    two.meet(origin)
    two.do(choose_listed, two.bea.id, "seaside", False)
    two.bea.client.patch("/api/v1/me", json={"name": "Beatrix Realname"})
    seen = two.seen()
    assert "Bea" in seen
    assert "Beatrix" not in seen
    two.do(choose_listed, two.bea.id, "seaside", True)
    assert "Beatrix Realname" in two.seen()


def test_a_name_that_was_seen_goes_with_the_account(two: Two) -> None:
    two.meet("known before")
    two.bea.client.request("DELETE", "/api/v1/me")
    names = two.house.db.read_now(lambda session: session.scalars(select(Contact.seen_name)).all())
    assert set(names) == {""}


def test_a_name_that_was_seen_goes_with_the_event(house: House) -> None:
    abel, olga = house.person("Abel"), house.person("Olga")
    scan = house.scan(abel, house.attendee(house.event(olga), "Fenna Wouters"))
    abel.client.put(f"/api/v1/scans/{scan['id']}/retraction")

    def names() -> list[str]:
        return house.db.read_now(lambda s: list(s.scalars(select(Contact.seen_name))))

    assert names() == ["Fenna Wouters"]
    house.db.write_now(delete_account, olga.id)
    assert names() == [""]


@pytest.mark.parametrize(("listed", "scanned"), [(True, False), (False, True), (False, False)])
def test_what_an_organiser_lists_is_seen_in_the_list_or_by_the_badge(
    house: House, listed: bool, scanned: bool
) -> None:
    abel = house.person("Abel")
    event = house.event(abel)
    house.attendee(event, abel)
    fenna = house.attendee(event, "Fenna Wouters", headline="Harbour pilot", company="Tides")
    house.db.write_now(mark_known_before, abel.id, [fenna.id])
    if scanned:
        house.scan(abel, fenna)

    def change(session: Session) -> None:
        place = session.get_one(Attendee, fenna.id)
        place.listed, place.name = listed, "Fenna de Vries"

    house.db.write_now(change)
    [person] = house.db.read_now(full_cards, abel.id, 10)
    sees = listed or scanned
    assert person.card.name == ("Fenna de Vries" if sees else "Fenna Wouters")
    assert (person.card.headline, person.card.company) == (
        ("Harbour pilot", "Tides") if sees else ("", "")
    )


def test_a_scan_made_before_the_place_was_claimed_counts_after(house: House) -> None:
    abel = house.person("Abel")
    event = house.event(abel)
    unclaimed = house.attendee(event, "Fenna", email="fenna@example.org", listed=False)
    contact = house.scan(abel, unclaimed)["contact"]
    fenna = house.person("Fenna", email="fenna@example.org")
    fenna.client.patch("/api/v1/me", json={"phone": "+31 1", "circles": {"phone": "met"}})
    house.db.write_now(claim_by_email, fenna.id)
    house.settle()
    assert house.db.read_now(card, abel.id, UUID(contact)).phone == "+31 1"
    house.db.write_now(undo_meeting, abel.id, house.db.read_now(_meetings_of, abel.id)[0])
    assert house.db.read_now(card, abel.id, UUID(contact)).phone == ""


# The flag on the card, against what all that stands in the database says of it.


def _plain(session: Session) -> dict[tuple[UUID, UUID], bool]:
    """By card, whether it is open: recomputed from the facts, one after the other."""
    scans = session.scalars(select(Scan).where(Scan.retracted_at.is_(None))).all()
    cards = session.scalars(select(Contact)).all()
    account_on = {(each.owner_id, each.id): each.account_id for each in cards}
    said_no = {(each.owner_id, each.other_id) for each in session.scalars(select(MeetingDismissal))}
    told = {
        (each.owner_id, account_on[each.owner_id, each.contact_id])
        for each in session.scalars(select(Meeting).where(Meeting.gone_at.is_(None)))
        if each.origin in {Origin.TYPED, Origin.CONFIRMED}
    }
    scanned = {(each.owner_id, each.wearer_account_id) for each in scans}
    of_place = {(each.owner_id, each.wearer_attendee_id) for each in scans}

    def is_open(each: Contact) -> bool:
        me, them = each.owner_id, each.account_id
        if them is None:
            return each.attendee_id is not None and (me, each.attendee_id) in of_place
        their_word = (them, me) in scanned | told
        return their_word or ((me, them) in scanned and (them, me) not in said_no)

    return {(each.owner_id, each.id): is_open(each) for each in cards}


def _flags(session: Session) -> dict[tuple[UUID, UUID], bool]:
    return {(each.owner_id, each.id): each.in_circle for each in session.scalars(select(Contact))}


class Acts:
    """Some people who do at random whatever changes who is in whose circle."""

    def __init__(self, house: House, chance: random.Random) -> None:
        self.house, self.chance = house, chance
        self.people = [house.person(name) for name in ("Ana", "Ben", "Cas")]
        event = house.event(house.person("Otto"))
        self.badges: list[Wearer] = [house.attendee(event, each) for each in self.people]
        self.late = "late@example.org"
        self.badges.append(house.attendee(event, "Late", email=self.late))
        self.scans: list[tuple[UUID, UUID]] = []

    def one(self) -> str:
        name = self.chance.choice(
            ["scan"] * 4
            + ["undo"] * 3
            + ["redo", "typed", "known", "unmeet", "confirm", "confirm", "dismiss", "dismiss"]
            + ["restore", "merge", "part", "block", "unblock", "claim", "leave"]
        )
        try:
            getattr(self, f"_{name}")(self.chance.choice(self.people))
        except NotFound:
            return f"{name} (nothing there)"
        return name

    def _do(self, verb: Callable[..., Any], *given: Any) -> None:
        self.house.db.write_now(verb, *given)

    def _scan(self, who: Person) -> None:
        sent = str(uuid4())
        day = self.chance.choice(["2026-11-20", "2026-11-21"])
        moment = f"{day}T10:00:00+00:00"
        badge = self.chance.choice(self.badges)
        if self.house.scan(who, badge, id=sent, scanned_at=moment)["outcome"] == "recorded":
            self.scans.append((who.id, UUID(sent)))

    def _undo(self, _: Person) -> None:
        self._do(retract_scan, *self._some(self.scans))

    def _redo(self, _: Person) -> None:
        self._do(reinstate_scan, *self._some(self.scans))

    def _typed(self, who: Person) -> None:
        self._do(keep_meeting, who.id, MeetingDraft(attendee=self.chance.choice(self.badges).id))

    def _known(self, who: Person) -> None:
        self._do(mark_known_before, who.id, [self.chance.choice(self.badges).id])

    def _unmeet(self, who: Person) -> None:
        self._do(undo_meeting, who.id, self._some(self.house.db.read_now(_meetings_of, who.id)))

    def _confirm(self, who: Person) -> None:
        claim = self._some(self.house.db.read_now(claims_about, who.id))
        self._do(confirm_claim, who.id, claim.other_id, claim.meeting_id)

    def _dismiss(self, who: Person) -> None:
        claim = self._some(self.house.db.read_now(claims_about, who.id))
        self._do(dismiss_claim, who.id, claim.other_id, claim.meeting_id)

    def _restore(self, who: Person) -> None:
        claim = self._some(self.house.db.read_now(dismissed_claims, who.id))
        self._do(restore_claim, who.id, claim.other_id, claim.meeting_id)

    def _merge(self, who: Person) -> None:
        cards = self.house.db.read_now(_contacts_of, who.id)
        self._do(make_one, who.id, self._some(cards), self._some(cards))

    def _part(self, who: Person) -> None:
        children = self.house.db.read_now(
            lambda session: session.scalars(
                select(ContactMerge.child_id).where(ContactMerge.owner_id == who.id)
            ).all()
        )
        self._do(make_two, who.id, self._some(children))

    def _block(self, who: Person) -> None:
        self._do(block, who.id, self._some([each.id for each in self.people if each is not who]))

    def _unblock(self, who: Person) -> None:
        self._do(unblock, who.id, self._some([each.id for each in self.people if each is not who]))

    def _claim(self, _: Person) -> None:
        """Whoever has no account yet comes."""
        late = self.house.person("Late", email=self.late) if self.late else None
        if late:
            self.late = ""
            self.people.append(late)
            self._do(claim_by_email, late.id)
            self.house.settle()

    def _leave(self, who: Person) -> None:
        if len(self.people) > 2 and self.chance.random() < 0.3:
            self.people.remove(who)
            self.scans = [each for each in self.scans if each[0] != who.id]
            self._do(delete_account, who.id)
            self.house.app.state.viewers.forget(who.id)

    def _some(self, among: Any) -> Any:
        if not among:
            raise NotFound
        return self.chance.choice(list(among))


@pytest.mark.parametrize("seed", range(12))
def test_the_flag_on_a_card_is_what_the_facts_say_whatever_was_done(
    house: House, seed: int
) -> None:
    acts = Acts(house, random.Random(seed))
    house.scan(acts.people[0], acts.badges[1], scanned_at="2026-11-20T10:00:00+00:00")
    done: list[str] = []
    opened = {card for card, is_open in house.db.read_now(_flags).items() if is_open}
    for _ in range(60):
        done.append(acts.one())
        flags, plain = house.db.read_now(_flags), house.db.read_now(_plain)
        assert flags == plain, done
        opened |= {card for card, is_open in flags.items() if is_open}
    assert opened


def test_a_meeting_told_by_what_came_in_lets_the_other_in(house: House) -> None:
    """As if it had been told here."""
    abel, bea, carl = house.person("Abel"), house.person("Bea"), house.person("Carl")
    event = house.event(house.person("Otto"))
    abels, beas, _ = (house.attendee(event, each) for each in (abel, bea, carl))
    house.db.write_now(mark_known_before, bea.id, [abels.id])
    house.db.write_now(keep_meeting, carl.id, MeetingDraft(attendee=beas.id))
    export = carl.client.get("/api/v1/me/export").json()
    send(house, abel, json.dumps(export).encode())
    house.settle()
    (claim,) = (each for each in house.db.read_now(claims_about, bea.id) if each.name == "Abel")
    assert claim.day
    assert house.db.read_now(_flags) == house.db.read_now(_plain)


def test_yes_to_one_of_two_accounts_that_are_joined_is_a_word_to_that_one(house: House) -> None:
    ana, also_ana, bea = house.person("Ana"), house.person("Also Ana"), house.person("Bea")
    event = house.event(house.person("Otto"))
    worn = {each.id: house.attendee(event, each) for each in (ana, also_ana, bea)}
    known = [worn[ana.id].id, worn[also_ana.id].id]
    house.db.write_now(mark_known_before, bea.id, known)
    house.db.write_now(make_one, bea.id, *house.db.read_now(_contacts_of, bea.id))
    for each in (ana, also_ana):
        house.db.write_now(mark_known_before, each.id, [worn[bea.id].id])
    told = house.db.write_now(keep_meeting, also_ana.id, MeetingDraft(attendee=worn[bea.id].id))
    house.db.write_now(confirm_claim, bea.id, also_ana.id, told)
    mine = also_ana.client.get("/api/v1/meetings").json()["items"]
    assert [each["confirmed"] for each in mine if each["id"] == str(told)] == [True]
    assert house.db.read_now(claims_about, ana.id) == []
    assert house.db.read_now(_flags) == house.db.read_now(_plain)
    assert len(bea.client.get("/api/v1/contacts").json()["items"]) == 1


def test_a_scan_of_one_of_two_accounts_that_are_joined_is_told_to_that_one(house: House) -> None:
    ana, also_ana, bea = house.person("Ana"), house.person("Also Ana"), house.person("Bea")
    event = house.event(house.person("Otto"))
    worn = [house.attendee(event, each) for each in (ana, also_ana)]
    house.attendee(event, bea)
    house.db.write_now(mark_known_before, bea.id, [each.id for each in worn])
    house.db.write_now(make_one, bea.id, *house.db.read_now(_contacts_of, bea.id))
    scanned = [house.scan(bea, each) for each in worn]
    (item,) = bea.client.get("/api/v1/contacts").json()["items"]
    assert {each["contact"] for each in scanned} == {item["id"]}
    assert item["stage"] == "met-again"
    for each in (ana, also_ana):
        assert len(house.db.read_now(claims_about, each.id)) == 1


def test_a_tie_that_stood_on_a_card_before_the_rule_is_taken_off_by_the_schemas_step(
    house: House,
) -> None:
    abel, bea = house.person("Abel"), house.person("Bea")
    event = house.event(house.person("Otto"))
    house.attendee(event, abel)
    beas = house.attendee(event, bea, handles=[("x", "bea_of_met")])
    house.db.write_now(_for_people_met)
    house.ties(abel, tie("bea_of_met"))
    house.db.write_now(mark_known_before, abel.id, [beas.id])
    (contact,) = house.db.read_now(_contacts_of, abel.id)
    step = import_module("firsthand.migrations.versions.0022_ties_on_cards_are_judged_anew")

    def as_it_was(session: Session) -> None:
        session.execute(update(Tie).where(Tie.owner_id == abel.id).values(contact_id=contact))
        with Operations.context(MigrationContext.configure(session.connection())):
            step.upgrade()

    house.db.write_now(as_it_was)
    assert "You follow them on X" in abel.client.get(f"/people/{contact}").text
    house.settle()
    assert "You follow them on X" not in abel.client.get(f"/people/{contact}").text


def _for_people_met(session: Session) -> None:
    session.execute(update(Handle).values(circle="met"))
