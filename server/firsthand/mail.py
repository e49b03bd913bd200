"""Mail, sent over SMTP; in the demo it is only told on the console."""

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from firsthand.problems import Refused
from firsthand.settings import Settings

log = logging.getLogger("firsthand.mail")
_SECONDS = 15
_THREADS = 4
# RFC 5321, 4.2.1: what begins with 5 will not go better the next time.
_FOR_GOOD = 500


class MailNotSent(Refused):
    """The mail server cannot be reached, or refuses."""

    status = 503
    title = "The mail could not be sent"


class AddressRefused(MailNotSent):
    """The mail server knows for good that nobody is there; ``reason`` is what it says."""

    def __init__(self, reason: str) -> None:
        super().__init__("We could not send the mail: this address does not take any.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Letter:
    """``name`` before the @ of its Message-ID: the same letter sent twice is one to the reader."""

    to: str
    subject: str
    text: str
    html: str = ""
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Mailer:
    """Sends as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Of its own: a mail server that hangs must not keep the threads that every write's work
        # needs.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="mail")

    @property
    def reaches_people(self) -> bool:
        return self._settings.smtp_url is not None

    async def send(self, to: str, subject: str, text: str) -> None:
        """Returns once the mail server has taken it. Raises MailNotSent."""
        letter = Letter(to, subject, text)
        await asyncio.get_running_loop().run_in_executor(self._threads, self.send_letter, letter)

    def send_letter(self, letter: Letter) -> None:
        """The same in a thread, for more than plain text. Raises MailNotSent, AddressRefused."""
        if self._settings.smtp_url is None:
            if self._settings.demo:
                print(f"\nMail to {letter.to}: {letter.subject}\n{letter.text}\n", flush=True)  # noqa: T201  # the demo's mailbox
                return
            raise MailNotSent(
                "This server cannot send mail. Ask whoever runs it for a sign-in link."
            )
        try:
            _deliver(self._settings.smtp_url, self._message(letter))
        except smtplib.SMTPRecipientsRefused as problem:
            code, said = next(iter(problem.recipients.values()), (550, b""))
            if code >= _FOR_GOOD:
                raise AddressRefused(f"{code} {said.decode(errors='replace')}"[:200]) from problem
            raise _not_sent(problem) from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise _not_sent(problem) from problem

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.mail_from
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = formatdate()
        host = urlsplit(self._settings.base_url).hostname
        message["Message-ID"] = (
            f"<{letter.name}@{host}>" if letter.name else make_msgid(domain=host)
        )
        for name, value in letter.headers.items():
            message[name] = value
        message.set_content(letter.text)
        if letter.html:
            message.add_alternative(letter.html, subtype="html")
        return message


def _not_sent(problem: Exception) -> MailNotSent:
    log.warning("the mail server did not take a mail: %s", type(problem).__name__)
    return MailNotSent("We could not send the mail just now. Try again soon.")


def _deliver(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=_SECONDS)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
