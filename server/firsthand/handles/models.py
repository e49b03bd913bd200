"""Handles: who somebody is on a network."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.accounts.models import Circle
from firsthand.db import Base, new_id, now


class Handle(Base):
    """An identity on a network that an account names as its own, or that an organiser lists.

    ``key`` is the name normalised for comparing (``firsthand.handles.parsing``); ``stable_id`` the
    network's own id where known. An attendee's handles are the account's once it is claimed.
    """

    __tablename__ = "handle"
    __table_args__ = (
        Index("uq_handle_account_id_network_key", "account_id", "network", "key", unique=True),
        Index("uq_handle_attendee_id_network_key", "attendee_id", "network", "key", unique=True),
        Index("ix_handle_network_key", "network", "key"),
        Index("ix_handle_network_stable_id", "network", "stable_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    attendee_id: Mapped[UUID | None] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"))
    network: Mapped[str]
    name: Mapped[str]
    key: Mapped[str]
    stable_id: Mapped[str | None]
    circle: Mapped[str] = mapped_column(default=Circle.BROWSING)
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
