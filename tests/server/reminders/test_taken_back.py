"""What is on its way obeys what its owner, and whoever it is about, say meanwhile."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.attendees.membership import ATTENDEE_ARRIVED
from firsthand.db import new_id, now
from firsthand.events.models import Event
from firsthand.outbox import enqueue
from firsthand.reminders.models import Delivery
from firsthand.reminders.unsubscribing import unsubscribe_token
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.mailbox import Mailbox
from tests.push_service import Browser, PushService
from tests.server.house import House, Person, tie
from tests.server.reminders.test_arrivals import HERE, arrive, choose, is_told
from tests.server.reminders.test_digests import answering, make_due, sender_of, try_now
from tests.server.reminders.test_digests import send as send_mail
from tests.server.reminders.test_pushes import allow, send, subscribe

LISBON = ZoneInfo("Europe/Lisbon")
NO_QUIET = {"quiet_from": "3", "quiet_until": "3"}


@pytest.fixture
def event(house: House) -> Event:
    return house.event(house.person("Olga Organiser"), timezone="UTC")


@pytest.fixture
def mira(house: House, event: Event) -> Person:
    """Has something to do, and is here."""
    mira = house.person("Mira Andersen", "mira@example.org")
    house.attendee(event, mira)
    draft = MeetingDraft(
        attendee=house.attendee(event, "Fenna Wouters").id, event="seaside", intents=["send"]
    )
    house.db.write_now(keep_meeting, mira.id, draft)
    return mira


def now_quiet() -> dict[str, str]:
    hour = now().astimezone(LISBON).hour
    return {"quiet_from": str(hour), "quiet_until": str((hour + 2) % 24)}


def waiting(house: House) -> list[Delivery]:
    def read(session: Session) -> list[Delivery]:
        return list(session.scalars(select(Delivery).where(Delivery.state == "waiting")))

    return house.db.read_now(read)


def kept(house: House) -> str:
    """All that stands in deliveries."""

    def read(session: Session) -> str:
        return json.dumps(list(session.scalars(select(Delivery.data))))

    return house.db.read_now(read)


@pytest.mark.parametrize("how", ["one click", "by_mail", "digest"])
def test_a_mail_that_waits_is_not_sent_to_who_ended_them(
    house: House, mira: Person, mailbox: Mailbox, how: str
) -> None:
    make_due(house, mira)
    with answering() as url:
        send_mail(house, url)
    assert len(waiting(house)) == 1
    if how == "one click":
        token = unsubscribe_token(house.settings.secret_key, mira.id)
        assert house.client().post(f"/unsubscribe/{token}").status_code == 200
    else:
        choose(mira, **{how: "no" if how == "by_mail" else "none"})
    try_now(house)
    send_mail(house, mailbox.url)
    assert mailbox.messages == []
    assert waiting(house) == []


def test_a_notification_that_waits_is_not_shown_to_who_wants_none(
    house: House, mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"status": 500}
    with PushService(lambda _: answers["status"]) as service:
        allow(house, service.origin, monkeypatch)
        make_due(house, mira, by_mail="no", **NO_QUIET)
        subscribe(house, mira, f"{service.origin}/push/1", Browser())
        send(house)
        choose(mira, by_mail="no", by_push="no", **NO_QUIET)
        answers["status"] = 201
        try_now(house)
        send(house)
        assert service.taken == []
    assert waiting(house) == []


def test_what_is_tried_again_waits_for_the_end_of_quiet_hours_as_well(
    house: House, mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"status": 500}
    with PushService(lambda _: answers["status"]) as service:
        allow(house, service.origin, monkeypatch)
        make_due(house, mira, by_mail="no", **NO_QUIET)
        subscribe(house, mira, f"{service.origin}/push/1", Browser())
        send(house)
        answers["status"] = 201
        # Meanwhile it is quiet, by the clock or by a new choice.
        quiet = now_quiet()
        choose(mira, by_mail="no", **quiet)
        try_now(house)
        send(house)
        assert service.taken == []
        (moved,) = waiting(house)
        assert moved.not_before.astimezone(LISBON).hour == int(quiet["quiet_until"])
        assert moved.tries == 1, "to wait is no try"
        choose(mira, by_mail="no", **NO_QUIET)
        try_now(house)
        send(house)
        assert len(service.taken) == 1, "moved, not lost"


WITHDRAWALS = ["takes it back", "hides", "blocks", "leaves"]


def withdraw(house: House, how: str, ana: Person, mira: Person) -> None:
    if how == "takes it back":
        choose(ana, show_arrival="no")
    elif how == "hides":
        ana.client.put("/me/events/seaside/listing", data={"listed": "no"})
    elif how == "blocks":
        house.db.write_now(block, ana.id, mira.id)
    else:
        ana.client.request("DELETE", "/api/v1/me")


@pytest.fixture
def ana(house: House, event: Event, mira: Person) -> Person:
    """Known to Mira online, lets others be told, and has just arrived."""
    ana = house.person("Ana Lima")
    house.attendee(event, ana, handles=[("x", "@ana")])
    house.ties(mira, tie("ana"))
    choose(ana, show_arrival="yes")
    return ana


@pytest.mark.parametrize("how", WITHDRAWALS)
def test_who_withdraws_after_arriving_is_named_no_more(
    house: House, mira: Person, ana: Person, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PushService() as service:
        allow(house, service.origin, monkeypatch)
        subscribe(house, mira, f"{service.origin}/push/1", Browser())
        choose(mira, tell_arrivals="yes", **now_quiet())
        arrive(mira)
        arrive(ana)
        assert is_told(house, mira)
        assert len(waiting(house)) == 1
        withdraw(house, how, ana, mira)
        assert "Just arrived" not in mira.client.get(HERE).text
        choose(mira, tell_arrivals="yes", **NO_QUIET)
        try_now(house)
        send(house)
        assert service.taken == []


def test_a_delivery_holds_nobody_elses_name(house: House, mira: Person, ana: Person) -> None:
    """It would outlast her account, and go along with an export of Mira's."""
    choose(mira, tell_arrivals="yes")
    arrive(mira)
    arrive(ana)
    assert is_told(house, mira)
    assert "Ana" not in kept(house)


def test_a_notification_names_who_has_arrived(
    house: House, mira: Person, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PushService() as service:
        allow(house, service.origin, monkeypatch)
        browser = Browser()
        subscribe(house, mira, f"{service.origin}/push/1", browser)
        choose(mira, tell_arrivals="yes", **NO_QUIET)
        arrive(mira)
        arrive(ana)
        house.settle()
        send(house)
        ((_, _, body),) = service.taken
        said = json.loads(browser.read(body))
        assert said["title"] == "Ana Lima has arrived"
        assert said["path"] == "/events/seaside/unmet"


@pytest.mark.parametrize("what", ["digests", "sign-in codes"])
def test_a_mail_server_that_hangs_keeps_nobodys_write_waiting(
    house: House, mira: Person, what: str
) -> None:
    """While it hangs, what a write leaves to do is done all the same."""
    make_due(house, mira)
    for number in range(3):
        person = house.person(f"Person {number}")
        draft = MeetingDraft(name="Fenna Wouters", intents=["send"])
        house.db.write_now(keep_meeting, person.id, draft)
        make_due(house, person)

    async def write_meanwhile() -> None:
        # As on a small machine, whatever this one is.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        reached, ended = asyncio.Semaphore(0), asyncio.Event()

        async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            reached.release()
            await ended.wait()
            writer.close()

        async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
            sender = sender_of(house, f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            sending = (
                [sender.send_what_is_due()]
                if what == "digests"
                else [sender.mailer.send("a@example.org", "A code", "ABCD") for _ in range(4)]
            )
            tasks = asyncio.gather(*sending, return_exceptions=True)
            for _ in range(2):
                await reached.acquire()
            try:
                await asyncio.wait_for(house.db.write(leave_work), 8)
            finally:
                ended.set()
                await tasks

    asyncio.run(write_meanwhile())


def leave_work(session: Session) -> None:
    enqueue(session, ATTENDEE_ARRIVED, new_id())
