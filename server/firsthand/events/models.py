"""Events and who runs them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now

# How many days after an event's end what its organiser brought is erased.
SHORTEST_RETENTION, USUAL_RETENTION, LONGEST_RETENTION = 30, 365, 3650


class Role(StrEnum):
    """What somebody may do for an event; an organiser may also invite staff."""

    ORGANISER = "organiser"
    STAFF = "staff"


class Event(Base):
    """A gathering. ``starts`` and ``ends`` are its first and last day in its own time zone."""

    __tablename__ = "event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    starts: Mapped[date]
    ends: Mapped[date]
    timezone: Mapped[str]
    join_code: Mapped[str] = mapped_column(unique=True)
    retention_days: Mapped[int] = mapped_column(default=USUAL_RETENTION)
    created_at: Mapped[datetime] = mapped_column(default=now)


class StaffInvitation(Base):
    """Who signs in with this address helps to run the event from then on; nobody has so far."""

    __tablename__ = "staff_invitation"
    __table_args__ = (
        Index("uq_staff_invitation_event_id_email", "event_id", "email", unique=True),
        Index("ix_staff_invitation_email", "email"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    email: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class EventRole(Base):
    """An organiser or a member of staff."""

    __tablename__ = "event_role"

    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str]
