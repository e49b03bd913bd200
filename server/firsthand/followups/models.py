"""Follow-ups: what was promised to whom, and when it is due."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class State(StrEnum):
    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"
    DROPPED = "dropped"


class FollowUp(Base):
    """One intent of one meeting, or one that the owner made for a contact.

    ``due`` is the date it stands at now: a snooze moves it. ``touched_at``: the owner has acted on
    it, so it stays even if its meeting is undone.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "contact_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        Index("uq_follow_up_meeting", "owner_id", "meeting_id", "intent", unique=True),
        # With the id, so that a page is found in the index alone.
        Index("ix_follow_up_owner_id_state_due_id", "owner_id", "state", "due", "id"),
        Index("ix_follow_up_owner_id_contact_id", "owner_id", "contact_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[UUID]
    meeting_id: Mapped[UUID | None]
    intent: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    due: Mapped[date]
    state: Mapped[str] = mapped_column(default=State.OPEN)
    done_at: Mapped[datetime | None]
    touched_at: Mapped[datetime | None]
    # Before the others that are due when it is.
    important: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default=now)


class IntentChoice(Base):
    """An intent of the owner's own, or another number of days for one of the usual ones."""

    __tablename__ = "intent_choice"

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    intent: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]
