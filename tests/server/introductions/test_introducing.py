"""Two people are introduced: both agree before anybody sees an address."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from firsthand.introductions.models import Introduction
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


def say(house: House, link: str, answer: str, address: str = "") -> httpx.Response:
    return house.client().post(
        f"{link}/answer", data={"_method": "PUT", "answer": answer, "address": address}
    )


def read(house: House, link: str) -> str:
    answer = house.client().get(link)
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
