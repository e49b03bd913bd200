"""Whom an identity elsewhere is linked with, what was offered to whom, and until when."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import AccountAct, Act
from firsthand.attendees.entering import Device
from firsthand.db import now
from firsthand.handles.keeping import MOST_HANDLES, add_handle, handles_of
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.handles.parsing import ParsedHandle
from firsthand.problems import Conflict, NotFound
from firsthand.sign_in_elsewhere.identity import Identity
from firsthand.sign_in_elsewhere.linking import (
    OFFER_LASTS,
    Offer,
    accept_offer,
    identities_of,
    link,
    offered,
    sign_in_with,
    unlink,
)
from firsthand.sign_in_elsewhere.models import OfferedLink
from tests.server.house import House, Person

GITHUB = Identity(
    "github",
    "https://github.com",
    "583231",
    "ana-there",
    "ana@example.org",
    ParsedHandle(Network.GITHUB, "ana-there"),
)
GOOGLE = Identity("google", "https://accounts.google.com", "1", "Ana", "ana@example.org")
BROWSER = "a browser"


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana", "ana@example.org")


def enter(house: House, identity: Identity, browser: str = BROWSER) -> str | Offer:
    return house.db.write_now(sign_in_with, identity, browser, Device())


def linked(house: House, person: Person, identity: Identity) -> str | None:
    return house.db.write_now(link, person.id, identity)


def linked_ones(house: House, person: Person) -> dict[str, UUID]:
    """By provider."""
    return {each.provider: each.id for each in house.db.read_now(identities_of, person.id)}


def offer_of(house: House, person: Person, browser: str = BROWSER) -> OfferedLink | None:
    return house.db.read_now(offered, person.id, browser)


def handles(house: House, person: Person) -> dict[str, bool]:
    """By name, and whether it is proven."""
    found = house.db.read_now(handles_of, person.id)
    return {each.name: each.verified_at is not None for each in found}


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("firsthand.sign_in_elsewhere.linking.now", lambda: moment)


# -- whose it is


def test_an_equal_number_at_another_provider_is_somebody_else(house: House, ana: Person) -> None:
    eve = house.person("Eve")
    assert linked(house, ana, GOOGLE) == "Google"
    for other in (
        replace(GOOGLE, provider="openid"),
        replace(GOOGLE, issuer="https://login.example"),
        replace(GOOGLE, subject="2"),
    ):
        assert linked(house, eve, other) == other.provider.capitalize()
    with pytest.raises(Conflict, match=r"^Ana signs another account in here"):
        linked(house, eve, GOOGLE)


def test_what_has_no_name_and_is_anothers_is_told_of_in_words(house: House, ana: Person) -> None:
    nameless = replace(GOOGLE, name="")
    linked(house, ana, nameless)
    with pytest.raises(Conflict, match=r"^That account signs another account in here"):
        linked(house, house.person("Eve"), nameless)


def test_one_of_two_is_unlinked_and_the_other_still_signs_in(house: House, ana: Person) -> None:
    linked(house, ana, GOOGLE)
    linked(house, ana, GITHUB)
    ids = linked_ones(house, ana)
    assert house.db.write_now(unlink, ana.id, ids["google"]) == "Google"
    assert linked_ones(house, ana) == {"github": ids["github"]}
    assert handles(house, ana) == {"ana-there": True}
    assert isinstance(enter(house, GITHUB), str)
    assert isinstance(enter(house, GOOGLE), Offer)
    with pytest.raises(NotFound):
        house.db.write_now(unlink, ana.id, ids["google"])


def test_the_log_says_what_was_linked_and_unlinked(house: House, ana: Person) -> None:
    linked(house, ana, GOOGLE)
    assert linked(house, ana, GOOGLE) is None
    house.db.write_now(unlink, ana.id, linked_ones(house, ana)["google"])

    def told(session: Session) -> list[tuple[str, str]]:
        rows = session.scalars(select(AccountAct).order_by(AccountAct.id))
        acts = {Act.IDENTITY_LINKED, Act.IDENTITY_UNLINKED}
        return [(row.act, row.detail) for row in rows if row.act in acts]

    assert house.db.read_now(told) == [
        (Act.IDENTITY_LINKED, "Google"),
        (Act.IDENTITY_UNLINKED, "Google"),
    ]


def test_linking_again_heeds_a_new_name_there(house: House, ana: Person) -> None:
    linked(house, ana, GOOGLE)
    assert linked(house, ana, replace(GOOGLE, name="Ana Lima")) is None
    assert [each.name for each in house.db.read_now(identities_of, ana.id)] == ["Ana Lima"]


# -- what was offered


def test_an_accepted_offer_proves_the_handle_as_linking_does(house: House, ana: Person) -> None:
    assert enter(house, GITHUB) == Offer(ana.email)
    assert house.db.write_now(accept_offer, ana.id, BROWSER) == "Github"
    assert handles(house, ana) == {"ana-there": True}
    assert offer_of(house, ana) is None


def test_an_offer_without_a_handle_links_without_one(house: House, ana: Person) -> None:
    enter(house, GOOGLE)
    assert house.db.write_now(accept_offer, ana.id, BROWSER) == "Google"
    assert handles(house, ana) == {}


def test_the_last_offer_to_a_browser_counts_and_other_browsers_keep_theirs(
    house: House, ana: Person
) -> None:
    enter(house, GITHUB, "another browser")
    for identity in (GITHUB, GOOGLE):
        enter(house, identity)
    found = [offer_of(house, ana, browser) for browser in (BROWSER, "another browser")]
    assert [each and each.provider for each in found] == ["google", "github"]


def test_an_offer_stands_until_its_half_an_hour_is_over(
    house: House, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    at(monkeypatch, begun)
    enter(house, GITHUB)
    at(monkeypatch, begun + OFFER_LASTS - timedelta(microseconds=1))
    assert offer_of(house, ana)
    at(monkeypatch, begun + OFFER_LASTS)
    assert offer_of(house, ana) is None
    with pytest.raises(NotFound):
        house.db.write_now(accept_offer, ana.id, BROWSER)


def test_offers_that_have_ended_are_swept_away_with_the_next(house: House, ana: Person) -> None:
    enter(house, GITHUB, "another browser")
    past = update(OfferedLink).values(expires_at=now() - timedelta(seconds=1))
    house.db.write_now(lambda session: session.execute(past))
    enter(house, GITHUB)
    assert len(house.db.read_now(lambda s: s.scalars(select(OfferedLink)).all())) == 1


# -- what it proves


def proven_since(house: House) -> datetime | None:
    return house.db.read_now(lambda s: s.scalars(select(Handle.verified_at)).one())


def test_signing_in_again_by_the_same_name_leaves_since_when_it_is_proven(
    house: House, ana: Person
) -> None:
    linked(house, ana, GITHUB)
    since = proven_since(house)
    enter(house, replace(GITHUB, handle=ParsedHandle(Network.GITHUB, "Ana-There")))
    assert proven_since(house) == since is not None


def test_who_is_called_there_what_is_no_handle_signs_in_all_the_same(
    house: House, ana: Person
) -> None:
    linked(house, ana, GITHUB)
    assert isinstance(enter(house, replace(GITHUB, handle=None)), str)
    assert handles(house, ana) == {"ana-there": True}


def test_who_has_as_many_handles_as_one_may_links_without_another(
    house: House, ana: Person
) -> None:
    def fill(session: Session) -> None:
        for number in range(MOST_HANDLES):
            add_handle(session, ana.id, f"@ana{number}", "x")

    house.db.write_now(fill)
    assert linked(house, ana, GITHUB) == "Github"
    assert len(handles(house, ana)) == MOST_HANDLES
    assert isinstance(enter(house, GITHUB), str)
    ids = linked_ones(house, ana)
    assert house.db.write_now(unlink, ana.id, ids["github"]) == "Github"


def test_only_github_tells_a_number_that_archives_know_people_by(house: House, ana: Person) -> None:
    linked(house, ana, GITHUB)
    mastodon = ParsedHandle(Network.MASTODON, "ana@social.example")
    linked(house, ana, Identity("mastodon", "https://social.example", "109", "", handle=mastodon))
    found = {each.network: each.stable_id for each in house.db.read_now(handles_of, ana.id)}
    assert found == {"github": "583231", "mastodon": None}
