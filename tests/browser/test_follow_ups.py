"""From fifty meetings to an empty list: by thumb, by key, several at once."""

from typing import Any

import pytest
from playwright.sync_api import expect

from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.browser.conftest import OpenPhone
from tests.server.house import House, Person

NAMES = ("Ana Lima", "Bo Chen", "Cem Kaya")


@pytest.fixture
def mira(live: House) -> Person:
    """Has met three people, whom a coffee is promised; Ana is on LinkedIn."""
    mira = live.person("Mira Andersen")
    event = live.event(mira)
    live.attendee(event, mira)
    for name in NAMES:
        profile = f"linkedin.com/in/{name.split()[0].lower()}"
        wearer = live.attendee(event, name, handles=[("linkedin", profile)])
        draft = MeetingDraft(attendee=wearer.id, event="seaside", intents=["coffee"])
        live.db.write_now(keep_meeting, mira.id, draft)
    return mira


def follow_ups(mira: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = mira.client.get("/api/v1/follow-ups").json()["items"]
    return items


def states(mira: Person) -> list[str]:
    return sorted(item["state"] for item in follow_ups(mira))


def test_one_writes_and_goes_on_without_leaving_the_list(
    mira: Person, live: House, open_phone: OpenPhone
) -> None:
    with open_phone(mira) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/follow-ups")
        ana = page.locator("[data-swipes]", has_text="Ana Lima")
        ana.get_by_role("link", name="Message").click()
        words = ana.get_by_label("Your words to")
        expect(words).to_be_focused()
        expect(words).to_have_value(
            "Hello Ana, it was good to meet you at Recruiters by the Sea today. "
            "Shall we find a time for that coffee?"
        )
        link = ana.get_by_role("link", name="Message on LinkedIn")
        expect(link).to_have_attribute("href", "https://www.linkedin.com/in/ana")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        ana.get_by_role("button", name="I wrote: done").click()
        expect(ana.get_by_text("Done.")).to_be_visible()
        expect(page).to_have_url("/follow-ups")
        assert states(mira) == ["done", "open", "open"]
        ana.get_by_role("button", name="Undo").click()
        expect(ana.get_by_role("button", name="Done")).to_be_visible()
        assert states(mira) == ["open", "open", "open"]


def test_what_is_typed_goes_into_the_links(
    mira: Person, live: House, open_phone: OpenPhone
) -> None:
    contact = next(
        item["id"]
        for item in mira.client.get("/api/v1/contacts").json()["items"]
        if item["name"] == "Bo Chen"
    )
    mira.client.patch(f"/people/{contact}", data={"email": "bo@example.org"})
    with open_phone(mira) as page:
        page.goto(f"/people/{contact}/message")
        page.get_by_label("Your words to").fill("Olá & até já?")
        expect(page.get_by_role("link", name="E-mail")).to_have_attribute(
            "href",
            "mailto:bo@example.org?subject=Good%20to%20meet%20you"
            "&body=Ol%C3%A1%20%26%20at%C3%A9%20j%C3%A1%3F",
        )


def test_the_whole_list_is_worked_by_keys_alone(
    mira: Person, live: House, open_phone: OpenPhone
) -> None:
    with open_phone(mira) as page:
        page.goto("/follow-ups")
        rows = page.locator("[data-swipes]")
        rows.first.locator(".name").focus()
        page.keyboard.press("j")
        expect(rows.nth(1).locator(".name")).to_be_focused()
        page.keyboard.press("d")
        expect(rows.nth(1).get_by_text("Done.")).to_be_visible()
        expect(rows.nth(1)).to_be_focused()
        page.keyboard.press("u")
        expect(rows.nth(1).get_by_role("button", name="Done")).to_be_visible()
        expect(rows.nth(1)).to_be_focused()
        page.keyboard.press("k")
        expect(rows.first.locator(".name")).to_be_focused()
        page.keyboard.press("t")
        expect(rows.first.get_by_text("Snoozed until")).to_be_visible()
        assert states(mira) == ["open", "open", "snoozed"]


def test_keys_outside_the_list_do_nothing(mira: Person, live: House, open_phone: OpenPhone) -> None:
    with open_phone(mira) as page:
        page.goto("/follow-ups")
        page.keyboard.press("d")
        page.get_by_role("link", name="Message Ana Lima").click()
        words = page.get_by_label("Your words to")
        words.fill("")
        words.press_sequentially("dtu")
        expect(words).to_have_value("dtu")
        assert states(mira) == ["open", "open", "open"]


def test_several_are_ticked_done_and_undone_at_once(
    mira: Person, live: House, open_phone: OpenPhone
) -> None:
    with open_phone(mira) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/follow-ups")
        bar = page.get_by_role("form", name="With those ticked")
        expect(bar).to_be_hidden()
        for name in NAMES[:2]:
            page.get_by_label(f"Tick: Coffee, {name}").check()
        expect(bar.get_by_text("2 chosen:")).to_be_in_viewport()
        bar.get_by_role("button", name="Done").click()
        expect(page.get_by_text("2 done.")).to_be_visible()
        expect(page.locator("#several-answer")).to_be_focused()
        expect(bar).to_be_hidden()
        assert states(mira) == ["done", "done", "open"]
        page.get_by_role("button", name="Undo all").click()
        expect(page.get_by_text("As they were.")).to_be_visible()
        assert states(mira) == ["open", "open", "open"]


@pytest.mark.parametrize(("by", "state"), [(150, "done"), (-150, "snoozed"), (40, "open")])
def test_a_swipe_completes_or_puts_off_and_a_short_one_does_nothing(
    mira: Person, live: House, open_phone: OpenPhone, by: int, state: str
) -> None:
    with open_phone(mira) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/follow-ups")
        box = page.locator("[data-swipes]", has_text="Bo Chen").bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + 16
        fingers = page.context.new_cdp_session(page)

        def touch(kind: str, *points: dict[str, float]) -> None:
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

        touch("touchStart", {"x": x, "y": y})
        for step in range(1, 11):
            touch("touchMove", {"x": x + by * step / 10, "y": y})
        touch("touchEnd")
        if state == "open":
            page.wait_for_load_state("networkidle")
        else:
            words = {"done": "Done.", "snoozed": "Snoozed until"}[state]
            expect(page.get_by_text(words)).to_be_visible()
        assert states(mira) == sorted(["open", "open", state])


def test_undo_in_the_page_takes_the_message_and_the_snooze_back(
    mira: Person, live: House, open_phone: OpenPhone
) -> None:
    before = {item["id"]: item["due"] for item in follow_ups(mira)}
    contact = next(item["contact"]["id"] for item in follow_ups(mira))
    with open_phone(mira) as page:
        page.goto("/follow-ups")
        row = page.locator("[data-swipes]").first
        row.get_by_role("link", name="Message").click()
        row.get_by_role("button", name="I wrote: done").click()
        expect(page.get_by_text("2 open")).to_be_visible()
        row.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("3 open")).to_be_visible()
        card = mira.client.get(f"/api/v1/contacts/{contact}").json()
        assert "message" not in [moment["kind"] for moment in card["timeline"]]
        row.get_by_text("Later, or change").click()
        row.get_by_role("button", name="Tomorrow").click()
        expect(row.get_by_text("Snoozed until")).to_be_visible()
        row.get_by_role("button", name="Undo").click()
        expect(row.get_by_role("button", name="Done")).to_be_visible()
        assert {item["id"]: item["due"] for item in follow_ups(mira)} == before


def test_escape_puts_the_message_away(mira: Person, live: House, open_phone: OpenPhone) -> None:
    with open_phone(mira) as page:
        page.goto("/follow-ups")
        page.get_by_role("button", name="Work by keys").click()
        page.keyboard.press("m")
        expect(page.get_by_label("Your words to")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_label("Your words to")).to_have_count(0)
        expect(page.get_by_role("link", name="Message Ana Lima")).to_be_focused()


def test_those_put_off_are_brought_back_without_a_word_from_the_browser(
    mira: Person, live: House, open_phone: OpenPhone
) -> None:
    with open_phone(mira) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/follow-ups")
        for name in NAMES[:2]:
            page.get_by_label(f"Tick: Coffee, {name}").check()
        bar = page.get_by_role("form", name="With those ticked")
        bar.get_by_role("button", name="Put off until").click()
        expect(page.get_by_text("2 put off.")).to_be_in_viewport()
        page.get_by_role("button", name="Undo all").click()
        expect(page.get_by_text("As they were.")).to_be_visible()
        assert states(mira) == ["open", "open", "open"]
