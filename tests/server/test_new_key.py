"""The secret key is changed: nobody is signed out, and what is on its way still works."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from firsthand.accounts.signing_in import AskedCode, ask_for_code
from firsthand.reminders.unsubscribing import unsubscribe_token
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.server.house import House

OLD, NEW, CODES = "the first key, for tests", "the second key, for tests", "for badges only"
FENNA = "fenna@example.org"


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What the old key has made: a session, links, a page of a list, a code for an address."""

    cookie: str
    introduction: str
    unsubscribe: str
    cursor: str
    code: AskedCode


@pytest.fixture
def before(database_url: str) -> Iterator[Outstanding]:
    house = House(database_url, secret_key=OLD, code_secret=CODES)
    try:
        yield make(house)
    finally:
        house.close()


def make(house: House) -> Outstanding:
    mira = house.person("Mira Andersen")
    event = house.event(mira, timezone="UTC")
    house.attendee(event, mira)
    for name in ("Fenna Wouters", "Bo Chen"):
        draft = MeetingDraft(attendee=house.attendee(event, name).id, event="seaside")
        house.db.write_now(keep_meeting, mira.id, draft)
    page = mira.client.get("/api/v1/contacts", params={"limit": 1}).json()
    one, other = (item["id"] for item in mira.client.get("/api/v1/contacts").json()["items"])
    asked = mira.client.post("/introductions", data={"one": one, "other": other, "why": "sailing"})
    shown = mira.client.get(asked.headers["location"]).text
    links = re.findall(r'data-copy="http://[^/]+(/i/[^"]+)"', shown)
    return Outstanding(
        cookie=mira.client.cookies[house.settings.session_cookie],
        introduction=links[0],
        unsubscribe=f"/unsubscribe/{unsubscribe_token(OLD, mira.id)}",
        cursor=page["next"],
        code=house.db.write_now(ask_for_code, FENNA, OLD),
    )


@pytest.fixture
def after(database_url: str, before: Outstanding) -> Iterator[House]:
    house = House(database_url, secret_key=NEW, code_secret=CODES, old_secret_keys=(OLD,))
    yield house
    house.close()


@pytest.fixture
def without(database_url: str, before: Outstanding) -> Iterator[House]:
    """The old key has been taken out."""
    house = House(database_url, secret_key=NEW, code_secret=CODES)
    yield house
    house.close()


def signed_in(house: House, before: Outstanding) -> httpx.Client:
    client = house.client()
    client.cookies.set(house.settings.session_cookie, before.cookie)
    return client


def next_page(house: House, before: Outstanding) -> int:
    parameters = {"limit": "1", "cursor": before.cursor}
    return signed_in(house, before).get("/api/v1/contacts", params=parameters).status_code


def enter(house: House, code: AskedCode) -> int:
    client = house.client()
    client.cookies.set("firsthand-code", code.browser)
    return client.post("/sign-in/code", data={"code": code.code}).status_code


def test_after_a_new_key_everything_on_its_way_still_works(
    after: House, before: Outstanding
) -> None:
    assert signed_in(after, before).get("/api/v1/me").status_code == 200
    assert next_page(after, before) == 200
    assert enter(after, before.code) == 303
    client = after.client()
    assert client.get(before.introduction).status_code == 200
    answer = {"_method": "PUT", "answer": "yes", "address": "fenna@example.org"}
    assert client.post(f"{before.introduction}/answer", data=answer).status_code == 303
    assert client.get(before.unsubscribe).status_code == 200
    assert client.post(before.unsubscribe).status_code == 200


def test_what_is_made_now_is_made_with_the_new_key(
    after: House, before: Outstanding, without: House
) -> None:
    cursor = signed_in(after, before).get("/api/v1/contacts", params={"limit": 1}).json()["next"]
    parameters = {"limit": "1", "cursor": cursor}
    answer = signed_in(without, before).get("/api/v1/contacts", params=parameters)
    assert answer.status_code == 200
    assert cursor != before.cursor


def test_without_the_old_key_links_end_and_sessions_stay(
    without: House, before: Outstanding
) -> None:
    assert signed_in(without, before).get("/api/v1/me").status_code == 200
    assert next_page(without, before) == 400
    assert enter(without, before.code) == 400
    assert without.client().get(before.introduction).status_code == 404
    assert without.client().get(before.unsubscribe).status_code == 404
    assert without.client().post(before.unsubscribe).status_code == 404
