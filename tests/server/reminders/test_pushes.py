"""Notifications: only that browser reads them, quiet hours hold, dead browsers are retired."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.db import now
from firsthand.mail import Mailer
from firsthand.reminders import sending
from firsthand.reminders.delivering import make_digests
from firsthand.reminders.models import Delivery, ReminderChoice
from firsthand.reminders.sending import Sender
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.push_service import Browser, PushService
from tests.server.house import House, Person
from tests.server.reminders.test_digests import WISH, deliveries


@pytest.fixture
def mira(house: House) -> Person:
    mira = house.person("Mira Andersen")
    event = house.event(mira, timezone="UTC")
    house.attendee(event, mira)
    draft = MeetingDraft(
        attendee=house.attendee(event, "Fenna Wouters").id, event="seaside", intents=["send"]
    )
    house.db.write_now(keep_meeting, mira.id, draft)
    wish = {**WISH, "by_mail": "no", "quiet_from": "3", "quiet_until": "3"}
    assert mira.client.put("/me/reminders", data=wish).status_code == 303
    return mira


def make_due(house: House, moment: datetime | None = None) -> None:
    values = {"next_digest_at": moment or now()}
    house.db.write_now(lambda session: session.execute(update(ReminderChoice).values(values)))


def subscribe(house: House, who: Person, endpoint: str, browser: Browser) -> int:
    """As the browser does."""
    data = {"endpoint": endpoint, "p256dh": browser.p256dh, "auth": browser.auth}
    return who.client.post("/me/push-subscriptions", data=data).status_code


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as service:
        yield service


def allow(house: House, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """This push service, as the operator's setting would; the application keeps its settings."""
    object.__setattr__(house.settings, "push_hosts", origin)
    monkeypatch.setattr(sending, "_SECONDS", 1)


def send(house: House) -> None:
    sender = Sender(house.db, house.settings, house.app.state.pages, Mailer(house.settings))
    asyncio.run(sender.send_what_is_due())


def test_it_says_what_is_due_to_that_browser_alone(
    house: House, mira: Person, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(house, service.origin, monkeypatch)
    browser = Browser()
    assert subscribe(house, mira, f"{service.origin}/push/1", browser) == 200
    make_due(house)
    for _ in range(2):
        send(house)
    ((path, headers, body),) = service.taken
    assert path == "/push/1"
    said = json.loads(browser.read(body))
    assert said["title"] == "1 follow-up this week"
    assert said["body"] == "Fenna Wouters"
    assert said["path"] == "/follow-ups"
    assert said["tag"] == headers["Topic"]
    assert b"Fenna" not in body


def test_each_of_several_browsers_gets_its_own(
    house: House, mira: Person, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(house, service.origin, monkeypatch)
    browsers = [Browser(), Browser()]
    for number, browser in enumerate(browsers):
        subscribe(house, mira, f"{service.origin}/push/{number}", browser)
    make_due(house)
    send(house)
    read = {path: body for path, _, body in service.taken}
    for number, browser in enumerate(browsers):
        assert json.loads(browser.read(read[f"/push/{number}"]))["path"] == "/follow-ups"


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_retired_and_said_until_it_comes_back(
    house: House, mira: Person, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PushService(lambda _: status) as gone:
        allow(house, gone.origin, monkeypatch)
        browser = Browser()
        subscribe(house, mira, f"{gone.origin}/push/1", browser)
        make_due(house)
        send(house)
        assert [state for state, _, _ in deliveries(house)] == ["given-up"]
        assert f"The push service answers {status}." in mira.client.get("/me/reminders").text
        make_due(house, now() - timedelta(days=1))
        send(house)
        assert len(deliveries(house)) == 1, "made for a browser that is gone"
        subscribe(house, mira, f"{gone.origin}/push/1", browser)
        assert "ended" not in mira.client.get("/me/reminders").text


@pytest.mark.parametrize("status", [500, 429, 0])
def test_a_push_service_in_trouble_gets_it_later_and_the_browser_stays(
    house: House, mira: Person, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"status": status}
    with PushService(lambda _: answers["status"]) as service:
        allow(house, service.origin, monkeypatch)
        browser = Browser()
        subscribe(house, mira, f"{service.origin}/push/1", browser)
        make_due(house)
        send(house)
        ((state, tries, problem),) = deliveries(house)
        assert (state, tries) == ("waiting", 1)
        assert "push service" in problem
        answers["status"] = 201
        anew = update(Delivery).values(not_before=now())
        house.db.write_now(lambda session: session.execute(anew))
        send(house)
        assert len(service.taken) == 1
        assert [state for state, _, _ in deliveries(house)] == ["sent"]


def test_quiet_hours_move_it_to_their_end(
    house: House, mira: Person, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(house, service.origin, monkeypatch)
    subscribe(house, mira, f"{service.origin}/push/1", Browser())
    zone = ZoneInfo("Europe/Lisbon")
    hour = now().astimezone(zone).hour
    quiet = {"quiet_from": str(hour), "quiet_until": str((hour + 2) % 24)}
    mira.client.put("/me/reminders", data={**WISH, "by_mail": "no", **quiet})
    make_due(house)
    send(house)
    assert service.taken == []

    def when(session: Session) -> datetime:
        return session.scalars(select(Delivery.not_before)).one()

    assert house.db.read_now(when).astimezone(zone).hour == (hour + 2) % 24


def test_what_another_signs_in_to_is_theirs(
    house: House, mira: Person, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(house, service.origin, monkeypatch)
    browser = Browser()
    subscribe(house, mira, f"{service.origin}/push/1", browser)
    other = house.person("Bo")
    subscribe(house, other, f"{service.origin}/push/1", browser)
    make_due(house)
    send(house)
    assert service.taken == []


def test_keys_and_addresses_that_are_none_are_refused(
    house: House, mira: Person, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    inside = "https://127.0.0.1/push"
    object.__setattr__(house.settings, "push_hosts", "")
    data = {"endpoint": inside, "p256dh": browser.p256dh, "auth": browser.auth}
    assert mira.client.post("/me/push-subscriptions", data=data).status_code == 400
    allow(house, service.origin, monkeypatch)
    endpoint = f"{service.origin}/push/1"
    for p256dh, auth in (("", ""), ("nonsense", browser.auth), (browser.p256dh, "AAAA")):
        data = {"endpoint": endpoint, "p256dh": p256dh, "auth": auth}
        assert mira.client.post("/me/push-subscriptions", data=data).status_code == 400
    assert "Take away" not in mira.client.get("/me/reminders").text


def test_a_browser_is_taken_away_by_itself_or_from_elsewhere(
    house: House, mira: Person, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(house, service.origin, monkeypatch)
    endpoints = [f"{service.origin}/push/{number}" for number in range(2)]
    ids = [
        mira.client.post(
            "/me/push-subscriptions",
            data={"endpoint": endpoint, "p256dh": browser.p256dh, "auth": browser.auth},
        ).json()["id"]
        for endpoint, browser in zip(endpoints, (Browser(), Browser()), strict=True)
    ]
    stranger = house.person()
    gone = f"/me/push-subscriptions/{ids[1]}"
    assert stranger.client.delete(gone).status_code == 404
    assert mira.client.delete(gone).status_code == 303
    mira.client.request("DELETE", "/me/push-subscriptions", data={"endpoint": endpoints[0]})
    assert "Take away" not in mira.client.get("/me/reminders").text
    house.db.write_now(make_digests, datetime.now(UTC))
