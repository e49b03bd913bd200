"""A real SMTP server that keeps what it receives."""

from asyncio import Server
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """``with Mailbox() as mailbox``: send to ``mailbox.url``, read ``mailbox.messages``.

    Addresses that ``refuses`` names are answered with 550, as by a server that knows nobody there.
    """

    def __init__(self, refuses: Callable[[str], bool] = lambda address: False) -> None:
        self._refuses = refuses
        self._arrived = Condition()
        self._received: list[tuple[tuple[str, ...], EmailMessage]] = []
        self._controller = _FreePort(self, hostname="127.0.0.1", port=0)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """For FIRSTHAND_SMTP_URL."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        """Everything received so far, oldest first."""
        with self._arrived:
            return [message for _, message in self._received]

    def clear(self) -> None:
        """Forget what was received."""
        with self._arrived:
            self._received.clear()

    def wait_for(self, recipient: str, timeout: float = 5) -> EmailMessage:
        """The newest message to this address; waits for the first one. Raises TimeoutError."""

        def newest() -> EmailMessage | None:
            mine = [
                message for recipients, message in self._received if recipient.lower() in recipients
            ]
            return mine[-1] if mine else None

        with self._arrived:
            found = self._arrived.wait_for(newest, timeout)
        if found is None:
            raise TimeoutError(f"No message to {recipient} within {timeout} s.")
        return found

    # The next two names are aiosmtpd's.

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        if self._refuses(address):
            return "550 There is nobody here of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        message = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
        recipients = tuple(address.lower() for address in envelope.rcpt_tos)
        with self._arrived:
            self._received.append((recipients, message))
            self._arrived.notify_all()
        return "250 OK"


class _FreePort(Controller):
    """The library's controller knocks at the port that it was given; ours is known once bound."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library has no types
