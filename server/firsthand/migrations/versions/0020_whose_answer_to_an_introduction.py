"""Who answered an introduction, and in which browser."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SIGNED_IN = sa.text("account_id IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("introduction_answer") as answer:
        answer.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        answer.add_column(sa.Column("browser_hash", sa.String(), nullable=False, server_default=""))
        answer.create_foreign_key(
            op.f("fk_introduction_answer_account_id_account"),
            "account",
            ["account_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.create_index(
        "ix_introduction_answer_account_id",
        "introduction_answer",
        ["account_id"],
        sqlite_where=_SIGNED_IN,
        postgresql_where=_SIGNED_IN,
    )


def downgrade() -> None:
    op.drop_index("ix_introduction_answer_account_id", table_name="introduction_answer")
    with op.batch_alter_table("introduction_answer") as answer:
        answer.drop_constraint(
            op.f("fk_introduction_answer_account_id_account"), type_="foreignkey"
        )
        answer.drop_column("browser_hash")
        answer.drop_column("account_id")
