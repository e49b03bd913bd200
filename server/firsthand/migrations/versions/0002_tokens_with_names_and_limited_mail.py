"""Tokens with names, and a limit on sign-in mail"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_token", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "email_code", sa.Column("mailed", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("email_code", sa.Column("peer", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("email_code") as batch_op:
        batch_op.create_index(batch_op.f("ix_email_code_peer"), ["peer"], unique=False)
