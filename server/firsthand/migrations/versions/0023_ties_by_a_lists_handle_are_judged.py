"""Ties stood on cards by a list's handle that is on no list any more: these cards are judged.

After the start, by the outbox.
"""

import sqlalchemy as sa
from alembic import op

import firsthand.db

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_CARD = sa.table(
    "contact",
    sa.column("owner_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("root_id", sa.Uuid()),
).c
_TIE = sa.table("tie", sa.column("owner_id", sa.Uuid()), sa.column("contact_id", sa.Uuid())).c
_ENTRY = sa.table(
    "outbox_entry",
    sa.column("id", sa.Uuid()),
    sa.column("topic", sa.String()),
    sa.column("subject", sa.Uuid()),
    sa.column("position", sa.String()),
    sa.column("created_at", firsthand.db.UtcDateTime()),
)


def upgrade() -> None:
    with_ties = sa.select(_CARD.owner_id, _CARD.root_id).where(
        sa.exists().where(_TIE.owner_id == _CARD.owner_id, _TIE.contact_id == _CARD.id)
    )
    moment = firsthand.db.now()
    entries = [
        {
            "id": firsthand.db.new_id(),
            "topic": "listed-handles-gone",
            "subject": owner_id,
            "position": str(root_id),
            "created_at": moment,
        }
        for owner_id, root_id in op.get_bind().execute(with_ties.distinct())
    ]
    if entries:
        op.get_bind().execute(_ENTRY.insert(), entries)


def downgrade() -> None:
    """What is to be judged may be judged before, too."""
