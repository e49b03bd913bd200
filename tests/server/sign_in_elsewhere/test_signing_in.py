"""An account elsewhere signs in the account that it is linked with, and takes over no other."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from firsthand.accounts.models import SignInSession
from firsthand.db import now
from firsthand.sign_in_elsewhere.models import OfferedLink
from tests.server.house import House
from tests.server.sign_in_elsewhere.conftest import World, is_signed_in

_ALL = ["github", "google", "linkedin", "openid"]


@pytest.mark.parametrize("key", _ALL)
def test_a_verified_address_that_is_new_here_makes_an_account(world: World, key: str) -> None:
    client = world.house.client()
    answer = world.sign_in(client, key, next="/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/welcome?next=/people")
    assert world.me(client)["email"] == "ana@example.org"


@pytest.mark.parametrize("key", _ALL)
def test_the_next_time_it_signs_in_the_same_account(world: World, key: str) -> None:
    first, second = world.house.client(), world.house.client()
    world.sign_in(first, key)
    world.sign_in(second, key)
    assert world.me(first)["id"] == world.me(second)["id"]


def test_the_same_person_of_another_provider_is_another_person(world: World) -> None:
    """The same subject and another address: it is the issuer that makes it somebody."""
    first, second = world.house.client(), world.house.client()
    world.sign_in(first, "google")
    world.own.claims = {"email": "eve@example.org"}
    world.sign_in(second, "openid")
    assert world.me(first)["id"] != world.me(second)["id"]


def test_an_address_that_nobody_has_verified_makes_no_account(world: World) -> None:
    for claims in ({"email_verified": False}, {"email_verified": None}, {"email": "no address"}):
        world.own.claims = claims
        client = world.house.client()
        answer = world.sign_in(client, "openid")
        assert answer.status_code == 403
        assert "linked with no account here yet" in answer.text
        assert not is_signed_in(client)


def test_github_counts_only_the_verified_primary_address(world: World) -> None:
    world.github.emails = [
        {"email": "boss@example.org", "primary": False, "verified": True},
        {"email": "ana@example.org", "primary": True, "verified": False},
    ]
    assert world.sign_in(world.house.client(), "github").status_code == 403


@pytest.mark.parametrize("key", _ALL)
def test_an_equal_address_signs_nobody_in_and_offers_a_link(world: World, key: str) -> None:
    ana = world.house.person("Ana", "ana@example.org")
    client = world.house.client()
    answer = world.sign_in(client, key)
    assert answer.status_code == 409
    assert "You have an account here" in answer.text
    assert not is_signed_in(client)
    assert "identity-" not in ana.client.get("/me").text


def test_who_then_signs_in_by_code_confirms_the_link_on_one_page(world: World) -> None:
    # Mail to others lies in the same box.
    address = f"{uuid4().hex}@example.org"
    ana = world.house.person("Ana", address)
    world.github.emails = [{"email": address, "primary": True, "verified": True}]
    client = world.house.client()
    world.sign_in(client, "github")
    client.post("/sign-in", data={"email": address})
    mail = str(world.mailbox.wait_for(address).get_content())
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", mail)[0]
    answer = client.post("/sign-in/code", data={"code": code, "next": "/me/identities/offered"})
    assert answer.headers["location"] == "/me/identities/offered"
    page = client.get("/me/identities/offered")
    assert "ana-there" in page.text
    assert "identity-" not in client.get("/me").text
    assert client.put("/me/identities/offered").headers["location"] == "/me#elsewhere"
    assert "identity-" in client.get("/me").text
    another = world.house.client()
    world.sign_in(another, "github")
    assert world.me(another)["id"] == str(ana.id)
    assert client.put("/me/identities/offered").status_code == 404


def test_an_offer_is_of_one_account_and_one_browser(world: World) -> None:
    ana, eve = world.house.person("Ana", "ana@example.org"), world.house.person("Eve")
    browser = world.house.client()
    world.sign_in(browser, "github")
    # Eve signs in as herself in the browser that was made the offer; Ana in her own.
    name = world.house.settings.session_cookie
    browser.cookies.set(name, eve.client.cookies[name])
    for client in (browser, ana.client):
        assert client.get("/me/identities/offered").status_code == 404
        assert client.put("/me/identities/offered").status_code == 404
    for person in (ana, eve):
        assert "identity-" not in person.client.get("/me").text


def test_an_offer_ends(world: World) -> None:
    ana = world.house.person("Ana", "ana@example.org")
    browser = world.house.client()
    world.sign_in(browser, "github")
    name = world.house.settings.session_cookie
    browser.cookies.set(name, ana.client.cookies[name])
    assert browser.get("/me/identities/offered").status_code == 200
    over = update(OfferedLink).values(expires_at=now())
    world.house.db.write_now(lambda session: session.execute(over))
    assert browser.get("/me/identities/offered").status_code == 404
    assert browser.put("/me/identities/offered").status_code == 404


def test_linking_and_unlinking_from_me(world: World) -> None:
    ana = world.house.person("Ana", "ana@elsewhere.example")
    assert world.link(ana.client, "google").headers["location"] == "/me#elsewhere"
    page = ana.client.get("/me").text
    identity = re.findall(r'id="identity-([0-9a-f-]{36})"', page)
    assert len(identity) == 1
    client = world.house.client()
    world.sign_in(client, "google")
    assert world.me(client)["id"] == str(ana.id)
    stranger = world.house.person("Eve")
    assert stranger.client.delete(f"/me/identities/{identity[0]}").status_code == 404
    assert ana.client.delete(f"/me/identities/{identity[0]}").status_code == 303
    assert "identity-" not in ana.client.get("/me").text
    again = world.house.client()
    world.sign_in(again, "google")
    assert world.me(again)["id"] != str(ana.id)


def test_linking_twice_changes_nothing(world: World) -> None:
    ana = world.house.person()
    for _ in range(2):
        assert world.link(ana.client, "github").status_code == 303
    assert ana.client.get("/me").text.count('id="identity-') == 1


def test_what_was_linked_and_unlinked_is_told_by_mail(world: World) -> None:
    ana = world.house.person("Ana", f"{uuid4().hex}@example.org")
    world.link(ana.client, "google")
    told = world.mailbox.wait_for(ana.email)
    assert told["Subject"] == "Signing in with Google was linked with your account"
    world.mailbox.clear()
    identity = re.findall(r'id="identity-([0-9a-f-]{36})"', ana.client.get("/me").text)[0]
    ana.client.delete(f"/me/identities/{identity}")
    told = world.mailbox.wait_for(ana.email)
    assert told["Subject"] == "Signing in with Google was unlinked from your account"
    assert "sign out everywhere" in str(told.get_content())


def test_an_offered_link_that_was_confirmed_is_told_by_mail(world: World) -> None:
    ana = world.house.person("Ana", f"{uuid4().hex}@example.org")
    world.github.emails = [{"email": ana.email, "primary": True, "verified": True}]
    browser = world.house.client()
    world.sign_in(browser, "github")
    name = world.house.settings.session_cookie
    browser.cookies.set(name, ana.client.cookies[name])
    assert browser.put("/me/identities/offered").status_code == 303
    told = world.mailbox.wait_for(ana.email)
    assert told["Subject"] == "Signing in with Github was linked with your account"


def test_who_signed_in_days_ago_confirms_no_offered_link(world: World) -> None:
    ana = world.house.person("Ana", "ana@example.org")
    browser = world.house.client()
    world.sign_in(browser, "github")
    name = world.house.settings.session_cookie
    browser.cookies.set(name, ana.client.cookies[name])
    old = update(SignInSession).values(fresh_at=now() - timedelta(days=3))
    world.house.db.write_now(lambda session: session.execute(old))
    world.house.app.state.viewers.forget_everybody()
    refused = browser.put("/me/identities/offered")
    assert refused.headers["location"].startswith("/sign-in/again")
    assert "identity-" not in browser.get("/me").text


def test_what_signs_another_account_in_cannot_be_linked(world: World) -> None:
    ana, eve = world.house.person("Ana"), world.house.person("Eve")
    world.link(ana.client, "github")
    answer = world.link(eve.client, "github")
    assert answer.status_code == 409
    assert "signs another account in here" in answer.text
    assert "identity-" not in eve.client.get("/me").text


def test_only_who_is_signed_in_links(world: World) -> None:
    answer = world.house.client().post("/me/identities", data={"provider": "github"})
    assert answer.headers["location"].startswith("/sign-in")


def test_somebody_else_signed_in_meanwhile_gets_nothing_linked(world: World) -> None:
    ana, eve = world.house.person("Ana"), world.house.person("Eve")
    back = world.back(ana.client.post("/me/identities", data={"provider": "github"}))
    name = world.house.settings.session_cookie
    ana.client.cookies.delete(name)
    ana.client.cookies.set(name, eve.client.cookies[name])
    assert ana.client.get(back).status_code == 400
    assert "identity-" not in eve.client.get("/me").text


def test_signing_in_ends_the_session_that_the_browser_had(world: World) -> None:
    eve = world.house.person("Eve")
    name = world.house.settings.session_cookie
    before = eve.client.cookies[name]
    world.sign_in(eve.client, "github")
    old = world.house.client()
    old.cookies.set(name, before)
    assert not is_signed_in(old)


def test_a_place_that_the_organiser_listed_is_found_by_the_verified_address(world: World) -> None:
    organiser = world.house.person("Olga")
    event = world.house.event(organiser)
    world.house.attendee(event, "Ana Lima", email="ana@example.org")
    client = world.house.client()
    world.sign_in(client, "google")
    assert "Recruiters by the Sea" in client.get("/me").text


def test_the_buttons_stand_on_the_page_of_signing_in(world: World) -> None:
    page = world.house.client().get("/sign-in").text
    for label in ("GitHub", "Google", "LinkedIn", "Mastodon", "Harbour"):
        assert f"Sign in with {label}" in page


def test_without_settings_there_is_no_button_and_no_route(house: House) -> None:
    client, ana = house.client(), house.person()
    assert "/sign-in/with/" not in client.get("/sign-in").text
    assert "Linked accounts" not in ana.client.get("/me").text
    for key in (*_ALL, "mastodon"):
        assert client.post(f"/sign-in/with/{key}").status_code == 404
        assert client.get(f"/sign-in/with/{key}/back?state=a&code=b").status_code == 404
        assert ana.client.post("/me/identities", data={"provider": key}).status_code == 404
    assert client.get("/sign-in/with/social.example/back?state=a&code=b").status_code == 404
