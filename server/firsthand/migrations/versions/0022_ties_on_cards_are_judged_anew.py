"""Ties stood on cards that do not show the handle: whose handles they are is judged once more.

After the start, by the outbox; an entry has the account's own id, and its age, for want of others.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        INSERT INTO outbox_entry (id, topic, subject, position, created_at)
        SELECT id, 'handles-shown', id, '', created_at FROM account
        WHERE EXISTS (SELECT 1 FROM handle WHERE handle.account_id = account.id)
          AND NOT EXISTS (SELECT 1 FROM outbox_entry WHERE outbox_entry.id = account.id)
        """
    )


def downgrade() -> None:
    """What is to be judged may be judged before, too."""
