"""What organisers bring."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class AttendeeList(Base):
    """An attendee list between its upload and its import, and then the import's report.

    ``body`` is the compressed file, empty once it is imported; what never is, goes with the first
    upload after a day. It stands here, not in a folder, so that any replica can show the preview.
    """

    __tablename__ = "attendee_list"
    __table_args__ = (Index("ix_attendee_list_event_id", "event_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    body: Mapped[bytes] = mapped_column(LargeBinary())
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(default=now)


class ReportState(StrEnum):
    OPEN = "open"
    DEALT_WITH = "dealt-with"


class Report(Base):
    """What one attendee tells an event's organisers of another; nobody else ever learns of it."""

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_event_id", "event_id"),
        Index("ix_report_attendee_id", "attendee_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    attendee_id: Mapped[UUID] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    reason: Mapped[str]
    words: Mapped[str]
    state: Mapped[str] = mapped_column(default=ReportState.OPEN)
    created_at: Mapped[datetime] = mapped_column(default=now)


class RemovalRequest(Base):
    """Whoever holds this attendee's badge asks that they be removed, and no mail can prove it."""

    __tablename__ = "removal_request"
    __table_args__ = (Index("ix_removal_request_attendee_id", "attendee_id"),)

    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    attendee_id: Mapped[UUID] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now)


class Invitation(Base):
    """This address has had its turn for this event, whatever becomes of the list: its one mail, or
    none, since it has an account or has had a mail from here lately.
    """

    __tablename__ = "invitation"

    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    address_hash: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class UnaskedMail(Base):
    """An address without an account has had its one mail of the year, and by which invitation.

    Organisers make as many events as they like: so it is one from this server, not one an event.
    """

    __tablename__ = "unasked_mail"
    __table_args__ = (Index("ix_unasked_mail_created_at", "created_at"),)

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    letter: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Removal(Base):
    """Somebody asked to be removed: all that is left is a keyed hash of their address or ticket."""

    __tablename__ = "removal"

    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    person_hash: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
