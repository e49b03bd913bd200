"""Joining by a link, and starting a small event of one's own."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from firsthand.attendees.membership import join_event
from tests.server.house import BASE_URL, House, Person

DINNER = {
    "name": "Dinner by the Sea",
    "starts": "2026-12-01",
    "ends": "2026-12-02",
    "timezone": "Europe/Paris",
}


def events(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.client.get("/api/v1/me").json()["events"]
    return found


def test_a_stranger_with_a_join_link_sees_the_event_and_comes_back_after_signing_in(
    house: House,
) -> None:
    event = house.event(house.person("Olu"))
    page = house.client().get(f"/join/{event.join_code}")
    assert "Recruiters by the Sea" in page.text
    assert f'href="/sign-in?next=/join/{event.join_code}"' in page.text
    refused = house.client().post(f"/join/{event.join_code}", follow_redirects=False)
    assert refused.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("listed", ["yes", "no"])
def test_joining_asks_whether_others_may_find_me(house: House, listed: str) -> None:
    event, ana = house.event(house.person("Olu")), house.person("Ana")
    assert "May other attendees find me?" in ana.client.get(f"/join/{event.join_code}").text
    joined = ana.client.post(
        f"/join/{event.join_code}", data={"listed": listed}, follow_redirects=False
    )
    assert joined.headers["location"] == "/events/seaside"
    assert [(e["slug"], e["listed"]) for e in events(ana)] == [("seaside", listed == "yes")]


def test_a_form_without_a_choice_lists_nobody(house: House) -> None:
    event, ana = house.event(house.person("Olu")), house.person("Ana")
    ana.client.post(f"/join/{event.join_code}", follow_redirects=False)
    assert [e["listed"] for e in events(ana)] == [False]


def test_who_has_joined_is_led_to_the_event(house: House) -> None:
    event, ana = house.event(house.person("Olu")), house.person("Ana")
    house.attendee(event, ana)
    answer = ana.client.get(f"/join/{event.join_code}", follow_redirects=False)
    assert answer.headers["location"] == "/events/seaside"


def test_joining_ten_times_at_once_makes_one_place(house: House) -> None:
    event, ana = house.event(house.person("Olu")), house.person("Ana")
    with ThreadPoolExecutor(10) as threads:
        list(
            threads.map(
                lambda _: house.db.write_now(join_event, ana.id, event.join_code, listed=True),
                range(10),
            )
        )
    assert len(events(ana)) == 1


def test_joining_takes_the_place_on_the_list_that_is_mine(house: House) -> None:
    event, ana = house.event(house.person("Olu")), house.person("Ana")
    place = house.attendee(event, "Ana O.", email=ana.email)
    ana.client.post(f"/join/{event.join_code}", data={"listed": "yes"}, follow_redirects=False)
    assert [e["attendee"] for e in events(ana)] == [str(place.id)]


def test_who_has_no_name_says_it_when_joining(house: House) -> None:
    event, new = house.event(house.person("Olu")), house.person("")
    path = f"/join/{event.join_code}"
    assert 'name="name"' in new.client.get(path).text
    refused = new.client.post(path, data={"name": "\x00", "listed": "yes"})
    assert refused.status_code == 400
    assert "A name is needed." in refused.text
    assert events(new) == []
    new.client.post(path, data={"name": "山田太郎", "listed": "yes"}, follow_redirects=False)
    assert new.client.get("/api/v1/me").json()["name"] == "山田太郎"


@pytest.mark.parametrize("code", ["nothing", "%00", "x" * 4000, "%F0%9F%A6%8A", "a b"])
def test_a_link_that_leads_nowhere_is_told_so(house: House, code: str) -> None:
    for client in (house.client(), house.person().client):
        page = client.get(f"/join/{code}")
        assert page.status_code == 404
        assert "leads to no event" in page.text


def test_anybody_may_start_a_small_event_and_is_in_it(house: House) -> None:
    ana = house.person("Ana")
    made = ana.client.post("/events", data=DINNER, follow_redirects=True)
    assert made.url.path == "/events/dinner-by-the-sea/invitation"
    assert [(e["slug"], e["listed"]) for e in events(ana)] == [("dinner-by-the-sea", True)]
    link = re.search(BASE_URL + r"/join/[\w-]+", made.text)
    assert link
    assert house.client().get(link[0]).status_code == 200


def test_the_code_of_the_join_link_reads_back(house: House) -> None:
    ana = house.person("Ana")
    page = ana.client.post("/events", data=DINNER, follow_redirects=True).text
    link = re.search(BASE_URL + r"/join/[\w-]+", page)
    bars = re.findall(r"M(\d+) (\d+)h(\d+)v1", page)
    assert link
    picture = Image.new("L", (600, 600), 255)
    draw = ImageDraw.Draw(picture)
    for x, y, width in (map(int, bar) for bar in bars):
        left, top = 40 + x * 10, 40 + y * 10
        draw.rectangle((left, top, left + width * 10 - 1, top + 9), fill=0)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [link[0]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 900_000),
        ("starts", ""),
        ("starts", "tomorrow"),
        ("ends", "2026-11-30"),
        ("ends", "9999-12-31"),
        ("timezone", ""),
        ("timezone", "../../etc/passwd"),
        ("timezone", "Mars/Olympus\x00"),
    ],
)
def test_a_wrong_field_of_a_new_event_is_told_in_place(
    house: House, field: str, value: str
) -> None:
    ana = house.person("Ana")
    refused = ana.client.post("/events", data={**DINNER, field: value})
    assert refused.status_code == 400
    assert f'id="{field}-error"' in refused.text
    assert field == "name" or 'value="Dinner by the Sea"' in refused.text
    assert events(ana) == []


def test_two_events_of_one_name_have_addresses_of_their_own(house: House) -> None:
    ana = house.person("Ana")
    for _ in range(2):
        assert ana.client.post("/events", data=DINNER).status_code == 303
    assert len({e["slug"] for e in events(ana)}) == 2


def test_only_who_runs_the_event_gives_its_link_away(house: House) -> None:
    event, ana = house.event(house.person("Olu")), house.person("Ana")
    house.attendee(event, ana)
    for slug in (event.slug, "nowhere", "%00"):
        assert ana.client.get(f"/events/{slug}/invitation").status_code in {400, 404}
