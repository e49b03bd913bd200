"""Notifications as the service worker shows them."""

import json

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import OpenPhone
from tests.server.house import House

_SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag, data }) => ({ title, body, tag, path: data.path }));
}"""


def worker_of(page: Page) -> tuple[CDPSession, str]:
    """A line to the browser, and the id of the worker's registration."""
    line = page.context.new_cdp_session(page)
    found: list[str] = []
    line.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(each["registrationId"] for each in event["registrations"]),
    )
    line.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return line, found[0]


def push(page: Page, line: CDPSession, registration: str, data: str) -> list[dict[str, str]]:
    origin = page.evaluate("location.origin")
    line.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registration, "data": data},
    )
    shown: list[dict[str, str]] = []
    for _ in range(50):
        shown = page.evaluate(_SHOWN)
        if shown:
            break
        page.wait_for_timeout(100)
    return shown


def test_a_push_says_what_is_due_and_one_that_cannot_be_read_still_says_something(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(live.person("Mira Andersen")) as page:
        page.context.grant_permissions(["notifications"])
        page.goto("/me/reminders")
        line, registration = worker_of(page)
        said = {"title": "2 follow-ups are due", "body": "Ana", "path": "/follow-ups", "tag": "a"}
        assert push(page, line, registration, json.dumps(said)) == [said]
        page.evaluate(
            "navigator.serviceWorker.ready.then(async (r) =>"
            " (await r.getNotifications()).forEach((n) => n.close()))"
        )
        (shown,) = push(page, line, registration, "nonsense")
        assert shown["title"] == "Something is due"


def test_the_page_says_what_this_browser_can(live: House, open_phone: OpenPhone) -> None:
    with open_phone(live.person("Mira Andersen"), timezone_id="Asia/Tokyo") as page:
        page.goto("/me/reminders")
        expect(page.get_by_text("On this phone or computer: not yet.")).to_be_visible()
        expect(page.get_by_role("button", name="Show notifications here")).to_be_visible()
        expect(page.get_by_label("Your time zone")).to_have_value("Asia/Tokyo")
        page.get_by_label("Every day").check()
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_text("The next one:")).to_be_visible()
