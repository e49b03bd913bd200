"""What is due arrives by mail: at the owner's hour, once, and not any more once it is done."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.db import now
from firsthand.followups.models import FollowUp
from firsthand.mail import Mailer
from firsthand.reminders.delivering import Outcome, claim, make_digests, record
from firsthand.reminders.models import Delivery, ReminderChoice
from firsthand.reminders.sending import Sender
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.mailbox import Mailbox
from tests.server.house import House, Person

WISH = {
    "digest": "daily", "weekday": "0", "hour": "8", "timezone": "Europe/Lisbon", "by_mail": "yes",
    "by_push": "yes", "quiet_from": "22", "quiet_until": "7",
}  # fmt: skip


def sender_of(house: House, smtp_url: str) -> Sender:
    settings = replace(house.settings, smtp_url=smtp_url)
    return Sender(house.db, settings, house.app.state.pages, Mailer(settings))


def send(house: House, smtp_url: str) -> int:
    return asyncio.run(sender_of(house, smtp_url).send_what_is_due())


def make_due(house: House, who: Person, **wish: str) -> None:
    answer = who.client.put("/me/reminders", data={**WISH, **wish})
    assert answer.status_code == 303, answer.text
    past = now() - timedelta(minutes=1)
    house.db.write_now(
        lambda session: session.execute(
            update(ReminderChoice)
            .where(ReminderChoice.owner_id == who.id)
            .values(next_digest_at=past)
        )
    )


def try_now(house: House) -> None:
    """The time to wait has passed."""
    house.db.write_now(
        lambda session: session.execute(
            update(Delivery).values(not_before=now(), claimed_until=None)
        )
    )


def deliveries(house: House) -> list[tuple[str, int, str]]:
    def read(session: Session) -> list[tuple[str, int, str]]:
        rows = session.scalars(select(Delivery))
        return [(row.state, row.tries, row.problem) for row in rows]

    return house.db.read_now(read)


@pytest.fixture
def mira(house: House) -> Person:
    """Met Fenna, whom slides and a coffee are promised."""
    mira = house.person("Mira Andersen", "mira@example.org")
    event = house.event(mira, timezone="UTC")
    house.attendee(event, mira)
    wearer = house.attendee(event, "Fenna <b>Wouters</b>")
    draft = MeetingDraft(attendee=wearer.id, event="seaside", intents=["send", "keep-in-touch"])
    house.db.write_now(keep_meeting, mira.id, draft)
    return mira


def test_the_digest_says_whom_what_when_and_where_they_met(
    house: House, mira: Person, mailbox: Mailbox
) -> None:
    make_due(house, mira)
    assert send(house, mailbox.url) == 1
    mail = mailbox.wait_for("mira@example.org")
    assert mail["Subject"] == "1 follow-up this week"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
    assert "Send: Fenna <b>Wouters</b>" in text
    assert "(met at Recruiters by the Sea)" in text
    assert "Keep in touch" not in text
    page = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]  # it has one
    assert "Fenna &lt;b&gt;Wouters&lt;/b&gt;" in page
    (person,) = set(re.findall(r"/people/[0-9a-f-]+", text))
    assert mira.client.get(person).status_code == 200


def test_it_comes_once_however_often_one_looks(
    house: House, mira: Person, mailbox: Mailbox
) -> None:
    make_due(house, mira)
    for _ in range(3):
        send(house, mailbox.url)
    assert len(mailbox.messages) == 1
    make_due(house, mira)
    send(house, mailbox.url)
    assert len(mailbox.messages) == 1, "twice on one day"


def test_what_is_done_before_it_goes_out_is_not_in_it(
    house: House, mira: Person, mailbox: Mailbox
) -> None:
    make_due(house, mira)
    house.db.write_now(make_digests, now())
    for item in mira.client.get("/api/v1/follow-ups").json()["items"]:
        mira.client.put(f"/api/v1/follow-ups/{item['id']}/completion")
    send(house, mailbox.url)
    assert mailbox.messages == []
    assert [state for state, _, _ in deliveries(house)] == ["sent"]


def test_an_account_that_is_gone_gets_nothing(house: House, mira: Person, mailbox: Mailbox) -> None:
    make_due(house, mira)
    house.db.write_now(make_digests, now())
    orders = house.db.write_now(claim, now())
    mira.client.request("DELETE", "/api/v1/me")
    house.db.write_now(record, [(order, Outcome()) for order in orders], now())
    send(house, mailbox.url)
    assert mailbox.messages == []
    assert deliveries(house) == []


def test_what_was_typed_and_refused_stays_beside_its_error(house: House, mira: Person) -> None:
    typed = {**WISH, "digest": "weekly", "weekday": "3", "hour": "17", "timezone": "Mars/Olympus"}
    page = mira.client.put("/me/reminders", data={**typed, "tell_arrivals": "yes"})
    assert page.status_code == 400
    [zone] = re.findall(r'<input id="timezone"[^>]*>', page.text)
    assert 'value="Mars/Olympus"' in zone
    assert 'aria-invalid="true"' in zone
    assert '<option value="3" selected>Thursday' in page.text
    assert '<option value="17" selected>' in page.text
    assert 'name="tell_arrivals" value="yes" checked' in page.text
    kept = mira.client.get("/me/reminders").text
    assert "Mars/Olympus" not in kept


def test_no_mail_is_promised_where_the_server_sends_none_and_the_choice_stays(
    house: House, mira: Person
) -> None:
    page = mira.client.get("/me/reminders").text
    [box] = re.findall(r'<input type="checkbox" name="by_mail"[^>]*>', page)
    assert "checked" not in box
    assert "disabled" in box
    # What the page sends of it, since a box that is not ticked is not sent.
    [sent] = re.findall(r'<input type="hidden" name="by_mail" value="(\w+)">', page)
    mira.client.put("/me/reminders", data={**WISH, "by_mail": sent})
    assert house.db.read_now(lambda session: session.get_one(ReminderChoice, mira.id)).by_mail


def test_one_click_ends_it_without_signing_in(house: House, mira: Person, mailbox: Mailbox) -> None:
    make_due(house, mira)
    send(house, mailbox.url)
    mail = mailbox.messages[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    where = mail["List-Unsubscribe"].strip("<>").removeprefix(house.settings.base_url)
    stranger = house.client()
    assert "Shall that end?" in stranger.get(where).text
    # Only looked at, it goes on.
    assert house.db.read_now(lambda session: session.get_one(ReminderChoice, mira.id)).by_mail
    # As a mail program does: another host, no cookie, no origin.
    answer = stranger.post(where, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    house.db.write_now(
        lambda session: session.execute(update(ReminderChoice).values(next_digest_at=now()))
    )
    send(house, mailbox.url)
    assert len(mailbox.messages) == 1
    assert stranger.get("/unsubscribe/" + "A" * 44).status_code == 404
    assert stranger.post("/unsubscribe/nonsense").status_code == 404


def test_an_address_that_nobody_has_is_retired_and_said_until_one_tries_again(
    house: House, mira: Person, mailbox: Mailbox
) -> None:
    make_due(house, mira)
    with Mailbox(refuses=lambda address: True) as refusing:
        send(house, refusing.url)
        assert [state for state, _, _ in deliveries(house)] == ["given-up"]
    page = mira.client.get("/me/reminders").text
    assert "550 There is nobody here of that name" in page
    mira.client.post("/me/reminders/mail", data={"_method": "PUT"})
    assert "nobody here of that name" not in mira.client.get("/me/reminders").text


@contextmanager
def answering(*lines: bytes, hang: bool = False) -> Iterator[str]:
    """A server that says these lines, one for each that it hears, and hangs or hangs up."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    for line in lines:
                        connection.sendall(line + b"\r\n")
                        connection.recv(1000)
                    if hang:
                        ended.wait(30)

        threading.Thread(target=serve, daemon=True).start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        ended.set()


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (b"220 hello",),
        (b"220 hello", b"250 ok", b"250 ok", b"451 not now"),
        (b"220 hello", b"250 ok", b"250 ok", b"250 ok", b"354 go on"),
    ],
    ids=["drops at once", "drops after hello", "not now", "drops in the middle of the mail"],
)
def test_what_a_mail_server_does_not_take_is_tried_again_and_arrives_once(
    house: House, mira: Person, mailbox: Mailbox, lines: tuple[bytes, ...]
) -> None:
    make_due(house, mira)
    with answering(*lines) as url:
        send(house, url)
    ((state, tries, problem),) = deliveries(house)
    assert (state, tries) == ("waiting", 1)
    assert "could not send" in problem
    send(house, mailbox.url)
    assert mailbox.messages == [], "at once"
    try_now(house)
    send(house, mailbox.url)
    assert len(mailbox.messages) == 1
    assert [state for state, _, _ in deliveries(house)] == ["sent"]


def test_a_mail_server_that_hangs_keeps_it_waiting_only_so_long(
    house: House, mira: Person, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firsthand.mail._SECONDS", 1)
    make_due(house, mira)
    with answering(b"220 hello", hang=True) as url:
        send(house, url)
    assert [state for state, _, _ in deliveries(house)] == ["waiting"]


def test_one_that_went_out_without_being_recorded_is_the_same_mail_again(
    house: House, mira: Person, mailbox: Mailbox
) -> None:
    make_due(house, mira)
    house.db.write_now(make_digests, now())
    sender = sender_of(house, mailbox.url)
    (order,) = house.db.write_now(claim, now())
    asyncio.run(sender._try(order))
    # Here the process was killed; nobody else has it before the claim ends.
    assert house.db.write_now(claim, now()) == []
    later = now() + timedelta(minutes=6)
    assert [each.id for each in house.db.write_now(claim, later)] == [order.id]
    asyncio.run(sender._try(order))
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_after_many_tries_it_is_given_up(house: House, mira: Person) -> None:
    make_due(house, mira)
    with answering() as url:
        for _ in range(12):
            send(house, url)
            try_now(house)
    assert [(state, tries) for state, tries, _ in deliveries(house)] == [("given-up", 12)]


def test_several_senders_at_once_send_each_once(house: House, mailbox: Mailbox) -> None:
    people = [house.person(f"Person {number}") for number in range(24)]
    event = house.event(people[0], timezone="UTC")
    wearer = house.attendee(event, "Fenna Wouters")
    for person in people:
        house.attendee(event, person)
        draft = MeetingDraft(attendee=wearer.id, event="seaside", intents=["send"])
        house.db.write_now(keep_meeting, person.id, draft)
        make_due(house, person)
    senders = [threading.Thread(target=send, args=(house, mailbox.url)) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    sent = [mail["To"] for mail in mailbox.messages]
    assert sorted(sent) == sorted(person.email for person in people)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"timezone": "Mars/Olympus"}, "There is no such time zone."),
        ({"timezone": "../../etc/passwd"}, "There is no such time zone."),
        ({"hour": "24"}, "from 0 to 23"),
        ({"hour": "-1"}, "A number is expected."),
        ({"weekday": "7"}, "Choose a day of the week."),
        ({"digest": "hourly"}, "Choose how often."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    house: House, wrong: dict[str, str], said: str
) -> None:
    mira = house.person()
    answer = mira.client.put("/me/reminders", data={**WISH, **wrong})
    assert answer.status_code in {400, 422}
    assert said in answer.text


def test_a_zone_that_is_gone_since_is_said_and_counts_as_utc(house: House, mira: Person) -> None:
    make_due(house, mira)
    house.db.write_now(
        lambda session: session.execute(update(ReminderChoice).values(timezone="Old/Zone"))
    )
    house.db.write_now(make_digests, now())
    assert len(deliveries(house)) == 1
    assert "is not known here" in mira.client.get("/me/reminders").text


def test_a_digest_is_due_again_at_the_owners_hour(house: House, mira: Person) -> None:
    make_due(house, mira, timezone="Asia/Kathmandu", hour="6")
    house.db.write_now(make_digests, now())

    def next_one(session: Session) -> Any:
        return session.scalar(select(ReminderChoice.next_digest_at))

    following = house.db.read_now(next_one)
    assert following > now()
    assert (following.astimezone(UTC).hour, following.minute) == (0, 15)


def test_a_follow_up_due_in_the_year_9999_breaks_nothing(
    house: House, mira: Person, mailbox: Mailbox
) -> None:
    def far(session: Session) -> None:
        session.execute(update(FollowUp).values(due=date(9999, 12, 31)))

    house.db.write_now(far)
    make_due(house, mira)
    send(house, mailbox.url)
    assert mailbox.messages == []
    assert mira.client.get("/follow-ups").status_code == 200
    assert mira.client.get("/api/v1/follow-ups.ics").status_code == 200
