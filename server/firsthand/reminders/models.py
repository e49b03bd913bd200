"""What an owner wants to be told, and what is on its way to them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class Digest(StrEnum):
    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"


class ReminderChoice(Base):
    """No row: nothing is ever sent. Hours are the owner's own, 0 to 23; Monday is weekday 0.

    Quiet from one hour to another, across midnight too; the same hour twice is no quiet at all.
    ``next_digest_at`` is empty where no digest is wanted. ``mail_problem``: why their address gets
    no mail any more, until they say to try again.
    """

    __tablename__ = "reminder_choice"
    __table_args__ = (Index("ix_reminder_choice_next_digest_at", "next_digest_at"),)

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(default=Digest.NONE)
    weekday: Mapped[int] = mapped_column(default=0)
    hour: Mapped[int] = mapped_column(default=8)
    timezone: Mapped[str] = mapped_column(default="UTC")
    by_mail: Mapped[bool] = mapped_column(default=True)
    by_push: Mapped[bool] = mapped_column(default=True)
    quiet_from: Mapped[int] = mapped_column(default=22)
    quiet_until: Mapped[int] = mapped_column(default=7)
    # Told of others' arrivals; others told of this one's.
    tell_arrivals: Mapped[bool] = mapped_column(default=False)
    show_arrival: Mapped[bool] = mapped_column(default=False)
    next_digest_at: Mapped[datetime | None]
    mail_problem: Mapped[str] = mapped_column(default="")


class Channel(StrEnum):
    MAIL = "mail"
    PUSH = "push"
    PAGE = "page"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given-up"


class Delivery(Base):
    """One thing that leaves the house, made in the transaction of what causes it.

    ``key`` is the same for the same thing, so that it is made once whoever makes it; ``id`` names
    it to the outside, so that one which is sent twice is seen once. Whoever sends it has it until
    ``claimed_until``. A ``page`` one is not sent: it is shown once on the owner's page.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("uq_delivery_owner_id_key", "owner_id", "key", unique=True),
        Index("ix_delivery_state_not_before", "state", "not_before"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default=DeliveryState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(default=now)
    claimed_until: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class PushSubscription(Base):
    """One browser that shows notifications: where its push service takes them, and its keys.

    ``retired_at`` and ``problem``: the push service said that it is there no more.
    """

    __tablename__ = "push_subscription"
    __table_args__ = (
        Index("uq_push_subscription_owner_id_endpoint", "owner_id", "endpoint", unique=True),
        Index("ix_push_subscription_endpoint", "endpoint"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    endpoint: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]
    browser: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
