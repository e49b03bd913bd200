"""Passkeys, recovery codes, and when a session was last seen and last confirmed"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import firsthand.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_LONG_AGO = "1970-01-01 00:00:00.000000"


def upgrade() -> None:
    moment = firsthand.db.UtcDateTime(timezone=True)
    _moments_of_sessions(moment)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(), nullable=False),
        sa.Column(
            "sign_count",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("last_used_at", moment, nullable=True),
        _of_account("passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index("ix_passkey_account_id_id", "passkey", ["account_id", "id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_hash", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("user_handle", sa.LargeBinary(), nullable=True),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        _of_account("passkey_challenge"),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_passkey_challenge")),
    )
    for name in ("account_id", "peer", "expires_at"):
        op.create_index(f"ix_passkey_challenge_{name}", "passkey_challenge", [name])
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        _of_account("recovery_code"),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "recovery_tries",
        sa.Column("of_hash", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("of_hash", name=op.f("pk_recovery_tries")),
    )
    op.create_index("ix_recovery_tries_last_at", "recovery_tries", ["last_at"])


def _moments_of_sessions(moment: firsthand.db.UtcDateTime) -> None:
    """Nobody is signed out by this: all count as seen just now, and as confirmed at their start."""
    for name in ("last_seen_at", "fresh_at"):
        column: sa.Column[Any] = sa.Column(name, moment, nullable=False, server_default=_LONG_AGO)
        op.add_column("sign_in_session", column)
    table = sa.table(
        "sign_in_session",
        sa.column("created_at", moment),
        sa.column("last_seen_at", moment),
        sa.column("fresh_at", moment),
    )
    seen = {"last_seen_at": firsthand.db.now(), "fresh_at": table.c.created_at}
    op.get_bind().execute(sa.update(table).values(seen))


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"],
        ["account.id"],
        name=op.f(f"fk_{table}_account_id_account"),
        ondelete="CASCADE",
    )
