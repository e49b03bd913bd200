"""What a verb or a query asks of its session beside its own statements."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from firsthand.prepared import execute

_FIND_BY_KEYS = text("SET LOCAL enable_seqscan = off")


def lock_owners(session: Session, owner_ids: Sequence[UUID]) -> None:
    """Hold other writers of these owners' private rows off until the transaction ends.

    Reading and then writing is safe after this. SQLite has one writer anyway; on PostgreSQL the
    locks are taken in order, so that replicas do not deadlock.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    keys = [owner_id.int & 0x7FFF_FFFF_FFFF_FFFF for owner_id in sorted(set(owner_ids))]
    # In the array's order, in one round trip.
    lock = "SELECT pg_advisory_xact_lock(key) FROM unnest(%(keys)s::bigint[]) AS key"
    execute(session.connection(), lock, {"keys": keys})


def find_by_keys(session: Session) -> None:
    """Until the transaction ends, PostgreSQL takes indexes, however it judges a table's size.

    For what finds a few rows by their keys in tables that may have been filled just now. SQLite
    always does.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_FIND_BY_KEYS)


def ping(session: Session) -> None:
    """Raises when the database does not answer."""
    session.execute(text("SELECT 1"))
