"""A device's numbers beyond 2^31: PostgreSQL refused them. SQLite's integers are wide already."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name in ("sequence", "edited_sequence"):
        op.alter_column("scan", name, existing_type=sa.Integer(), type_=sa.BigInteger())
