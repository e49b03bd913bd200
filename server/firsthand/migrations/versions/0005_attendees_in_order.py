"""An event's attendees in the order of their ids, for work that goes through them in steps."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_attendee_event_id_id", "attendee", ["event_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_attendee_event_id_id", table_name="attendee")
