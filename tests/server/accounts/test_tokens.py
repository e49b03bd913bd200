"""Tokens and private feeds: made and revoked on Me, told once, good for no more than they say."""

import re
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import select

from firsthand.accounts.models import ApiToken
from firsthand.accounts.tokens import (
    MOST_TOKENS,
    add_token,
    make_api_token,
    tokens_of,
    viewer_of_token,
)
from firsthand.followups.models import FollowUp
from firsthand.problems import NotFound
from tests.server.house import House, Person

FILES = {
    "contacts.vcf": ("text/vcard", "Fenna Wouters"),
    "contacts.csv": ("text/csv", "Fenna Wouters"),
    "follow-ups.ics": ("text/calendar", "BEGIN:VEVENT"),
}


def make_feed(person: Person, name: str = "") -> str:
    """The folder of its files, as the page tells it."""
    page = person.client.post("/me/feeds", data={"feed_name": name})
    assert page.status_code == 200, page.text
    addresses = re.findall(r'value="http://127.0.0.1:8000(/feeds/[^"]+)"', unescape(page.text))
    assert {address.rpartition("/")[2] for address in addresses} == set(FILES)
    return str(addresses[0].rpartition("/")[0])


def make_token(person: Person, *scopes: str, name: str = "") -> str:
    page = person.client.post("/me/tokens", data={"token_name": name, "scope": list(scopes)})
    assert page.status_code == 200, page.text
    found = re.search(r'value="(fh_[^"]+)"', page.text)
    assert found
    return found[1]


def numbers(house: House, person: Person) -> list[str]:
    return [token.number for token in house.db.read_now(tokens_of, person.id)]


def revoke(person: Person, number: str) -> int:
    form = {"_method": "DELETE"}
    return person.client.post(f"/me/tokens/{number}", data=form).status_code


@pytest.fixture
def ana(house: House) -> Person:
    """Ana has met Fenna, and promised her a coffee."""
    ana = house.person()
    event = house.event(ana)
    fenna = house.attendee(event, "Fenna Wouters")
    house.scan(ana, fenna, event=event.slug, intents=["coffee"])
    return ana


def test_a_feed_opens_its_files_without_signing_in(house: House, ana: Person) -> None:
    feed = make_feed(ana)
    stranger = house.client()
    for file, (kind, words) in FILES.items():
        answer = stranger.get(f"{feed}/{file}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert words in answer.text
        assert "set-cookie" not in answer.headers


def test_a_revoked_feed_an_unknown_one_and_a_token_are_all_not_there(
    house: House, ana: Person
) -> None:
    feed = make_feed(ana)
    newest, *_ = numbers(house, ana)
    assert ana.client.get(f"{feed}/contacts.csv").status_code == 200
    assert revoke(ana, newest) == 303
    session = ana.client.cookies[house.settings.session_cookie]
    for secret in (feed.rpartition("/")[2], "nothing", ana.token, session, "x" * 5000, "%00"):
        assert ana.client.get(f"/feeds/{secret}/contacts.csv").status_code == 404


def test_a_feed_has_the_other_versions_and_layouts_too(house: House, ana: Person) -> None:
    feed = make_feed(ana)
    stranger = house.client()
    assert "VERSION:3.0" in stranger.get(f"{feed}/contacts.vcf?version=3.0").text
    assert stranger.get(f"{feed}/contacts.csv?layout=google").text.startswith("First Name,")
    assert stranger.get(f"{feed}/contacts.csv?layout=x").status_code == 400


def test_a_feed_shows_only_its_owners(house: House, ana: Person) -> None:
    feed = make_feed(house.person("Bela Lima"))
    assert "Fenna" not in ana.client.get(f"{feed}/contacts.vcf").text


def test_a_feeds_secret_is_no_token_and_no_session(house: House, ana: Person) -> None:
    secret = make_feed(ana).rpartition("/")[2]
    bearer = {"Authorization": f"Bearer {secret}"}
    stranger = house.client()
    assert stranger.get("/api/v1/me", headers=bearer).status_code == 401
    stranger.cookies.set(house.settings.session_cookie, secret)
    assert stranger.get("/api/v1/me").status_code == 401
    assert stranger.post(f"/feeds/{secret}/contacts.csv").status_code == 405


def test_a_token_is_told_once_and_kept_as_a_hash(house: House, ana: Person) -> None:
    token = make_token(ana, "read", name="A script")
    page = ana.client.get("/me").text
    assert "A script" in page
    assert token not in page
    kept = house.db.read_now(lambda session: session.scalars(select(ApiToken)).all())
    assert token not in str([vars(row) for row in kept])


def test_a_token_may_do_what_was_chosen_until_it_is_revoked(house: House, ana: Person) -> None:
    bearer = {"Authorization": f"Bearer {make_token(ana, 'read')}"}
    script = house.client()
    assert script.get("/api/v1/me", headers=bearer).status_code == 200
    assert script.patch("/api/v1/me", headers=bearer, json={}).status_code == 403
    newest, *_ = numbers(house, ana)
    assert revoke(ana, newest) == 303
    assert script.get("/api/v1/me", headers=bearer).status_code == 401


@pytest.mark.parametrize("scopes", [[], ["feed"], ["read", "everything"]])
def test_a_token_for_nothing_or_for_something_unknown_is_refused(
    house: House, ana: Person, scopes: list[str]
) -> None:
    before = numbers(house, ana)
    refused = ana.client.post("/me/tokens", data={"scope": scopes})
    assert refused.status_code == 400
    assert "Choose what it may do" in refused.text
    assert numbers(house, ana) == before


def test_a_name_that_is_too_long_is_told_beside_its_field(house: House, ana: Person) -> None:
    for path, field in (("/me/tokens", "token_name"), ("/me/feeds", "feed_name")):
        refused = ana.client.post(path, data={"scope": "read", field: "x" * 61})
        assert refused.status_code == 400
        assert f'id="{field}-error"' in refused.text


def test_the_operator_makes_no_token_for_who_is_not_there(house: House, ana: Person) -> None:
    with pytest.raises(NotFound, match=r"nobody@example\.org"):
        house.db.write_now(make_api_token, "nobody@example.org", [])
    assert len(house.db.read_now(lambda session: session.scalars(select(ApiToken)).all())) == 1
    token = house.db.write_now(make_api_token, ana.email.upper(), ["read"])
    viewer = house.db.read_now(viewer_of_token, token)
    assert viewer is not None
    assert (viewer.account_id, viewer.scopes) == (ana.id, frozenset({"read"}))


def test_a_token_makes_none_that_may_do_more(house: House, ana: Person) -> None:
    bearer = {"Authorization": f"Bearer {make_token(ana, 'write')}"}
    script = house.client()
    for path in ("/me/tokens", "/me/feeds"):
        made = script.post(path, headers=bearer, data={"scope": "organise"})
        assert made.status_code == 403


def test_nobody_revokes_somebody_elses(house: House, ana: Person) -> None:
    make_token(ana, "read")
    number, *_ = numbers(house, ana)
    assert revoke(house.person("Bela Lima"), number) == 404
    assert number in numbers(house, ana)


def test_one_too_many_is_refused(house: House, ana: Person) -> None:
    while len(numbers(house, ana)) < MOST_TOKENS:
        house.db.write_now(add_token, ana.id, ["read"], "")
    refused = ana.client.post("/me/feeds", data={})
    assert refused.status_code == 429
    assert "Revoke one" in refused.text


def test_the_last_that_may_be_made_is_and_other_peoples_count_for_nothing(
    house: House, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firsthand.accounts.tokens.MOST_TOKENS", 1)
    assert len(numbers(house, house.person("Bela Lima"))) == 1
    own, *_ = numbers(house, ana)
    revoke(ana, own)
    make_token(ana, "read")
    assert ana.client.post("/me/feeds", data={}).status_code == 429
    assert len(numbers(house, ana)) == 1


def test_one_of_several_is_revoked_and_the_others_stay(house: House, ana: Person) -> None:
    token, feed = make_token(ana, "read", name="script"), make_feed(ana)
    number = next(t.number for t in house.db.read_now(tokens_of, ana.id) if t.name == "script")
    assert revoke(ana, number) == 303
    script = house.client()
    bearer = {"Authorization": f"Bearer {token}"}
    assert script.get("/api/v1/me", headers=bearer).status_code == 401
    assert script.get("/api/v1/me", headers=ana.bearer).status_code == 200
    assert script.get(f"{feed}/contacts.csv").status_code == 200
    assert revoke(ana, number) == 404


def test_a_done_follow_up_leaves_the_calendar(house: House, ana: Person) -> None:
    feed = make_feed(ana)
    ids: list[UUID] = house.db.read_now(lambda s: list(s.scalars(select(FollowUp.id))))
    ana.client.put(f"/api/v1/follow-ups/{ids[0]}/completion")
    assert "BEGIN:VEVENT" not in ana.client.get(f"{feed}/follow-ups.ics").text


def test_the_calendars_address_opens_in_the_calendar_itself(ana: Person) -> None:
    page = unescape(ana.client.post("/me/feeds", data={"feed_name": "Phone"}).text)
    (address,) = re.findall(r'href="(webcal://[^"]+)"', page)
    assert address.replace("webcal:", "http:") in page
    assert address.endswith("/follow-ups.ics")


def test_a_token_in_place_of_the_sessions_cookie_opens_nothing(house: House) -> None:
    ana = house.person()
    client = house.client()
    client.cookies.set(house.settings.session_cookie, ana.token)
    assert client.get("/api/v1/me").status_code == 401
