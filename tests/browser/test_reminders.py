"""Notifications as the service worker shows them."""

import json

import pytest
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import update

from firsthand.db import now
from firsthand.reminders.choices import browsers_of, forget_endpoint
from firsthand.reminders.choices import subscribe as keep_browser
from firsthand.reminders.models import PushSubscription
from firsthand.reminders.web_push import ServerKey
from tests.browser.conftest import OpenPhone
from tests.live import SECRET_KEY
from tests.push_service import Browser
from tests.server.house import House, Person

_SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag, data }) => ({ title, body, tag, path: data.path }));
}"""

# A worker that is still activating is "ready", too; no push service could know it so early.
_ACTIVATED = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  if (active.state === "activated") return;
  await new Promise((resolve) => active.addEventListener("statechange", resolve));
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
    page.evaluate(_ACTIVATED)
    return line, found[-1]


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
        page.get_by_label("Your time zone").fill("UTC")
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_label("Your time zone")).to_have_value("UTC")


_ENDPOINT = "https://fcm.googleapis.com/fcm/send/one"
# A push service of the browser's maker is out of reach here: this is what it would have given.
_SUBSCRIBED = """([account, serverKey, endpoint, keys]) => {
  const letters = serverKey.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  const options = { userVisibleOnly: true, applicationServerKey: bytes.buffer };
  const toJSON = () => ({ endpoint, keys });
  PushManager.prototype.getSubscription = async () => ({ endpoint, options, toJSON });
  localStorage.setItem("firsthand.push", `${account} ${serverKey}`);
}"""


def subscribed_before(house: House, who: Person) -> str:
    """The server has ended this browser; answers what makes the browser think otherwise."""
    browser = Browser()
    keys = browser.p256dh, browser.auth
    house.db.write_now(keep_browser, who.id, _ENDPOINT, keys, "Chromium", "")
    ended = update(PushSubscription).values(retired_at=now(), problem="It answers 410.")
    house.db.write_now(lambda session: session.execute(ended))
    given = {"p256dh": browser.p256dh, "auth": browser.auth}
    said = [str(who.id), ServerKey(SECRET_KEY).public, _ENDPOINT, given]
    return f"({_SUBSCRIBED})({json.dumps(said)})"


@pytest.mark.parametrize("is_taken_away", [False, True])
def test_a_browser_that_has_ended_starts_again_where_it_is_and_one_taken_away_stays_away(
    live: House, open_phone: OpenPhone, is_taken_away: bool
) -> None:
    mira = live.person("Mira Andersen")
    script = subscribed_before(live, mira)
    if is_taken_away:
        live.db.write_now(forget_endpoint, mira.id, _ENDPOINT)
    with open_phone(mira) as page:
        page.context.grant_permissions(["notifications"])
        page.add_init_script(script)
        told: list[str] = []
        page.on("request", lambda request: told.append(request.method + " " + request.url))
        page.goto("/me/reminders")
        expect(page.get_by_text("On this phone or computer: yes.")).to_be_visible()
        expect(page.get_by_text("It answers 410.")).to_have_count(0)
        # What it would say, it has said before the next frame.
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    assert [each.partition(" ")[0] for each in told].count("POST") == (0 if is_taken_away else 1)
    kept = [each.retired_at for each in live.db.read_now(browsers_of, mira.id)]
    assert kept == ([] if is_taken_away else [None])
