"""Sends what is due: claimed in one transaction, sent outside of any, recorded in another."""

import asyncio
import http.client
import json
import logging
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from firsthand.db import Database, now
from firsthand.followups.due import days_of_rows
from firsthand.mail import AddressRefused, Letter, Mailer, MailNotSent
from firsthand.organising.inviting import invitation_letter
from firsthand.organising.removal_links import removal_key
from firsthand.organising.reporting import report_mail
from firsthand.pages import Pages
from firsthand.problems import Invalid
from firsthand.reminders import delivering
from firsthand.reminders.choices import check_endpoint
from firsthand.reminders.delivering import (
    AT_ONCE,
    Order,
    Outcome,
    claim,
    make_digests,
    record,
    sweep,
)
from firsthand.reminders.models import Channel
from firsthand.reminders.telling import mailed_digest, notice_of, push_to, quiet_until
from firsthand.reminders.unsubscribing import unsubscribe_token
from firsthand.reminders.web_push import ServerKey, encrypt, topic_of
from firsthand.settings import Settings

log = logging.getLogger("firsthand.reminders")
_SECONDS = 10
# What nobody has seen by then is of no use any more.
_PUSH_LASTS = timedelta(hours=12)
_TAKEN = {200, 201, 202, 204}
_GONE = {404, 410}
_NOT_THIS_KEY = {401, 403}


@dataclass
class Sender:
    """Everything that leaves the house goes through here."""

    db: Database
    settings: Settings
    pages: Pages
    mailer: Mailer

    def __post_init__(self) -> None:
        self._keys = [ServerKey(key) for key in self.settings.secret_keys]
        # Of its own: what hangs here must not keep the threads that every write's work needs.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="send")

    @property
    def key(self) -> ServerKey:
        """What browsers that subscribe now are told."""
        return self._keys[0]

    def close(self) -> None:
        """What is under way ends by itself; if it goes unrecorded, it is sent again by its name."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send_what_is_due(self) -> int:
        """How many went out or were tried."""
        moment = now()
        while await self.db.write(make_digests, moment):
            pass
        number = 0
        while orders := await self.db.write(claim, now()):
            outcomes = await asyncio.gather(*(self._try(order) for order in orders))
            await self.db.write(record, list(zip(orders, outcomes, strict=True)), now())
            number += len(orders)
        await self.db.write(sweep, now())
        return number

    async def _try(self, order: Order) -> Outcome:
        send = self._mail if order.channel == Channel.MAIL else self._push
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, send, order)
        except Exception as problem:
            # One that cannot be sent must not keep the others.
            log.exception("a delivery failed")
            return Outcome(type(problem).__name__)

    def _mail(self, order: Order) -> Outcome:
        letter = self._letter(order)
        if letter is None:
            return Outcome()
        try:
            self.mailer.send_letter(letter)
        except AddressRefused as refused:
            return Outcome(refused.reason, for_good=True)
        except MailNotSent as problem:
            return Outcome(problem.detail)
        return Outcome()

    def _letter(self, order: Order) -> Letter | None:
        """What it says as of now; None where there is nothing (more) to say."""
        match order.kind:
            case delivering.INVITATION:
                return self._invitation(order)
            case delivering.REPORT:
                return self._report(order)
            case _:
                return self._digest(order)

    def _invitation(self, order: Order) -> Letter | None:
        key = removal_key(self.settings.code_secret)
        said = self.db.read_now(invitation_letter, order, key)
        if said is None:
            return None
        context = {"letter": said, "base_url": self.settings.base_url}
        return Letter(
            to=said.to,
            subject=f"You are on the list of {said.event.name}",
            text=self.pages.text("organising/invitation.txt", **context),
            name=f"invitation.{order.id}",
            headers={"Auto-Submitted": "auto-generated"},
        )

    def _report(self, order: Order) -> Letter | None:
        found = self.db.read_now(report_mail, order)
        if found is None:
            return None
        to, event = found
        # What it says, and of whom, is for the page alone.
        text = (
            f"An attendee has reported somebody at {event.name}.\n\n"
            f"Read it: {self.settings.base_url}/organise/{event.slug}/reports\n"
        )
        return Letter(
            to=to,
            subject=f"A report at {event.name}",
            text=text,
            name=f"report.{order.id}",
            headers={"Auto-Submitted": "auto-generated"},
        )

    def _digest(self, order: Order) -> Letter | None:
        digest = self.db.read_now(mailed_digest, order.owner_id, now())
        if digest is None:
            return None
        token = unsubscribe_token(self.settings.secret_key, order.owner_id)
        context = {
            "digest": digest,
            "base_url": self.settings.base_url,
            "unsubscribe": f"{self.settings.base_url}/unsubscribe/{token}",
            **days_of_rows(digest.today),
        }
        return Letter(
            to=digest.to,
            subject=digest.headline,
            text=self.pages.text("reminders/digest.txt", **context),
            html=self.pages.text("reminders/digest.html", **context),
            name=f"digest.{order.id}",
            headers={
                "List-Unsubscribe": f"<{context['unsubscribe']}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )

    def _push(self, order: Order) -> Outcome:
        until = self.db.read_now(quiet_until, order.owner_id, now())
        if until is not None:
            return Outcome(not_before=until)
        notice = self.db.read_now(notice_of, order, now())
        to = self.db.read_now(push_to, order)
        if notice is None or to is None:
            return Outcome()
        try:
            check_endpoint(to.endpoint, self.settings.push_hosts)
        except Invalid as refused:
            return Outcome(refused.detail, for_good=True)
        tag = topic_of(order.key)
        said = {"title": notice.title, "body": notice.body, "path": notice.path, "tag": tag}
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(_PUSH_LASTS.total_seconds())),
            "Topic": tag,
            "Urgency": "normal",
        }
        body = encrypt(json.dumps(said).encode(), to.receiver)
        try:
            status = self._knock(to.endpoint, body, headers)
        except (OSError, http.client.HTTPException) as problem:
            return Outcome(f"The push service cannot be reached ({type(problem).__name__}).")
        if status in _TAKEN:
            return Outcome()
        return Outcome(f"The push service answers {status}.", for_good=status in _GONE)

    def _knock(self, endpoint: str, body: bytes, headers: dict[str, str]) -> int:
        """A subscription knows only the key that the server had when it was made."""
        status = 0
        for key in self._keys:
            signed = key.authorization(endpoint, self._contact(), now())
            status = _post(endpoint, body, {**headers, "Authorization": signed})
            if status not in _NOT_THIS_KEY:
                break
        return status

    def _contact(self) -> str:
        """Whom a push service may ask about us: the address that runs the server."""
        base = self.settings.base_url
        return base if base.startswith("https:") else "mailto:firsthand@localhost.invalid"


def _post(endpoint: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer, whose body nobody reads. Raises OSError, HTTPException."""
    parts = urlsplit(endpoint)
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(
            host, port, timeout=_SECONDS, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=_SECONDS)
    )
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target or "/", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
