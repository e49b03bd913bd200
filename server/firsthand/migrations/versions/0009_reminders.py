"""What owners are told, and what is on its way to them"""

import sqlalchemy as sa
from alembic import op

import firsthand.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = firsthand.db.UtcDateTime(timezone=True)
    op.create_table(
        "reminder_choice",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("by_push", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("tell_arrivals", sa.Boolean(), nullable=False),
        sa.Column("show_arrival", sa.Boolean(), nullable=False),
        sa.Column("next_digest_at", moment, nullable=True),
        sa.Column("mail_problem", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_reminder_choice_owner_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_reminder_choice")),
    )
    op.create_index("ix_reminder_choice_next_digest_at", "reminder_choice", ["next_digest_at"])
    op.create_table(
        "delivery",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", moment, nullable=False),
        sa.Column("claimed_until", moment, nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_delivery_owner_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_delivery")),
    )
    op.create_index("uq_delivery_owner_id_key", "delivery", ["owner_id", "key"], unique=True)
    op.create_index("ix_delivery_state_not_before", "delivery", ["state", "not_before"])
    op.create_table(
        "push_subscription",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("p256dh", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("retired_at", moment, nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_push_subscription_owner_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_push_subscription")),
    )
    op.create_index(
        "uq_push_subscription_owner_id_endpoint",
        "push_subscription",
        ["owner_id", "endpoint"],
        unique=True,
    )
    op.create_index("ix_push_subscription_endpoint", "push_subscription", ["endpoint"])
