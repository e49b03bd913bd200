"""Introductions"""

import sqlalchemy as sa
from alembic import op

import firsthand.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = firsthand.db.UtcDateTime(timezone=True)
    op.create_table(
        "introduction",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_introduction_owner_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_introduction")),
    )
    op.create_index("uq_introduction_id", "introduction", ["id"], unique=True)
    op.create_table(
        "introduced",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("introduction_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("called", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "introduction_id"],
            ["introduction.owner_id", "introduction.id"],
            name=op.f("fk_introduced_owner_id_introduction"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "contact_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_introduced_owner_id_contact"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "introduction_id", "side", name=op.f("pk_introduced")),
    )
    op.create_index("ix_introduced_owner_id_contact_id", "introduced", ["owner_id", "contact_id"])
    op.create_table(
        "introduction_answer",
        sa.Column("introduction_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("answered_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["introduction.id"],
            name=op.f("fk_introduction_answer_introduction_id_introduction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("introduction_id", "side", name=op.f("pk_introduction_answer")),
    )
