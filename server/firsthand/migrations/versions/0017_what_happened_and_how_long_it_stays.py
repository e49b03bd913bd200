"""What happened with an account; how long an event keeps what its organiser brought."""

import sqlalchemy as sa
from alembic import op

from firsthand.db import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_act",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_account_act_owner_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_account_act")),
    )
    op.create_index("ix_account_act_owner_id_at_id", "account_act", ["owner_id", "at", "id"])
    op.create_index("ix_account_act_at", "account_act", ["at"])
    op.add_column(
        "event", sa.Column("retention_days", sa.Integer(), nullable=False, server_default="365")
    )


def downgrade() -> None:
    op.drop_column("event", "retention_days")
    op.drop_table("account_act")
