"""Scans: one reading of one code by one device."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, now

# A device counts up to 2^53; SQLite's own integers hold that already.
Numbers = BigInteger().with_variant(Integer(), "sqlite")
# A device counts its edits from 0 on.
NEVER_EDITED = -1


class Scan(Base):
    """A reading that was accepted; its (owner, id) outlives everything but the account.

    ``scanned_at`` is the device's word, ``received_at`` the server's; ``at`` is what counts.
    The code itself is not kept. ``edited_sequence`` is the highest edit that was applied, or
    ``NEVER_EDITED``. Of a badge printed here ``wearer_account_id`` is whose it is,
    ``wearer_attendee_id`` while nobody has claimed the place; both are empty for any other code,
    and for a scan that an export brought.
    """

    __tablename__ = "scan"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "meeting_id"], ["meeting.owner_id", "meeting.id"], ondelete="CASCADE"
        ),
        Index("ix_scan_owner_id_meeting_id", "owner_id", "meeting_id"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    wearer_account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL")
    )
    wearer_attendee_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("attendee.id", ondelete="SET NULL")
    )
    device: Mapped[str]
    sequence: Mapped[int | None] = mapped_column(Numbers)
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    intents: Mapped[list[str]] = mapped_column(default=list)
    edited_sequence: Mapped[int] = mapped_column(Numbers, default=NEVER_EDITED)
    retracted_at: Mapped[datetime | None]


# Most scans have one of the two.
for _wearer in (Scan.wearer_account_id, Scan.wearer_attendee_id):
    Index(
        f"ix_scan_{_wearer.key}_owner_id",
        _wearer,
        Scan.owner_id,
        sqlite_where=_wearer.is_not(None),
        postgresql_where=_wearer.is_not(None),
    )


class MissedShortCode(Base):
    """A typed short code that led nowhere; thirty an hour are judged, further ones are not."""

    __tablename__ = "missed_short_code"
    __table_args__ = (Index("ix_missed_short_code_account_id_at", "account_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=now)
