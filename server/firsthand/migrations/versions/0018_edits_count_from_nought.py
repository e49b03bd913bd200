"""A scan that was never edited says -1: an edit numbered 0, a device's first, was passed over."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE scan SET edited_sequence = -1 WHERE edited_sequence = 0")


def downgrade() -> None:
    op.execute("UPDATE scan SET edited_sequence = 0 WHERE edited_sequence = -1")
