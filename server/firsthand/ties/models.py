"""Ties: the owner's online connections, where they came from, and whom they match at an event."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, ForeignKey, ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class ImportState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


class Import(Base):
    """One export brought by its owner; its rows count only while ``state`` is done.

    ``done_bytes`` of ``total_bytes`` is its progress; ``heard_at`` its parser's last sign of life;
    ``made_at`` when the network made it, where it says so.
    """

    __tablename__ = "import"

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(default=ImportState.RUNNING)
    file_name: Mapped[str] = mapped_column(default="")
    format: Mapped[str] = mapped_column(default="")
    done_bytes: Mapped[int] = mapped_column(default=0)
    total_bytes: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    unresolved: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON(), default=list)
    started_at: Mapped[datetime] = mapped_column(default=now)
    heard_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    made_at: Mapped[datetime | None]

    @classmethod
    def as_of(cls) -> ColumnElement[datetime]:
        """The moment of which an import tells, as far as is known."""
        return func.coalesce(cls.made_at, cls.started_at)


class ImportList(Base):
    """An import that holds the whole list of a kind: a tie that it lacks had ended by then."""

    __tablename__ = "import_list"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "import_id"], ["import.owner_id", "import.id"], ondelete="CASCADE"
        ),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)


class ImportPerson(Base):
    """What one import says of a human. It names and suggests; it ties nobody.

    ``folded`` is the name as search compares it; ``at`` the export's own date (friends since).
    """

    __tablename__ = "import_person"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "import_id"], ["import.owner_id", "import.id"], ondelete="CASCADE"
        ),
        Index("ix_import_person_owner_id_folded", "owner_id", "folded"),
        Index("ix_import_person_owner_id_import_id", "owner_id", "import_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    import_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(default="")
    folded: Mapped[str] = mapped_column(default="")
    headline: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    phones: Mapped[list[str]] = mapped_column(JSON(), default=list)
    at: Mapped[datetime | None]


class ImportPersonMark(Base):
    """By what such a human is found: a handle (``kind`` is its network) or an e-mail address."""

    __tablename__ = "import_person_mark"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "person_id"],
            ["import_person.owner_id", "import_person.id"],
            ondelete="CASCADE",
        ),
        # All of it, so that SQLite takes it rather than read all marks of the owner.
        Index("ix_import_person_mark_owner_id_person_id", "owner_id", "person_id", "kind", "key"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)


class Tie(Base):
    """The owner and one identity on a network: its stable id, or its name, or both.

    A tie counts when at least one of its kinds comes from an import that is done.
    """

    __tablename__ = "tie"
    __table_args__ = (
        Index("ix_tie_owner_id_network_key", "owner_id", "network", "key"),
        Index("ix_tie_owner_id_network_stable_id", "owner_id", "network", "stable_id"),
        Index("ix_tie_network_key", "network", "key"),
        Index("ix_tie_network_stable_id", "network", "stable_id"),
        Index("ix_tie_owner_id_contact_id", "owner_id", "contact_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network: Mapped[str]
    key: Mapped[str | None]
    name: Mapped[str | None]
    stable_id: Mapped[str | None]
    contact_id: Mapped[UUID | None]
    strength: Mapped[float] = mapped_column(default=0.0)
    # A set of firsthand.ties.kind_bits.
    kinds: Mapped[int] = mapped_column(default=0)


class TieName(Base):
    """What an import says of a tie that was there before: taken over once the import is done.

    All of key, name and stable id as they will stand then.
    """

    __tablename__ = "tie_name"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "tie_id"], ["tie.owner_id", "tie.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["owner_id", "import_id"], ["import.owner_id", "import.id"], ondelete="CASCADE"
        ),
        Index("ix_tie_name_owner_id_network_key", "owner_id", "network", "key"),
        Index("ix_tie_name_owner_id_network_stable_id", "owner_id", "network", "stable_id"),
        Index("ix_tie_name_owner_id_import_id", "owner_id", "import_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    tie_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    key: Mapped[str | None]
    name: Mapped[str | None]
    stable_id: Mapped[str | None]


class TieFact(Base):
    """What one import says of one kind of a tie: how often, and when first and last."""

    __tablename__ = "tie_fact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "tie_id"], ["tie.owner_id", "tie.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["owner_id", "import_id"], ["import.owner_id", "import.id"], ondelete="CASCADE"
        ),
        Index("ix_tie_fact_owner_id_import_id", "owner_id", "import_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    tie_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    count: Mapped[int]
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]


class TieBlock(Base):
    """Somebody whom the owner blocked or muted on a network: never suggested.

    Told by a stable id or by a name's key; the other one is empty.
    """

    __tablename__ = "tie_block"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "import_id"], ["import.owner_id", "import.id"], ondelete="CASCADE"
        ),
        Index("ix_tie_block_owner_id_import_id", "owner_id", "import_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    stable_id: Mapped[str] = mapped_column(primary_key=True, default="")
    key: Mapped[str] = mapped_column(primary_key=True, default="")
    import_id: Mapped[UUID] = mapped_column(primary_key=True)


class Interest(Base):
    """A hashtag of the owner's own posts, and how many of an import's posts have it."""

    __tablename__ = "interest"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "import_id"], ["import.owner_id", "import.id"], ondelete="CASCADE"
        ),
        Index("ix_interest_owner_id_import_id", "owner_id", "import_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    count: Mapped[int]


class Match(Base):
    """A tie and an attendee that share a handle: the join's facts only.

    Whether its owner may see it (listed, circles, met, blocked) is judged when reading.
    ``strength`` and ``kinds`` are the tie's, so that the best (of a kind) come first out of the
    index.
    """

    __tablename__ = "match"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "tie_id"], ["tie.owner_id", "tie.id"], ondelete="CASCADE"
        ),
        # In this order, so that a page of the best comes out of the index without sorting.
        Index("ix_match_best", "owner_id", "event_id", "strength", "attendee_id", "kinds"),
        Index("ix_match_owner_id_attendee_id", "owner_id", "attendee_id"),
        Index("ix_match_attendee_id", "attendee_id"),
        Index("ix_match_handle_id", "handle_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    tie_id: Mapped[UUID] = mapped_column(primary_key=True)
    attendee_id: Mapped[UUID] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True
    )
    handle_id: Mapped[UUID] = mapped_column(
        ForeignKey("handle.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    strength: Mapped[float]
    kinds: Mapped[int] = mapped_column(default=0)


class RankingChoice(Base):
    """What matters to an owner: firsthand.ties.score.Tuning; no row where all is as usual."""

    __tablename__ = "ranking_choice"

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    conversations: Mapped[int]
    messages: Mapped[int]
    follows: Mapped[int]
    followed_by: Mapped[int]
    connected: Mapped[int]
    reposts: Mapped[int]
    recent: Mapped[int]


class Dismissed(Base):
    """An attendee whom the owner does not want suggested any more."""

    __tablename__ = "dismissed"

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    attendee_id: Mapped[UUID] = mapped_column(
        ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True, index=True
    )
