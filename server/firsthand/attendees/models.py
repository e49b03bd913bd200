"""The people at an event."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from firsthand.db import Base, new_id, now
from firsthand.folding import fold


class Attendee(Base):
    """One person at one event: claimed by an account, or known only from the organiser's list.

    ``name``, ``headline``, ``company`` and ``email`` are the organiser's; once claimed, others see
    the account's profile instead. ``listed`` is the organiser's affirmation until
    ``chose_listed_at`` says that the person chose for themselves; a later import never changes it.
    ``joined``: the person came by the join link and stands on no list of the organiser's (an import
    that finds them again sets it to false); such a place goes with its account. ``folded`` is the
    name as search compares it; a statement that writes names writes it too.
    """

    __tablename__ = "attendee"
    __table_args__ = (
        Index("uq_attendee_event_id_account_id", "event_id", "account_id", unique=True),
        Index("uq_attendee_event_id_ticket", "event_id", "ticket", unique=True),
        Index("ix_attendee_event_id_email", "event_id", "email"),
        Index("ix_attendee_email", "email"),
        Index("ix_attendee_account_id", "account_id"),
        # Long work goes through an event step by step.
        Index("ix_attendee_event_id_id", "event_id", "id"),
        Index("ix_attendee_event_id_folded", "event_id", "folded"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    headline: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    ticket: Mapped[str | None]
    listed: Mapped[bool] = mapped_column(default=False)
    chose_listed_at: Mapped[datetime | None]
    arrived_on: Mapped[date | None]
    joined: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @validates("name")
    def _fold_name(self, _: str, name: str) -> str:
        self.folded = fold(name)
        return name
