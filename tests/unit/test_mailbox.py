import smtplib
from email.message import EmailMessage
from threading import Thread
from urllib.parse import urlsplit

import pytest

from tests.mailbox import Mailbox


def send(url: str, to: str, text: str = "Your code: ABCD2345") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "firsthand@example.org", to, "Sign in"
    message.set_content(text)
    server = urlsplit(url)
    with smtplib.SMTP(server.hostname or "", server.port or 0, timeout=5) as client:
        client.send_message(message)


def test_a_message_is_awaited_and_read() -> None:
    with Mailbox() as mailbox:
        sender = Thread(target=send, args=(mailbox.url, "Ana@example.org", "Grüße"))
        sender.start()
        message = mailbox.wait_for("ana@example.org", timeout=5)
        sender.join()
        assert message["Subject"] == "Sign in"
        assert message.get_content().strip() == "Grüße"
        assert len(mailbox.messages) == 1


def test_the_newest_message_to_an_address_counts() -> None:
    with Mailbox() as mailbox:
        for text in ("first", "second"):
            send(mailbox.url, "ana@example.org", text)
        send(mailbox.url, "ben@example.org", "third")
        assert mailbox.wait_for("ana@example.org").get_content().strip() == "second"


def test_a_message_that_never_comes_is_a_timeout() -> None:
    with Mailbox() as mailbox, pytest.raises(TimeoutError, match=r"ana@example\.org"):
        mailbox.wait_for("ana@example.org", timeout=0.05)


def test_an_address_can_be_refused_as_real_servers_do() -> None:
    with (
        Mailbox(refuses=lambda address: address.startswith("nobody")) as mailbox,
        pytest.raises(smtplib.SMTPRecipientsRefused),
    ):
        send(mailbox.url, "nobody@example.org")
    assert mailbox.messages == []


def test_two_mailboxes_stand_side_by_side() -> None:
    with Mailbox() as one, Mailbox() as other:
        send(one.url, "ana@example.org")
        assert one.wait_for("ana@example.org")
        assert other.messages == []
