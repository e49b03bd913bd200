"""The database: one door for writes, many for reads, the same on SQLite and PostgreSQL.

Verbs and queries are plain synchronous functions of a session. On SQLite one writer thread works
off what has queued up in one transaction and answers after its commit (group commit); readers have
read-only connections. On PostgreSQL a write is a thread with a connection of its own, except the
set-based verbs, which are grouped there too.
"""

from firsthand.db.database import Database
from firsthand.db.inserting import insert_new, insert_or_change
from firsthand.db.jobs import DatabaseUnavailable
from firsthand.db.schema import AnySelect, Base, UtcDateTime, new_id, now, table_of
from firsthand.db.sessions import find_by_keys, lock_owners, ping

__all__ = [
    "AnySelect",
    "Base",
    "Database",
    "DatabaseUnavailable",
    "UtcDateTime",
    "find_by_keys",
    "insert_new",
    "insert_or_change",
    "lock_owners",
    "new_id",
    "now",
    "ping",
    "table_of",
]
