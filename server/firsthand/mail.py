"""Mail, sent at once over SMTP; in the demo it is only told on the console."""

import asyncio
import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from firsthand.problems import Refused
from firsthand.settings import Settings

log = logging.getLogger("firsthand.mail")
_SECONDS = 15


class MailNotSent(Refused):
    """The mail server cannot be reached, or refuses."""

    status = 503
    title = "The mail could not be sent"


class Mailer:
    """Sends plain text as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def reaches_people(self) -> bool:
        return self._settings.smtp_url is not None

    async def send(self, to: str, subject: str, text: str) -> None:
        """Returns once the mail server has taken it. Raises MailNotSent."""
        if self._settings.smtp_url is None:
            if self._settings.demo:
                print(f"\nMail to {to}: {subject}\n{text}\n", flush=True)  # noqa: T201  # the demo's mailbox
                return
            raise MailNotSent(
                "This server cannot send mail. Ask whoever runs it for a sign-in link."
            )
        message = EmailMessage()
        message["From"] = self._settings.mail_from
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=urlsplit(self._settings.base_url).hostname)
        message.set_content(text)
        try:
            await asyncio.to_thread(_deliver, self._settings.smtp_url, message)
        except (OSError, smtplib.SMTPException) as problem:
            log.warning("the mail server did not take a mail: %s", type(problem).__name__)
            raise MailNotSent("We could not send the mail just now. Try again soon.") from problem


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
