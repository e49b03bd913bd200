"""Pictures of oneself, reports, invitations to claim, and who asked to be removed"""

import sqlalchemy as sa
from alembic import op

import firsthand.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = firsthand.db.UtcDateTime(timezone=True)
    # Whom somebody has blocked, as they called them then.
    op.add_column("block", sa.Column("called", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE block SET called = "
        "coalesce((SELECT name FROM account WHERE account.id = block.account_id), '')"
    )
    op.add_column("account", sa.Column("face", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "account", sa.Column("face_circle", sa.String(), nullable=False, server_default="met")
    )
    op.create_table(
        "face",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_face_owner_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_face")),
    )
    op.create_index("uq_face_mark", "face", ["mark"], unique=True)
    op.create_table(
        "report",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_report_owner_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_report_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_report_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_event_id", "report", ["event_id"], unique=False)
    op.create_index("ix_report_attendee_id", "report", ["attendee_id"], unique=False)
    op.create_table(
        "removal_request",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_removal_request_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_removal_request_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "attendee_id", name=op.f("pk_removal_request")),
    )
    op.create_index(
        "ix_removal_request_attendee_id", "removal_request", ["attendee_id"], unique=False
    )
    for name, column in (("invitation", "address_hash"), ("removal", "person_hash")):
        op.create_table(
            name,
            sa.Column("event_id", sa.Uuid(), nullable=False),
            sa.Column(column, sa.String(), nullable=False),
            sa.Column("created_at", moment, nullable=False),
            sa.ForeignKeyConstraint(
                ["event_id"],
                ["event.id"],
                name=op.f(f"fk_{name}_event_id_event"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("event_id", column, name=op.f(f"pk_{name}")),
        )
