"""Badges: what an attendee wears."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class Badge(Base):
    """A QR code's random token and the short code printed beside it.

    The token is kept readable because badges are printed again; it opens only what its wearer
    shows to people they meet.
    """

    __tablename__ = "badge"
    __table_args__ = (
        Index("uq_badge_event_id_short_code", "event_id", "short_code", unique=True),
        Index("ix_badge_attendee_id", "attendee_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    attendee_id: Mapped[UUID] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    token: Mapped[str] = mapped_column(unique=True)
    short_code: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]
