"""Two people are introduced: both agree before anybody sees an address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact
from firsthand.introductions.models import Introduction, IntroductionAnswer
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.server.house import House, Person


@dataclass(frozen=True, slots=True)
class Case:
    """Mira introduces Fenna to Bo: the page's address and those of the two links."""

    mira: Person
    contacts: dict[str, str]
    page: str
    links: list[str]


@pytest.fixture
def case(house: House) -> Case:
    mira = house.person("Mira Andersen")
    event = house.event(mira, timezone="UTC")
    house.attendee(event, mira)
    for name in ("Fenna Wouters", "Bo Chen"):
        draft = MeetingDraft(attendee=house.attendee(event, name).id, event="seaside")
        house.db.write_now(keep_meeting, mira.id, draft)
    items = mira.client.get("/api/v1/contacts").json()["items"]
    contacts = {item["name"]: item["id"] for item in items}
    answer = mira.client.post(
        "/introductions",
        data={
            "one": contacts["Fenna Wouters"],
            "other": contacts["Bo Chen"],
            "why": "You both sail",
        },
    )
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"]
    links = re.findall(r'data-copy="http://[^/]+(/i/[^"]+)"', mira.client.get(page).text)
    assert len(links) == 2
    return Case(mira, contacts, page, links)


@pytest.fixture(autouse=True)
def browsers() -> Iterator[None]:
    yield
    _BROWSERS.clear()


# By link, of whom it was sent to.
_BROWSERS: dict[str, httpx.Client] = {}


def browser(house: House, link: str) -> httpx.Client:
    return _BROWSERS.setdefault(link, house.client())


def say(house: House, link: str, answer: str, address: str = "") -> httpx.Response:
    return browser(house, link).post(
        f"{link}/answer", data={"_method": "PUT", "answer": answer, "address": address}
    )


def read(house: House, link: str) -> str:
    answer = browser(house, link).get(link)
    assert answer.status_code == 200
    return answer.text


def test_each_reads_who_asks_about_whom_and_why_without_an_account(
    house: House, case: Case
) -> None:
    fenna, bo = (read(house, link) for link in case.links)
    for page in (fenna, bo):
        assert "Mira Andersen" in page
        assert "You both sail" in page
    assert "Bo Chen" in fenna
    assert "Fenna Wouters" in bo


def test_nobody_sees_an_address_before_both_have_agreed(house: House, case: Case) -> None:
    say(house, case.links[0], "yes", "fenna@example.org")
    export = case.mira.client.get("/api/v1/me/export").text
    pages = [read(house, case.links[1]), case.mira.client.get(case.page).text, export]
    assert not any("fenna@example.org" in page for page in pages)
    say(house, case.links[1], "yes", "bo@example.org")
    assert "bo@example.org" in read(house, case.links[0])
    assert "fenna@example.org" in read(house, case.links[1])
    export = case.mira.client.get("/api/v1/me/export").text
    for page in (case.mira.client.get(case.page).text, export):
        assert "fenna@example.org" not in page
        assert "bo@example.org" not in page


def test_the_introducer_sees_who_has_agreed_and_gave_help_once_both_have(
    house: House, case: Case
) -> None:
    def kinds(name: str) -> list[str]:
        card = case.mira.client.get(f"/api/v1/contacts/{case.contacts[name]}").json()
        return [moment["kind"] for moment in card["timeline"]]

    say(house, case.links[0], "yes", "fenna@example.org")
    assert case.mira.client.get(case.page).text.count("Has agreed.") == 1
    assert "help-given" not in kinds("Bo Chen")
    say(house, case.links[1], "yes", "bo@example.org")
    say(house, case.links[1], "yes", "bo@example.com")
    assert "They are in touch." in case.mira.client.get(case.page).text
    assert kinds("Bo Chen").count("help-given") == 1
    assert kinds("Fenna Wouters").count("help-given") == 1
    assert "bo@example.com" in read(house, case.links[0])


def test_not_now_takes_the_address_back_and_the_other_is_not_told(house: House, case: Case) -> None:
    before = read(house, case.links[1])
    say(house, case.links[0], "yes", "fenna@example.org")
    say(house, case.links[0], "no")
    assert read(house, case.links[1]) == before
    say(house, case.links[1], "yes", "bo@example.org")
    assert "fenna@example.org" not in read(house, case.links[1])
    assert "bo@example.org" not in read(house, case.links[0])
    assert "Not now." in case.mira.client.get(case.page).text


def test_once_both_have_agreed_nobody_takes_it_back(house: House, case: Case) -> None:
    say(house, case.links[0], "yes", "fenna@example.org")
    say(house, case.links[1], "yes", "bo@example.org")
    answer = say(house, case.links[0], "no")
    assert answer.status_code == 400
    assert "You have both agreed" in answer.text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"answer": "yes"}, "Say how they may reach you."),
        ({"answer": "yes", "address": "a" * 201}, "200"),
        ({"answer": "perhaps"}, "Choose yes or not now."),
        ({}, "Choose yes or not now."),
    ],
)
def test_an_answer_that_says_nothing_is_asked_again(
    house: House, case: Case, sent: dict[str, str], said: str
) -> None:
    answer = house.client().post(f"{case.links[0]}/answer", data={"_method": "PUT", **sent})
    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.parametrize("ending", ["taken back", "expired", "a contact is gone"])
def test_a_link_that_has_ended_says_nothing(house: House, case: Case, ending: str) -> None:
    say(house, case.links[0], "yes", "fenna@example.org")
    if ending == "taken back":
        case.mira.client.post(case.page, data={"_method": "DELETE"})
    elif ending == "expired":
        past = datetime.now(UTC) - timedelta(days=1)
        house.db.write_now(
            lambda session: session.execute(update(Introduction).values(expires_at=past))
        )
    else:
        case.mira.client.request("DELETE", "/api/v1/me")
    for link in case.links:
        assert house.client().get(link).status_code == 404
        assert say(house, link, "yes", "x@example.org").status_code == 404


def test_only_ones_own_people_are_introduced_and_never_to_themselves(
    house: House, case: Case
) -> None:
    fenna, bo = case.contacts.values()
    stranger = house.person()

    def tried(who: Person, one: str, other: str) -> int:
        data: dict[str, Any] = {"one": one, "other": other}
        return who.client.post("/introductions", data=data).status_code

    assert tried(stranger, fenna, bo) == 404
    assert tried(case.mira, fenna, fenna) == 400
    assert tried(case.mira, fenna, "") == 400
    assert stranger.client.get(case.page).status_code == 404
    assert stranger.client.post(case.page, data={"_method": "DELETE"}).status_code == 404
    assert read(house, case.links[0])


def test_one_chooses_to_whom_from_ones_people(house: House, case: Case) -> None:
    fenna, bo = case.contacts["Fenna Wouters"], case.contacts["Bo Chen"]
    page = case.mira.client.get(f"/people/{fenna}/introduction").text
    assert f"introduction?other={bo}" in page
    assert f"introduction?other={fenna}" not in page
    chosen = case.mira.client.get(f"/people/{fenna}/introduction?other={bo}").text
    assert 'value="Bo Chen"' in chosen
    assert "Fenna Wouters and Bo Chen" in re.sub(
        r"</?bdi>", "", case.mira.client.get("/introductions").text
    )


def test_the_link_alone_shows_no_address(house: House, case: Case) -> None:
    """Whoever introduces the two holds both links, signed in and out."""
    say(house, case.links[0], "yes", "fenna@example.org")
    for agreed in (False, True):
        if agreed:
            say(house, case.links[1], "yes", "bo@example.org")
        for client in (case.mira.client, house.client()):
            pages = [client.get(link).text for link in case.links]
            assert not any("example.org" in page for page in pages)
    assert "bo@example.org" in read(house, case.links[0])


def test_only_the_browser_that_answered_changes_the_answer(house: House, case: Case) -> None:
    say(house, case.links[0], "yes", "fenna@example.org")
    for client in (case.mira.client, house.client()):
        for data in ({"answer": "yes", "address": "thief@example.org"}, {"answer": "no"}):
            answer = client.put(f"{case.links[0]}/answer", data=data)
            assert answer.status_code == 409
            assert "fenna@example.org" not in answer.text
    say(house, case.links[1], "yes", "bo@example.org")
    assert "fenna@example.org" in read(house, case.links[1])


def test_who_introduces_does_not_answer_for_them(house: House, case: Case) -> None:
    data = {"answer": "yes", "address": "thief@example.org"}
    assert case.mira.client.put(f"{case.links[0]}/answer", data=data).status_code == 409


def test_who_answers_signed_in_sees_it_in_each_of_their_browsers(house: House, case: Case) -> None:
    fenna = house.person("Fenna")
    data = {"answer": "yes", "address": "fenna@example.org"}
    assert fenna.client.put(f"{case.links[0]}/answer", data=data).status_code == 303
    say(house, case.links[1], "yes", "bo@example.org")
    phone = house.client()
    session_only = fenna.client.cookies[house.settings.session_cookie]
    phone.cookies.set(house.settings.session_cookie, session_only)
    assert "bo@example.org" in phone.get(case.links[0]).text


@pytest.mark.parametrize("signed_in", [True, False])
def test_an_answer_goes_with_the_account_of_who_gave_it(
    house: House, case: Case, signed_in: bool
) -> None:
    """By signing in, or by whom the introducer's card is of."""
    fenna = house.person("Fenna", email="fenna@example.org")

    def on_card(session: Session) -> None:
        card = session.get_one(Contact, (case.mira.id, UUID(case.contacts["Fenna Wouters"])))
        card.account_id = fenna.id

    if not signed_in:
        house.db.write_now(on_card)
    client = fenna.client if signed_in else browser(house, case.links[0])
    data = {"answer": "yes", "address": "fenna@example.org"}
    assert client.put(f"{case.links[0]}/answer", data=data).status_code == 303
    say(house, case.links[1], "yes", "bo@example.org")
    assert "fenna@example.org" in read(house, case.links[1])
    fenna.client.request("DELETE", "/api/v1/me")
    left = house.db.read_now(lambda session: session.scalars(select(IntroductionAnswer)).all())
    assert [each.address for each in left] == ["bo@example.org"]
    assert "fenna@example.org" not in read(house, case.links[1])
