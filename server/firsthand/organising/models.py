"""What organisers bring."""

from datetime import datetime
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
