"""Introductions: somebody whom the owner knows to somebody else whom the owner knows."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class Answer(StrEnum):
    NONE = "none"
    YES = "yes"
    NO = "no"


class Introduction(Base):
    """Why the owner thinks that two people should talk."""

    __tablename__ = "introduction"
    __table_args__ = (Index("uq_introduction_id", "id", unique=True),)

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    why: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class Introduced(Base):
    """One of the two (``side`` 0 and 1), as the owner calls them to the other."""

    __tablename__ = "introduced"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "introduction_id"],
            ["introduction.owner_id", "introduction.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["owner_id", "contact_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        Index("ix_introduced_owner_id_contact_id", "owner_id", "contact_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    introduction_id: Mapped[UUID] = mapped_column(primary_key=True)
    side: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contact_id: Mapped[UUID]
    called: Mapped[str]


class IntroductionAnswer(Base):
    """What one side said, and how the other one may reach them.

    Nobody's but theirs: it is of the account that gave it, if they were signed in, and never the
    introducer's. ``browser_hash``: only the browser that answered is shown an address, or changes
    it; empty for what was answered before that was asked.
    """

    __tablename__ = "introduction_answer"
    __table_args__ = (
        Index(
            "ix_introduction_answer_account_id",
            "account_id",
            sqlite_where=text("account_id IS NOT NULL"),
            postgresql_where=text("account_id IS NOT NULL"),
        ),
    )
    introduction_id: Mapped[UUID] = mapped_column(
        ForeignKey("introduction.id", ondelete="CASCADE"), primary_key=True
    )
    side: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answer: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    browser_hash: Mapped[str] = mapped_column(default="", server_default="")
    answered_at: Mapped[datetime] = mapped_column(default=now)
