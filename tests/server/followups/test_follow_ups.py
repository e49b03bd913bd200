"""Follow-ups: by due date, done, put off, dropped, and each of them taken back."""

from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.server.house import House, Person


@pytest.fixture
def mira(house: House) -> Person:
    person = house.person("Mira Andersen")
    event = house.event(person, timezone="UTC")
    house.attendee(event, person)
    fenna = house.attendee(event, "Fenna Wouters")
    draft = MeetingDraft(attendee=fenna.id, event="seaside", intents=["send", "coffee"])
    house.db.write_now(keep_meeting, person.id, draft)
    return person


def listed(mira: Person, query: str = "") -> list[dict[str, Any]]:
    answer = mira.client.get(f"/api/v1/follow-ups{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_they_come_by_due_date_with_whom_and_why(mira: Person) -> None:
    items = listed(mira)
    assert [item["intent"] for item in items] == ["send", "coffee"]
    assert set(items[0]) == {"id", "contact", "meeting", "intent", "text", "due", "state"}
    page = mira.client.get("/follow-ups").text
    assert "Fenna Wouters" in page
    assert "met at Recruiters by the Sea" in page
    assert "This week" in page
    assert "Later" in page


def test_completing_in_place_offers_undo_and_undo_opens_it_again(mira: Person) -> None:
    first = listed(mira)[0]["id"]
    where = f"/follow-ups/{first}/completion"
    row = mira.client.put(where, headers={"HX-Request": "true"}).text
    assert row.strip().startswith(f'<li id="follow-up-{first}"')
    assert "Undo" in row
    assert [item["state"] for item in listed(mira, "?state=done")] == ["done"]
    assert "Undo" not in mira.client.delete(where, headers={"HX-Request": "true"}).text
    assert listed(mira, "?state=done") == []


def test_a_plain_form_goes_back_to_where_it_was(mira: Person) -> None:
    first = listed(mira)[0]["id"]
    answer = mira.client.post(
        f"/follow-ups/{first}/completion",
        data={"_method": "PUT", "next": "/people"},
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    away = mira.client.post(
        f"/follow-ups/{first}/drop",
        data={"_method": "PUT", "next": "//elsewhere.example"},
        follow_redirects=False,
    )
    assert away.headers["location"] == "/follow-ups"


def test_undoing_a_snooze_brings_its_day_back(mira: Person) -> None:
    before = listed(mira)[0]
    until = date.fromisoformat(before["due"]) + timedelta(days=30)
    headers = {"HX-Request": "true"}
    row = mira.client.put(
        f"/follow-ups/{before['id']}/snooze", data={"until": until.isoformat()}, headers=headers
    ).text
    assert f'name="due" value="{before["due"]}"' in row
    assert listed(mira, "?state=snoozed")[0]["due"] == until.isoformat()
    mira.client.request(
        "DELETE",
        f"/follow-ups/{before['id']}/completion",
        data={"due": before["due"]},
        headers=headers,
    )
    assert listed(mira, "?state=open")[0] == before


@pytest.mark.parametrize("until", ["", "soon", "1066-10-14", "9999-12-31", "2026-02-30"])
def test_a_day_that_is_none_is_refused(mira: Person, until: str) -> None:
    first = listed(mira)[0]["id"]
    assert mira.client.put(f"/follow-ups/{first}/snooze", data={"until": until}).status_code == 400
    answer = mira.client.put(f"/api/v1/follow-ups/{first}/snooze", json={"until": until})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_dropping_and_taking_it_back(mira: Person) -> None:
    first = listed(mira)[0]["id"]
    mira.client.put(f"/follow-ups/{first}/drop")
    assert [item["id"] for item in listed(mira, "?state=dropped")] == [first]
    assert "Reopen" in mira.client.get("/follow-ups?show=dropped").text
    mira.client.delete(f"/follow-ups/{first}/drop")
    assert listed(mira, "?state=dropped") == []


def test_what_exactly_was_promised_can_be_written(mira: Person) -> None:
    first = listed(mira)[0]["id"]
    mira.client.patch(f"/follow-ups/{first}", data={"text": "the salary <survey>"})
    assert listed(mira)[0]["text"] == "the salary <survey>"
    assert "the salary &lt;survey&gt;" in mira.client.get("/follow-ups").text
    assert mira.client.patch(f"/follow-ups/{first}", data={"text": "x" * 501}).status_code == 400


def test_somebody_elses_are_not_found(house: House, mira: Person) -> None:
    first = listed(mira)[0]["id"]
    pat = house.person("Pat")
    assert pat.client.get("/api/v1/follow-ups").json()["items"] == []
    for verb in ("completion", "snooze", "drop"):
        answer = pat.client.put(f"/follow-ups/{first}/{verb}", data={"until": "2026-12-01"})
        assert answer.status_code == 404
    assert pat.client.put(f"/api/v1/follow-ups/{first}/completion").status_code == 404


def test_the_api_completes_reopens_and_snoozes(mira: Person) -> None:
    first = listed(mira)[0]["id"]
    base = f"/api/v1/follow-ups/{first}"
    assert mira.client.put(f"{base}/completion").json()["state"] == "done"
    assert mira.client.delete(f"{base}/completion").json()["state"] == "open"
    snoozed = mira.client.put(f"{base}/snooze", json={"until": "2027-01-05"}).json()
    assert (snoozed["state"], snoozed["due"]) == ("snoozed", "2027-01-05")


def test_they_narrow_by_state_day_and_event(mira: Person) -> None:
    due = listed(mira)[1]["due"]
    assert len(listed(mira, f"?due_before={due}")) == 1
    assert len(listed(mira, "?event=seaside")) == 2
    assert listed(mira, "?event=elsewhere") == []
    assert mira.client.get("/api/v1/follow-ups?state=lost").status_code == 400
    assert mira.client.get("/follow-ups?show=lost").status_code == 400


def test_the_calendar_is_read_by_another_reader(mira: Person) -> None:
    items = listed(mira)
    mira.client.patch(f"/follow-ups/{items[0]['id']}", data={"text": "a, b; c"})
    mira.client.put(f"/follow-ups/{items[1]['id']}/completion")
    answer = mira.client.get("/api/v1/follow-ups.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    (event,) = icalendar.Calendar.from_ical(answer.content).events
    assert event.start == date.fromisoformat(items[0]["due"])
    assert event.end == event.start + timedelta(days=1)
    assert event["SUMMARY"] == "Send: Fenna Wouters"
    assert str(event["DESCRIPTION"]).startswith("a, b; c")


def test_signed_out_it_is_401_and_never_a_redirect(house: House) -> None:
    for path in ("/follow-ups", "/contacts", "/contacts.vcf", "/follow-ups.ics"):
        assert house.client().get(f"/api/v1{path}").status_code == 401
