"""What proves whose a handle is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, now


class ProofPage(Base):
    """An account's public page that its profiles link to: ``/proof/{code}``."""

    __tablename__ = "proof_page"
    __table_args__ = (Index("uq_proof_page_code", "code", unique=True),)

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class HandleProof(Base):
    """The proof of one handle: asked for, found, looked for again, and withdrawn once it is gone.

    The proof page links to the handle from when it was asked for. ``method`` and ``evidence`` (an
    address) say how it was proven last; the handle's ``verified_at`` says whether it counts.
    ``failed_since``: since when it was not found again; ``problem``: what was found instead.
    """

    __tablename__ = "handle_proof"
    __table_args__ = (
        Index("ix_handle_proof_account_id", "account_id"),
        Index("ix_handle_proof_checked_at", "checked_at"),
    )

    handle_id: Mapped[UUID] = mapped_column(
        ForeignKey("handle.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    method: Mapped[str] = mapped_column(default="")
    evidence: Mapped[str] = mapped_column(default="")
    problem: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime] = mapped_column(default=now)
    failed_since: Mapped[datetime | None]
