"""Several follow-ups at once, and taken back at once."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.server.house import House, Person

HX = {"HX-Request": "true"}


@pytest.fixture
def mira(house: House) -> Person:
    person = house.person("Mira Andersen")
    event = house.event(person, timezone="UTC")
    house.attendee(event, person)
    for name in ("Fenna Wouters", "Bea Ito", "Sam Lee"):
        wearer = house.attendee(event, name)
        draft = MeetingDraft(attendee=wearer.id, event="seaside", intents=["send", "coffee"])
        house.db.write_now(keep_meeting, person.id, draft)
    return person


def standing(mira: Person) -> dict[str, tuple[str, str]]:
    items: list[dict[str, Any]] = mira.client.get("/api/v1/follow-ups").json()["items"]
    return {item["id"]: (item["state"], item["due"]) for item in items}


def stages(mira: Person) -> set[str]:
    return {item["stage"] for item in mira.client.get("/api/v1/contacts").json()["items"]}


def test_those_ticked_are_done_at_once_and_undo_brings_them_all_back(mira: Person) -> None:
    before = standing(mira)
    ticked = list(before)[:4]
    answer = mira.client.patch(
        "/follow-ups", data={"follow_up": ticked, "change": "done"}, headers=HX
    )
    assert "4 done." in answer.text
    assert answer.text.count('hx-swap-oob="true"') == 6
    assert ">2 open<" in answer.text
    assert sorted(state for state, _ in standing(mira).values()) == ["done"] * 4 + ["open"] * 2
    assert "followed-up" in stages(mira)
    was = re.findall(r'name="was" value="([^"]+)"', answer.text)
    mira.client.put("/follow-ups/as-they-were", data={"was": was}, headers=HX)
    assert standing(mira) == before
    assert stages(mira) == {"met"}


def test_those_ticked_are_put_off_to_a_day_and_get_their_own_days_back(mira: Person) -> None:
    before = standing(mira)
    until = (date.today() + timedelta(days=40)).isoformat()  # noqa: DTZ011  # any later day
    answer = mira.client.patch(
        "/follow-ups",
        data={"follow_up": list(before), "change": "snooze", "until": until},
        headers=HX,
    )
    assert set(standing(mira).values()) == {("snoozed", until)}
    was = re.findall(r'name="was" value="([^"]+)"', answer.text)
    mira.client.put("/follow-ups/as-they-were", data={"was": was}, headers=HX)
    assert standing(mira) == before


def test_what_is_finished_already_is_left_as_it_is(mira: Person) -> None:
    ids = list(standing(mira))
    mira.client.put(f"/follow-ups/{ids[0]}/completion")
    answer = mira.client.patch(
        "/follow-ups", data={"follow_up": ids[:2], "change": "drop"}, headers=HX
    )
    assert "1 dropped." in answer.text
    assert [standing(mira)[each][0] for each in ids[:2]] == ["done", "dropped"]


def test_a_plain_form_goes_back_to_the_list_which_says_what_happened(mira: Person) -> None:
    ids = list(standing(mira))
    answer = mira.client.post(
        "/follow-ups", data={"_method": "PATCH", "follow_up": ids, "change": "done"}
    )
    assert answer.status_code == 303
    assert f"{len(ids)} done." in mira.client.get(answer.headers["location"]).text
    assert {state for state, _ in standing(mira).values()} == {"done"}


@pytest.mark.parametrize(
    "query", ["changed=9999&change=done", "changed=²&change=done", "changed=2&change=x"]
)
def test_an_address_that_claims_a_change_that_cannot_be_is_not_repeated(
    mira: Person, query: str
) -> None:
    assert "message-success" not in mira.client.get(f"/follow-ups?{query}").text


@pytest.mark.parametrize(
    "sent",
    [
        {"change": "done"},
        {"follow_up": "nonsense", "change": "done"},
        {"follow_up": "MINE", "change": "explode"},
        {"follow_up": "MINE", "change": "snooze", "until": "never"},
        {"follow_up": "MINE", "change": "snooze", "until": "9999-12-31"},
        {"follow_up": "MINE", "change": "snooze"},
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    mira: Person, sent: dict[str, str]
) -> None:
    before = standing(mira)
    sent = {name: next(iter(before)) if value == "MINE" else value for name, value in sent.items()}
    answer = mira.client.patch("/follow-ups", data=sent, headers=HX)
    assert answer.status_code in {400, 422}
    assert standing(mira) == before


def test_nobody_changes_somebody_elses(mira: Person, house: House) -> None:
    before = standing(mira)
    stranger = house.person()
    stranger.client.patch(
        "/follow-ups", data={"follow_up": list(before), "change": "done"}, headers=HX
    )
    was = [f"{each} snoozed 2030-01-01" for each in before]
    stranger.client.put("/follow-ups/as-they-were", data={"was": was}, headers=HX)
    assert standing(mira) == before


def test_what_matters_most_stands_first_and_by_itself(mira: Person) -> None:
    last = list(standing(mira))[-1]
    row = mira.client.patch(f"/follow-ups/{last}", data={"important": "yes"}, headers=HX).text
    assert "Important: " in row
    page = mira.client.get("/follow-ups").text
    assert page.count('id="follow-up-') == 6
    only = mira.client.get("/follow-ups?important=true").text
    assert re.findall(r'id="follow-up-([^"]+)"', only) == [last]
    row = mira.client.patch(f"/follow-ups/{last}", data={"text": "the slides"}, headers=HX).text
    assert "Important: " in row
    assert "the slides" in row
