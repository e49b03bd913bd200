"""Which follow-ups matter most, and how soon an owner's intents are due"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "follow_up", sa.Column("important", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "intent_choice",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_intent_choice_owner_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "intent", name=op.f("pk_intent_choice")),
    )
