"""Staff are invited by their address; who never signed up gets one mail a year."""

import sqlalchemy as sa
from alembic import op

from firsthand.db import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_staff_invitation_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_invitation")),
    )
    op.create_index(
        "uq_staff_invitation_event_id_email", "staff_invitation", ["event_id", "email"], unique=True
    )
    op.create_index("ix_staff_invitation_email", "staff_invitation", ["email"])
    op.create_table(
        "unasked_mail",
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_unasked_mail")),
    )
    op.create_index("ix_unasked_mail_created_at", "unasked_mail", ["created_at"])


def downgrade() -> None:
    op.drop_table("unasked_mail")
    op.drop_table("staff_invitation")
