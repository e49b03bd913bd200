"""Proofs of handles"""

import sqlalchemy as sa
from alembic import op

import firsthand.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proof_page",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("created_at", firsthand.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_proof_page_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_proof_page")),
    )
    with op.batch_alter_table("proof_page") as batch_op:
        batch_op.create_index("uq_proof_page_code", ["code"], unique=True)
    op.create_table(
        "handle_proof",
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("checked_at", firsthand.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("failed_since", firsthand.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_handle_proof_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["handle_id"],
            ["handle.id"],
            name=op.f("fk_handle_proof_handle_id_handle"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("handle_id", name=op.f("pk_handle_proof")),
    )
    with op.batch_alter_table("handle_proof") as batch_op:
        batch_op.create_index("ix_handle_proof_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_handle_proof_checked_at", ["checked_at"], unique=False)
