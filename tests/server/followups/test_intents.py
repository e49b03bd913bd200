"""The owner's own intents, and their own days for the usual ones."""

import re
from datetime import date, timedelta

import pytest

from tests.server.house import House, Person, Wearer


@pytest.fixture
def mira(house: House) -> Person:
    return house.person("Mira Andersen")


@pytest.fixture
def fenna(house: House, mira: Person) -> Wearer:
    event = house.event(mira, timezone="UTC")
    house.attendee(event, mira)
    return house.attendee(event, "Fenna Wouters")


def choose(mira: Person, intent: str, days: str) -> int:
    return mira.client.put("/follow-ups/intents", data={"intent": intent, "days": days}).status_code


def due(mira: Person) -> dict[str, date]:
    items = mira.client.get("/api/v1/follow-ups").json()["items"]
    return {item["intent"]: date.fromisoformat(item["due"]) for item in items}


def test_a_scan_is_followed_up_when_the_owner_says_and_not_as_others_do(
    mira: Person, fenna: Wearer, house: House
) -> None:
    assert choose(mira, "coffee", "5") == 303
    assert choose(mira, "Sail together", "30") == 303
    assert choose(house.person(), "call", "1") == 303
    result = house.scan(mira, fenna, intents=["coffee", "call", "Sail together"])
    day = date.fromisoformat(mira.client.get("/api/v1/meetings").json()["items"][0]["day"])
    assert {intent: (when - day).days for intent, when in due(mira).items()} == {
        "coffee": 5, "call": 7, "Sail together": 30,
    }  # fmt: skip
    contact = result["contact"]
    mira.client.post(f"/people/{contact}/follow-ups", data={"intent": "Sail together"})
    added = mira.client.get("/api/v1/follow-ups").json()["items"]
    assert len(added) == 4


def test_an_own_intent_is_offered_on_the_next_card_and_until_it_is_taken_away(
    mira: Person, fenna: Wearer, house: House
) -> None:
    choose(mira, "Sail together", "30")
    result = house.scan(mira, fenna)
    card = f"/scans/{result['id']}/card"
    person = f"/people/{result['contact']}"
    offered = 'name="intents" value="Sail together"'
    assert offered in mira.client.get(card).text
    assert offered in mira.client.get(person).text
    mira.client.request("DELETE", "/follow-ups/intents", data={"intent": "Sail together"})
    assert offered not in mira.client.get(card).text
    assert offered not in mira.client.get(person).text


def test_a_usual_one_has_its_usual_days_again(mira: Person) -> None:
    choose(mira, "coffee", "5")
    assert "As usual (14)" in mira.client.get("/follow-ups/intents").text
    mira.client.request("DELETE", "/follow-ups/intents", data={"intent": "coffee"})
    assert "As usual (14)" not in mira.client.get("/follow-ups/intents").text


@pytest.mark.parametrize(
    ("intent", "days", "said"),
    [
        ("", "3", "Say what should come next."),
        ("a" * 61, "3", "at most 60 characters"),
        ("Sail", "731", "from 0 to 730"),
        ("Sail", "-1", "from 0 to 730"),
        ("Sail", "soon", "from 0 to 730"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    mira: Person, intent: str, days: str, said: str
) -> None:
    answer = mira.client.put("/follow-ups/intents", data={"intent": intent, "days": days})
    assert answer.status_code in {400, 422}
    assert said in answer.text
    assert "Take away" not in mira.client.get("/follow-ups/intents").text


@pytest.mark.parametrize("days", ["-5", "9999", "soon", ""])
def test_days_that_cannot_be_stay_in_the_row_where_they_were_typed(mira: Person, days: str) -> None:
    answer = mira.client.put("/follow-ups/intents", data={"intent": "coffee", "days": days})
    assert answer.status_code == 400
    fields = re.findall(r'<input[^>]*name="days"[^>]*>', answer.text)
    [wrong] = [field for field in fields if "aria-invalid" in field]
    assert f'value="{days}"' in wrong
    assert 'aria-label="Coffee: days until due"' in wrong
    assert answer.text.count("Choose a number of days from 0 to 730.") == 1
    assert 'id="intent" name="intent" type="text" value=""' in answer.text


def test_days_of_one_more_that_cannot_be_stay_in_its_own_form(mira: Person) -> None:
    form = {"own": "yes", "intent": "row together", "days": "-5"}
    answer = mira.client.put("/follow-ups/intents", data=form)
    assert 'value="row together"' in answer.text
    [field] = re.findall(r'<input id="days"[^>]*>', answer.text)
    assert 'value="-5"' in field
    assert "aria-invalid" in field


def test_twelve_of_ones_own_are_enough(mira: Person) -> None:
    for number in range(12):
        assert choose(mira, f"Plan {number}", "3") == 303
    assert choose(mira, "One more", "3") in {400, 422}
    assert choose(mira, "Plan 3", "4") == 303


def test_an_own_day_far_off_never_leaves_the_calendar(
    mira: Person, fenna: Wearer, house: House
) -> None:
    choose(mira, "Sail", "730")
    house.scan(mira, fenna, intents=["Sail"])
    assert due(mira)["Sail"] > date.today() + timedelta(days=700)  # noqa: DTZ011  # far off
