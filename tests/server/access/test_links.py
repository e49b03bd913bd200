"""What a secret in an address opens is of whoever made it, whoever else is signed in."""

import re
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.signing_in import make_link_token
from firsthand.accounts.tokens import add_address_book, add_feed
from firsthand.events.models import Event
from firsthand.handles.keeping import add_handle
from firsthand.organising.removal_links import address_hash, removal_key, removal_token
from firsthand.proofs.proving import ask as ask_for_proof
from firsthand.proofs.proving import proof_code
from firsthand.reminders.unsubscribing import unsubscribe_token
from tests.server.access.case import SECRET, Case
from tests.server.access.damage import damage, every_row, rows_of
from tests.server.access.matrix import MATRIX, About

Links = dict[str, str]
# These tell Ana's own: that is what she made them for.
_OWN = {"/feeds/{secret}/contacts.csv", "/feeds/{secret}/contacts.vcf"}
_OWN |= {"/feeds/{secret}/follow-ups.ics"}


@pytest.fixture
def links(case: Case) -> Links:
    """Each address with a secret, whose secret is Ana's or of somebody on the list."""
    house, ana = case.house, case.owner
    event = house.db.read_now(_event, case.ids["slug"])
    key = removal_key(house.settings.code_secret)
    house.attendee(event, "Paolo", email="paolo@example.org", listed=False)
    introduced = ana.client.get(f"/introductions/{case.ids['introduction_id']}").text
    (side, *_) = re.findall(r"/i/([\w=-]+)", introduced)
    site = house.db.write_now(add_handle, ana.id, "https://ana.example", "website")
    house.db.write_now(ask_for_proof, ana.id, site.id, house.settings.base_url)
    code = house.db.read_now(proof_code, ana.id)
    assert code
    feed = house.db.write_now(add_feed, ana.id, "Calendar")
    removal = removal_token(key, event.id, address_hash(key, event.id, "paolo@example.org"))
    secrets = {
        "/sign-in/link/{token}": house.db.write_now(make_link_token, ana.email),
        "/join/{code}": event.join_code,
        "/proof/{code}": code,
        "/i/{token}": side,
        "/i/{token}/answer": side,
        "/removal/{token}": removal,
        "/unsubscribe/{token}": unsubscribe_token(house.settings.secret_key, ana.id),
        **dict.fromkeys(_OWN, feed),
    }
    return {path: re.sub(r"\{\w+\}", secret, path) for path, secret in secrets.items()}


def _event(session: Session, slug: str) -> Event:
    return session.scalars(select(Event).where(Event.slug == slug)).one()


def test_every_address_with_a_secret_is_tried_with_one_that_opens_it(links: Links) -> None:
    with_secret = {path for path, of in MATRIX.items() if About.LINK in of.values()}
    assert with_secret == set(links) | {"/carddav"}


def test_a_link_shows_the_same_to_whoever_has_it(case: Case, links: Links) -> None:
    """Nothing of the one who is signed in comes into it, and a look changes nothing."""
    before = every_row(case.house)
    for path, link in links.items():
        if "GET" in MATRIX[path]:
            seen = {role: case.client(role).get(link) for role in ("anonymous", "stranger", "met")}
            statuses = {role: answer.status_code for role, answer in seen.items()}
            # Who attends already is led there.
            expected = {200, 303} if path == "/join/{code}" else {200}
            assert set(statuses.values()) <= expected, (path, statuses)
            shown = {answer.text for answer in seen.values()}
            assert len(shown) == 1 or path not in _OWN
            told = any(SECRET in text for text in shown)
            assert told == (path in _OWN | {"/i/{token}"}), path
    assert list(damage(before, every_row(case.house), None)) == []


def _with_cookie(case: Case, session: str) -> httpx.Client:
    client = case.house.client()
    client.cookies.set(case.house.settings.session_cookie, session)
    return client


Use = Callable[[httpx.Client, Links], httpx.Response]
USES: dict[str, Use] = {
    "sign-in": lambda client, links: client.post(links["/sign-in/link/{token}"]),
    "unsubscribe": lambda client, links: client.post(links["/unsubscribe/{token}"]),
    "introduction": lambda client, links: client.put(
        links["/i/{token}/answer"], data={"answer": "no"}
    ),
    "removal": lambda client, links: client.post(links["/removal/{token}"]),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_link_of_somebody_elses_changes_nothing_of_who_uses_it(
    case: Case, links: Links, use: Use
) -> None:
    sue = case.people["stranger"]
    before = every_row(case.house)
    answer = use(sue.client, links)
    assert answer.status_code < 400, answer.text
    after = every_row(case.house)
    assert after != before, "it did nothing at all"
    # Who signs in as somebody else has ended their own session by that; an answer to an
    # introduction is the account's that gave it.
    ended = ("sign_in_session", "account_act", "introduction_answer")
    assert rows_of(after, sue.id, ended) == rows_of(before, sue.id, ended)


def test_a_feeds_secret_and_an_address_books_password_open_nothing_else(case: Case) -> None:
    house, ana = case.house, case.owner
    feed = house.db.write_now(add_feed, ana.id, "Calendar")
    book = house.db.write_now(add_address_book, ana.id, "Phone")
    for secret in (feed, book):
        headers = {"Authorization": f"Bearer {secret}"}
        assert house.client().get("/api/v1/me", headers=headers).status_code == 401
        assert _with_cookie(case, secret).get("/api/v1/me").status_code == 401
    assert house.client().get(f"/feeds/{book}/contacts.csv").status_code == 404
    asked = house.client().request("PROPFIND", "/carddav/", auth=(ana.email, feed))
    assert asked.status_code == 401
    # Somebody else's address with Ana's password.
    other = case.people["met"].email
    asked = house.client().request("PROPFIND", "/carddav/", auth=(other, book))
    assert asked.status_code == 401
