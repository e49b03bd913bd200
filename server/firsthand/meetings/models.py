"""Meetings: two people met in person. Each owner has their own."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class Origin(StrEnum):
    """Why a meeting stands without a scan of its own; None when only scans hold it up."""

    TYPED = "typed"
    CONFIRMED = "confirmed"
    KNOWN_BEFORE = "known-before"


class Meeting(Base):
    """The owner met this contact at this event (or none) on this day.

    ``note`` and ``intents`` are those given to the meeting itself; its scans have their own and
    both are shown together. ``gone_at``: every scan was taken back and nothing else holds it up;
    the row stays so that taking the undo back finds the same meeting.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "contact_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        # Nulls are distinct in a unique index; no event has an owner's id.
        Index(
            "uq_meeting_occasion",
            "owner_id",
            "contact_id",
            "day",
            text("coalesce(event_id, owner_id)"),
            unique=True,
        ),
        Index("ix_meeting_owner_id_met_at", "owner_id", "met_at"),
        Index("ix_meeting_owner_id_event_id", "owner_id", "event_id"),
        Index("ix_meeting_event_id", "event_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[UUID]
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"))
    day: Mapped[date]
    met_at: Mapped[datetime]
    origin: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    intents: Mapped[list[str]] = mapped_column(default=list)
    gone_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class MeetingDismissal(Base):
    """The owner does not want to hear of this meeting that somebody else says happened."""

    __tablename__ = "meeting_dismissal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["other_id", "meeting_id"], ["meeting.owner_id", "meeting.id"], ondelete="CASCADE"
        ),
        Index("ix_meeting_dismissal_other_id_meeting_id", "other_id", "meeting_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(primary_key=True)
