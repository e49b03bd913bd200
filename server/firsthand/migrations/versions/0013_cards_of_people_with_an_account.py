"""Only cards of people with an account stand in the indexes by account."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CLAIMED = sa.text("account_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_contact_account_id", table_name="contact")
    op.drop_index("uq_contact_owner_id_account_id", table_name="contact")
    op.create_index(
        "ix_contact_account_id",
        "contact",
        ["account_id"],
        unique=False,
        sqlite_where=_CLAIMED,
        postgresql_where=_CLAIMED,
    )
    op.create_index(
        "uq_contact_owner_id_account_id",
        "contact",
        ["owner_id", "account_id"],
        unique=True,
        sqlite_where=_CLAIMED,
        postgresql_where=_CLAIMED,
    )


def downgrade() -> None:
    op.drop_index("uq_contact_owner_id_account_id", table_name="contact")
    op.drop_index("ix_contact_account_id", table_name="contact")
    op.create_index("ix_contact_account_id", "contact", ["account_id"], unique=False)
    op.create_index(
        "uq_contact_owner_id_account_id", "contact", ["owner_id", "account_id"], unique=True
    )
