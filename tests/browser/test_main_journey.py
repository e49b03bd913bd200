"""The main job, as a person does it: sign in, scan, choose what comes next, find it again."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPhone
from tests.browser.fake_camera import badge_frame, write_video
from tests.mailbox import Mailbox
from tests.server.house import House, tie


def named(page: Page, name: str) -> Locator:
    """The name itself, not the words that tell a screen reader whose button it is."""
    return page.locator("bdi").get_by_text(name, exact=True)


def sign_in(page: Page, mailbox: Mailbox, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name=re.compile("code", re.I)).click()
    mail = mailbox.wait_for(email).get_content()
    code = re.search(r"[2-9A-HJ-NP-Z]{4}-?[2-9A-HJ-NP-Z]{4}", mail)
    assert code
    page.get_by_label("Code").fill(code[0])
    page.get_by_role("button", name="Sign in").click()


def test_sign_in_scan_choose_an_intent_and_find_the_follow_up(
    live: House, mailbox: Mailbox, open_phone: OpenPhone, tmp_path: Path
) -> None:
    ana = live.person("Ana Oliveira", email="ana@example.org")
    event = live.event(ana)
    live.attendee(event, ana)
    fenna = live.attendee(event, "Fenna Wouters", handles=[("x", "@fenna")], company="Harbour Labs")
    live.attendee(event, "Kerry Calloway", handles=[("x", "@kerry")])
    live.ties(ana, tie("fenna"), tie("kerry"))
    video = write_video(tmp_path / "badge.y4m", [(badge_frame(fenna.code), 1)])

    with open_phone(camera=video) as page:
        sign_in(page, mailbox, "ana@example.org")
        page.goto("/events/seaside/unmet")
        expect(named(page, "Fenna Wouters")).to_be_visible()
        expect(named(page, "Kerry Calloway")).to_be_visible()

        page.goto("/scan")
        card = page.locator("#scan-card")
        expect(card.get_by_role("heading", name="Fenna Wouters")).to_be_visible(timeout=15_000)
        expect(card).to_contain_text("Harbour Labs")
        expect(page.locator("#scan-state")).to_have_text("Safe")
        with page.expect_response(re.compile("/api/v1/scans/.+")) as saved:
            card.locator(".chip", has_text="Coffee").click()
        assert saved.value.status == 200

        page.goto("/follow-ups")
        expect(named(page, "Fenna Wouters")).to_be_visible()
        expect(page.get_by_text(re.compile("Coffee")).first).to_be_visible()

        page.goto("/events/seaside/unmet")
        expect(named(page, "Kerry Calloway")).to_be_visible()
        expect(page.get_by_text("Fenna Wouters")).to_have_count(0)


def test_the_phones_own_camera_opens_the_badge_and_one_tap_keeps_the_meeting(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    fenna = live.attendee(live.event(ana))

    with open_phone(ana) as page:
        page.goto(f"/b/{fenna.token}")
        page.get_by_role("button", name="Keep this meeting").click()
        expect(page.get_by_role("heading", name="Fenna Wouters")).to_be_visible()
        with page.expect_response(re.compile("/api/v1/scans/.+")) as saved:
            page.locator("label.chip", has_text="Coffee").click()
        assert saved.value.json()["intents"] == ["coffee"]

        page.goto("/people")
        expect(named(page, "Fenna Wouters")).to_be_visible()


def test_a_stranger_sees_only_the_event_of_a_badge(live: House, open_phone: OpenPhone) -> None:
    fenna = live.attendee(live.event(live.person()))

    with open_phone() as page:
        page.goto(f"/b/{fenna.token}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Recruiters by the Sea")
        expect(page.get_by_text("Fenna Wouters")).to_have_count(0)


def test_everything_but_the_camera_works_without_javascript(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    event = live.event(ana)
    live.attendee(event, ana)
    fenna = live.attendee(event)

    with open_phone(ana, java_script_enabled=False) as page:
        page.goto("/scan")
        page.get_by_label("Type or paste a code").fill(fenna.short_code)
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_role("heading", name="Fenna Wouters")).to_be_visible()
        page.locator(".chip", has_text="Coffee").click()
        page.get_by_role("button", name="Save").click()

        page.goto("/follow-ups")
        expect(named(page, "Fenna Wouters")).to_be_visible()
