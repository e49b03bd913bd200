"""What exports say of people and of whole lists; one human's cards joined"""

import sqlalchemy as sa
from alembic import op

import firsthand.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_list",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "import_id"],
            ["import.owner_id", "import.id"],
            name=op.f("fk_import_list_owner_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "owner_id", "import_id", "network", "kind", name=op.f("pk_import_list")
        ),
    )
    op.create_table(
        "import_person",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("headline", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("phones", sa.JSON(), nullable=False),
        sa.Column("at", firsthand.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id", "import_id"],
            ["import.owner_id", "import.id"],
            name=op.f("fk_import_person_owner_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_import_person")),
    )
    with op.batch_alter_table("import_person") as batch_op:
        batch_op.create_index(
            "ix_import_person_owner_id_folded", ["owner_id", "folded"], unique=False
        )
        batch_op.create_index(
            "ix_import_person_owner_id_import_id", ["owner_id", "import_id"], unique=False
        )

    op.create_table(
        "contact_apart",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "one_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_contact_apart_owner_id_one_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "other_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_contact_apart_owner_id_other_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "one_id", "other_id", name=op.f("pk_contact_apart")),
    )
    with op.batch_alter_table("contact_apart") as batch_op:
        batch_op.create_index(
            "ix_contact_apart_owner_id_other_id", ["owner_id", "other_id"], unique=False
        )

    op.create_table(
        "contact_merge",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("by_proof", sa.Boolean(), nullable=False),
        sa.Column("at", firsthand.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "child_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_contact_merge_owner_id_child_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "parent_id"],
            ["contact.owner_id", "contact.id"],
            name=op.f("fk_contact_merge_owner_id_parent_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "child_id", name=op.f("pk_contact_merge")),
    )
    with op.batch_alter_table("contact_merge") as batch_op:
        batch_op.create_index(
            "ix_contact_merge_owner_id_parent_id", ["owner_id", "parent_id"], unique=False
        )

    op.create_table(
        "import_person_mark",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "person_id"],
            ["import_person.owner_id", "import_person.id"],
            name=op.f("fk_import_person_mark_owner_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "owner_id", "kind", "key", "person_id", name=op.f("pk_import_person_mark")
        ),
    )
    with op.batch_alter_table("import_person_mark") as batch_op:
        batch_op.create_index(
            "ix_import_person_mark_owner_id_person_id", ["owner_id", "person_id"], unique=False
        )

    with op.batch_alter_table("import") as batch_op:
        batch_op.add_column(
            sa.Column("made_at", firsthand.db.UtcDateTime(timezone=True), nullable=True)
        )

    # A name's key may be told instead of a stable id: then it is who the row is about.
    with op.batch_alter_table("tie_block", recreate="always") as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(), nullable=False, server_default=""))
        batch_op.drop_constraint("pk_tie_block", type_="primary")
        batch_op.create_primary_key(
            "pk_tie_block", ["owner_id", "network", "stable_id", "key", "import_id"]
        )
