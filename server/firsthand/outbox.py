"""Work that must follow a commit: kept in the database until it is done.

A verb calls ``enqueue`` in its own transaction. After the commit each entry is handled in a
transaction of its own, so that whichever of two concurrent writes commits last sees the other.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from firsthand.db import Base, Database, new_id, now

log = logging.getLogger("firsthand.outbox")

# Handles (session, subject, position); answers where to go on in the next transaction, or None.
Handler = Callable[[Session, UUID, str], str | None]


class OutboxEntry(Base):
    """One thing left to do: a topic, the id that it is about, and how far it has come."""

    __tablename__ = "outbox_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    topic: Mapped[str]
    subject: Mapped[UUID]
    position: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


def enqueue(session: Session, topic: str, subject: UUID, position: str = "") -> None:
    entry = OutboxEntry(id=new_id(), topic=topic, subject=subject, position=position)
    session.add(entry)
    session.info.setdefault("outbox", []).append(entry.id)


class Outbox:
    """Works the entries off; ``handlers`` maps a topic to its verb."""

    def __init__(self, db: Database, handlers: Mapping[str, Handler]) -> None:
        self._db = db
        self._handlers = handlers
        self._woken = asyncio.Event()

    async def settle(self, entries: Sequence[UUID] | None = None) -> None:
        """Handle these and what they lead to; without them, whatever is there now."""
        if entries is None:
            await asyncio.to_thread(self.settle_now)
        else:
            await asyncio.to_thread(self._settle_these, entries)

    def wake(self) -> None:
        """Somebody has left work for which they do not wait."""
        self._woken.set()

    async def settle_when_woken(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self.settle()
            except Exception:
                log.exception("the outbox will be worked off at the next settling")

    def settle_now(self) -> None:
        tried: set[UUID] = set()
        # What is handled may leave something else to do.
        while fresh := [each for each in self._db.read_now(_waiting) if each not in tried]:
            tried.update(fresh)
            self._settle_these(fresh)

    def _settle_these(self, entries: Sequence[UUID]) -> None:
        while entries:
            entries = [left for entry_id in entries for left in self._settle_one(entry_id)]

    def _settle_one(self, entry_id: UUID) -> list[UUID]:
        """Returns what it leaves to do."""
        left: list[UUID] = []
        try:
            # Long work comes in short transactions, so that scans never wait for it.
            goes_on = not self._db.is_closed
            while goes_on:
                goes_on, more = self._db.write_now(self._handle, entry_id)
                left += more
        except Exception:
            # It stays in the outbox and is tried again at the next settling or start.
            log.exception("an outbox entry could not be handled")
        return left

    def _handle(self, session: Session, entry_id: UUID) -> tuple[bool, Sequence[UUID]]:
        """Whether there is more of it, and what else it leaves to do."""
        entry = session.scalar(
            select(OutboxEntry).where(OutboxEntry.id == entry_id).with_for_update(skip_locked=True)
        )
        if entry is None:
            return False, ()
        further = self._handlers[entry.topic](session, entry.subject, entry.position)
        left = session.info.get("outbox", ())
        if further is None:
            session.delete(entry)
            return False, left
        entry.position = further
        return True, left


def _waiting(session: Session) -> list[UUID]:
    return list(session.scalars(select(OutboxEntry.id).order_by(OutboxEntry.id).limit(1000)))
