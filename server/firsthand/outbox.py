"""Work that must follow a commit: kept in the database until it is done.

A verb calls ``enqueue`` in its own transaction. After the commit each entry is handled in a
transaction of its own, so that whichever of two concurrent writes commits last sees the other.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
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
    session.add(OutboxEntry(topic=topic, subject=subject, position=position))
    session.info["outbox"] = True


class Outbox:
    """Works the entries off; ``handlers`` maps a topic to its verb."""

    def __init__(self, db: Database, handlers: Mapping[str, Handler]) -> None:
        self._db = db
        self._handlers = handlers

    async def settle(self) -> None:
        """Handle what is there now."""
        await asyncio.to_thread(self.settle_now)

    def settle_now(self) -> None:
        tried: set[UUID] = set()
        # What is handled may leave something else to do.
        while fresh := [each for each in self._db.read_now(_waiting) if each not in tried]:
            tried.update(fresh)
            for entry_id in fresh:
                self._settle_one(entry_id)

    def _settle_one(self, entry_id: UUID) -> None:
        try:
            # Long work comes in short transactions, so that scans never wait for it.
            while self._db.write_now(self._handle, entry_id):
                pass
        except Exception:
            # It stays in the outbox and is tried again at the next settling or start.
            log.exception("an outbox entry could not be handled")

    def _handle(self, session: Session, entry_id: UUID) -> bool:
        entry = session.scalar(
            select(OutboxEntry).where(OutboxEntry.id == entry_id).with_for_update(skip_locked=True)
        )
        if entry is None:
            return False
        further = self._handlers[entry.topic](session, entry.subject, entry.position)
        if further is None:
            session.delete(entry)
            return False
        entry.position = further
        return True


def _waiting(session: Session) -> list[UUID]:
    return list(session.scalars(select(OutboxEntry.id).order_by(OutboxEntry.id).limit(1000)))
