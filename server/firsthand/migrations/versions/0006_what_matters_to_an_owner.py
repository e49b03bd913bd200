"""What matters to an owner, what they write about, and the kinds of a match"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As in firsthand.ties.kind_bits, which may change after this step.
_BITS = {
    "follows": 1,
    "followed_by": 2,
    "connected": 4,
    "replied": 8,
    "mentioned": 16,
    "messaged": 32,
    "reposted": 64,
    "liked": 128,
}
_KINDS_OF_TIES = """
    UPDATE tie SET kinds = COALESCE((
        SELECT SUM(DISTINCT CASE tie_fact.kind {bits} ELSE 0 END)
        FROM tie_fact JOIN import
            ON import.owner_id = tie_fact.owner_id AND import.id = tie_fact.import_id
        WHERE tie_fact.owner_id = tie.owner_id AND tie_fact.tie_id = tie.id
            AND import.state = 'done'
    ), 0)
"""
_KINDS_OF_MATCHES = """
    UPDATE match SET kinds = (
        SELECT tie.kinds FROM tie WHERE tie.owner_id = match.owner_id AND tie.id = match.tie_id
    )
"""


def upgrade() -> None:
    op.create_table(
        "ranking_choice",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("conversations", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.Column("followed_by", sa.Integer(), nullable=False),
        sa.Column("connected", sa.Integer(), nullable=False),
        sa.Column("reposts", sa.Integer(), nullable=False),
        sa.Column("recent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_ranking_choice_owner_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_ranking_choice")),
    )
    op.create_table(
        "interest",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "import_id"],
            ["import.owner_id", "import.id"],
            name=op.f("fk_interest_owner_id_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "tag", "import_id", name=op.f("pk_interest")),
    )
    with op.batch_alter_table("interest") as batch_op:
        batch_op.create_index(
            "ix_interest_owner_id_import_id", ["owner_id", "import_id"], unique=False
        )
    for table in ("tie", "match"):
        op.add_column(table, sa.Column("kinds", sa.Integer(), nullable=False, server_default="0"))
    bits = " ".join(f"WHEN '{kind}' THEN {bit}" for kind, bit in _BITS.items())
    op.execute(_KINDS_OF_TIES.format(bits=bits))
    op.execute(_KINDS_OF_MATCHES)
    with op.batch_alter_table("match") as batch_op:
        batch_op.drop_index("ix_match_best")
        batch_op.create_index(
            "ix_match_best",
            ["owner_id", "event_id", "strength", "attendee_id", "kinds"],
            unique=False,
        )
