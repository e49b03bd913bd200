"""A page of follow-ups comes out of its index alone."""

from alembic import op

revision = "0009"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_follow_up_owner_id_state_due_id",
        "follow_up",
        ["owner_id", "state", "due", "id"],
        unique=False,
    )
    op.drop_index("ix_follow_up_owner_id_state_due", table_name="follow_up")


def downgrade() -> None:
    op.create_index(
        "ix_follow_up_owner_id_state_due",
        "follow_up",
        ["owner_id", "state", "due"],
        unique=False,
    )
    op.drop_index("ix_follow_up_owner_id_state_due_id", table_name="follow_up")
