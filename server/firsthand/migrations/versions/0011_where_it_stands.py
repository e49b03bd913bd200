"""A page of follow-ups and the counts by stage come out of an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
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
    op.create_index(
        "ix_contact_owner_id_stage_last_at",
        "contact",
        ["owner_id", "stage", "last_at", "id", "root_id"],
        unique=False,
        sqlite_where=sa.text("id = root_id"),
        postgresql_where=sa.text("id = root_id"),
    )
    op.create_index(
        "ix_contact_owner_id_last_at_id",
        "contact",
        ["owner_id", "last_at", "id"],
        unique=False,
        sqlite_where=sa.text("id = root_id"),
        postgresql_where=sa.text("id = root_id"),
    )
    op.drop_index("ix_contact_owner_id_last_at", table_name="contact")


def downgrade() -> None:
    op.create_index("ix_contact_owner_id_last_at", "contact", ["owner_id", "last_at"], unique=False)
    op.drop_index("ix_contact_owner_id_last_at_id", table_name="contact")
    op.drop_index("ix_contact_owner_id_stage_last_at", table_name="contact")
    op.create_index(
        "ix_follow_up_owner_id_state_due",
        "follow_up",
        ["owner_id", "state", "due"],
        unique=False,
    )
    op.drop_index("ix_follow_up_owner_id_state_due_id", table_name="follow_up")
