"""Signing in with an account that somebody has elsewhere"""

import sqlalchemy as sa
from alembic import op

import firsthand.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "linked_identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", firsthand.db.UtcDateTime(timezone=True), nullable=False),
        _of_account("linked_identity"),
        sa.ForeignKeyConstraint(
            ["handle_id"],
            ["handle.id"],
            name=op.f("fk_linked_identity_handle_id_handle"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_identity")),
    )
    with op.batch_alter_table("linked_identity") as batch_op:
        batch_op.create_index(
            "uq_linked_identity_provider_issuer_subject",
            ["provider", "issuer", "subject"],
            unique=True,
        )
        batch_op.create_index("ix_linked_identity_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_linked_identity_handle_id", ["handle_id"], unique=False)
    op.create_table(
        "sign_in_elsewhere",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("next_path", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("peer_hash", sa.String(), nullable=False),
        sa.Column("expires_at", firsthand.db.UtcDateTime(timezone=True), nullable=False),
        _of_account("sign_in_elsewhere"),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_elsewhere")),
    )
    with op.batch_alter_table("sign_in_elsewhere") as batch_op:
        for name in ("account_id", "peer_hash", "expires_at"):
            batch_op.create_index(f"ix_sign_in_elsewhere_{name}", [name], unique=False)
    op.create_table(
        "offered_link",
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("expires_at", firsthand.db.UtcDateTime(timezone=True), nullable=False),
        _of_account("offered_link"),
        sa.PrimaryKeyConstraint("browser_hash", name=op.f("pk_offered_link")),
    )
    with op.batch_alter_table("offered_link") as batch_op:
        for name in ("account_id", "expires_at"):
            batch_op.create_index(f"ix_offered_link_{name}", [name], unique=False)
    op.create_table(
        "mastodon_app",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("created_at", firsthand.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_mastodon_app")),
    )


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"],
        ["account.id"],
        name=op.f(f"fk_{table}_account_id_account"),
        ondelete="CASCADE",
    )
