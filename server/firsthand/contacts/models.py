"""Contacts: the owner's private card for one human."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class Stage(StrEnum):
    """How far the ring has closed, in order."""

    NEW = "new"
    ONLINE = "online"
    SPOKEN = "spoken"
    MET = "met"
    FOLLOWED_UP = "followed-up"
    MET_AGAIN = "met-again"


MET_STAGES = (Stage.MET, Stage.FOLLOWED_UP, Stage.MET_AGAIN)


class TouchpointKind(StrEnum):
    CALL = "call"
    COFFEE = "coffee"
    MESSAGE = "message"
    HELP_GIVEN = "help-given"
    HELP_RECEIVED = "help-received"
    OTHER = "other"


class Contact(Base):
    """One human as the owner knows them.

    ``root_id`` is the contact that this one was merged into (itself when it was not); merges move
    nothing. ``name``, ``headline``, ``company`` and ``note`` are what the owner typed; what is
    empty comes from the account or the attendee, as their consent allows. ``stage``, ``has_tie``
    and ``last_at`` are derived by ``firsthand.followups.staging``. ``typed`` is true once the owner
    made or changed the card by hand: then it stays without any meeting. ``in_circle``: the owner is
    among the people whom the person of this card meets; ``seen_name``: what the owner saw them
    called, where they are not. Both are kept by ``firsthand.scans.circles``.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index(
            "uq_contact_owner_id_account_id",
            "owner_id",
            "account_id",
            unique=True,
            sqlite_where=text("account_id IS NOT NULL"),
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index("ix_contact_owner_id_root_id", "owner_id", "root_id"),
        # Of roots only, as a list shows them; PostgreSQL takes these for few and would sort all.
        Index(
            "ix_contact_owner_id_last_at_id",
            *("owner_id", "last_at", "id"),
            sqlite_where=text("id = root_id"),
            postgresql_where=text("id = root_id"),
        ),
        # Counts by stage, and the latest of one, without a look at the cards. Of roots only: as an
        # index of all, SQLite would take it where it needs the one by root.
        Index(
            "ix_contact_owner_id_stage_last_at",
            *("owner_id", "stage", "last_at", "id", "root_id"),
            sqlite_where=text("id = root_id"),
            postgresql_where=text("id = root_id"),
        ),
        # Most cards are of people without an account: each would be written to both for nothing.
        Index(
            "ix_contact_account_id",
            "account_id",
            sqlite_where=text("account_id IS NOT NULL"),
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index("ix_contact_attendee_id", "attendee_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    root_id: Mapped[UUID]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    attendee_id: Mapped[UUID | None] = mapped_column(ForeignKey("attendee.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(default="")
    headline: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    code_hint: Mapped[str] = mapped_column(default="")
    typed: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[str] = mapped_column(default=Stage.NEW)
    has_tie: Mapped[bool] = mapped_column(default=False)
    last_at: Mapped[datetime] = mapped_column(default=now)
    in_circle: Mapped[bool] = mapped_column(default=False, server_default=false())
    seen_name: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class ContactAttendee(Base):
    """Which contact an attendee is for this owner; one human has an attendee at each event."""

    __tablename__ = "contact_attendee"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "contact_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        Index("ix_contact_attendee_attendee_id", "attendee_id"),
        Index("ix_contact_attendee_owner_id_contact_id", "owner_id", "contact_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    attendee_id: Mapped[UUID] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[UUID]


class ContactCode(Base):
    """Which contact a foreign badge's code is: a keyed hash, because it may be an entry ticket."""

    __tablename__ = "contact_code"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "contact_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        Index("ix_contact_code_owner_id_contact_id", "owner_id", "contact_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID]


class ContactHandle(Base):
    """A handle that the owner keeps on a card, from a profile's code or typed."""

    __tablename__ = "contact_handle"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "contact_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        Index("ix_contact_handle_owner_id_contact_id", "owner_id", "contact_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    contact_id: Mapped[UUID]


class ContactMerge(Base):
    """One card is the same human as another: the child's root is the parent's from then on.

    ``evidence`` says why (``owner``, ``handle``, ``email``, ``account``, ``export``) and ``detail``
    with what; ``by_proof`` that nobody had to be asked. A card is a child once at most.
    """

    __tablename__ = "contact_merge"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "child_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["owner_id", "parent_id"],
            ["contact.owner_id", "contact.id"],
            ondelete="CASCADE",
        ),
        Index("ix_contact_merge_owner_id_parent_id", "owner_id", "parent_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID]
    evidence: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    by_proof: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(default=now)


class ContactApart(Base):
    """Two cards of which the owner has said that they are two people; the lower id first."""

    __tablename__ = "contact_apart"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "one_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["owner_id", "other_id"],
            ["contact.owner_id", "contact.id"],
            ondelete="CASCADE",
        ),
        Index("ix_contact_apart_owner_id_other_id", "owner_id", "other_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    one_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)


class Touchpoint(Base):
    """A dated moment outside a scan."""

    __tablename__ = "touchpoint"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "contact_id"], ["contact.owner_id", "contact.id"], ondelete="CASCADE"
        ),
        Index("ix_touchpoint_owner_id_contact_id", "owner_id", "contact_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
