"""Names of accounts and attendees as search compares them, so that exports can suggest people"""

import sqlalchemy as sa
from alembic import op

from firsthand.folding import fold

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000


def upgrade() -> None:
    for name in ("account", "attendee"):
        column = sa.Column("folded", sa.String(), nullable=False, server_default="")
        op.add_column(name, column)
        _fold_names(name)
    op.create_index("ix_account_folded", "account", ["folded"], unique=False)
    op.create_index("ix_attendee_event_id_folded", "attendee", ["event_id", "folded"], unique=False)
    name, table = "ix_import_person_mark_owner_id_person_id", "import_person_mark"
    op.drop_index(name, table_name=table)
    op.create_index(name, table, ["owner_id", "person_id", "kind", "key"], unique=False)


def _fold_names(name: str) -> None:
    table = sa.table(
        name, sa.column("id", sa.Uuid()), sa.column("name", sa.String()), sa.column("folded")
    )
    connection = op.get_bind()
    change = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("of", type_=sa.Uuid()))
        .values(folded=sa.bindparam("name_folded", type_=sa.String()))
    )
    rows = connection.execute(sa.select(table.c.id, table.c.name)).all()
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(
            change,
            [{"of": of, "name_folded": fold(text)} for of, text in rows[start : start + _AT_ONCE]],
        )
