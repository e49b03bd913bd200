"""Whose badge a scan was of, and on which cards the circle "people I meet" is open."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_WEARERS = (("wearer_account_id", "account"), ("wearer_attendee_id", "attendee"))

# A code that is no badge made no link to a place. Where several places of the event are on one
# card, nobody knows any more which badge it was: none is taken.
# The event is compared by what it is not: by an equality SQLite would begin with all attendees of
# the event, for each scan (100,000 scans and 5,000 attendees: half an hour instead of seconds).
_PLACES = """
    FROM contact AS scanned
    JOIN contact AS member
      ON member.owner_id = scanned.owner_id AND member.root_id = scanned.root_id
    JOIN contact_attendee AS known
      ON known.owner_id = member.owner_id AND known.contact_id = member.id
    JOIN attendee ON attendee.id = known.attendee_id
    JOIN meeting ON meeting.owner_id = scan.owner_id AND meeting.id = scan.meeting_id
    WHERE scanned.owner_id = scan.owner_id
      AND scanned.id = scan.contact_id
      AND NOT attendee.event_id <> meeting.event_id
"""
_WHOSE_BADGE = f"""
    UPDATE scan SET wearer_attendee_id = (SELECT attendee.id {_PLACES} LIMIT 1)
    WHERE (SELECT count(*) {_PLACES}) = 1
"""  # noqa: S608  # nosec B608  # of this file's own constants
_CLAIMED = """
    UPDATE scan SET
      wearer_account_id =
        (SELECT account_id FROM attendee WHERE attendee.id = wearer_attendee_id),
      wearer_attendee_id = NULL
    WHERE wearer_attendee_id IN (SELECT id FROM attendee WHERE account_id IS NOT NULL)
"""
_LET_IN = """
    UPDATE contact SET in_circle = true
    WHERE account_id IS NULL AND EXISTS (
        SELECT 1 FROM scan
        WHERE scan.owner_id = contact.owner_id
          AND scan.wearer_attendee_id = contact.attendee_id
          AND scan.retracted_at IS NULL
      )
      OR EXISTS (
        SELECT 1 FROM scan
        WHERE scan.owner_id = contact.account_id
          AND scan.wearer_account_id = contact.owner_id
          AND scan.retracted_at IS NULL
      )
      OR EXISTS (
        SELECT 1 FROM contact AS theirs
        JOIN meeting ON meeting.owner_id = theirs.owner_id AND meeting.contact_id = theirs.id
        WHERE theirs.owner_id = contact.account_id
          AND theirs.account_id = contact.owner_id
          AND meeting.gone_at IS NULL
          AND meeting.origin IN ('typed', 'confirmed')
      )
      OR EXISTS (
        SELECT 1 FROM scan
        WHERE scan.owner_id = contact.owner_id
          AND scan.wearer_account_id = contact.account_id
          AND scan.retracted_at IS NULL
      )
      AND NOT EXISTS (
        SELECT 1 FROM meeting_dismissal
        WHERE meeting_dismissal.owner_id = contact.account_id
          AND meeting_dismissal.other_id = contact.owner_id
      )
"""
_SEEN = """
    UPDATE contact SET seen_name = coalesce(
        (SELECT account.name FROM account WHERE account.id = contact.account_id),
        (SELECT attendee.name FROM attendee WHERE attendee.id = contact.attendee_id),
        ''
    )
    WHERE NOT in_circle AND (account_id IS NOT NULL OR attendee_id IS NOT NULL)
"""


@contextmanager
def _changing_scans() -> Iterator[BatchOperations]:
    with warnings.catch_warnings():
        # Of the table of meetings, which SQLite's copy of this one refers to and leaves as it is.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based")
        with op.batch_alter_table("scan") as scan:
            yield scan


def upgrade() -> None:
    op.add_column(
        "contact",
        sa.Column("in_circle", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("contact", sa.Column("seen_name", sa.String(), nullable=False, server_default=""))
    with _changing_scans() as scan:
        for column, table in _WEARERS:
            scan.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            scan.create_foreign_key(
                op.f(f"fk_scan_{column}_{table}"), table, [column], ["id"], ondelete="SET NULL"
            )
    for column, _ in _WEARERS:
        is_known = sa.column(column).is_not(None)
        op.create_index(
            f"ix_scan_{column}_owner_id",
            "scan",
            [column, "owner_id"],
            sqlite_where=is_known,
            postgresql_where=is_known,
        )
    for statement in (_WHOSE_BADGE, _CLAIMED, _LET_IN, _SEEN):
        op.execute(statement)


def downgrade() -> None:
    for column, _ in _WEARERS:
        op.drop_index(f"ix_scan_{column}_owner_id", table_name="scan")
    with _changing_scans() as scan:
        for column, table in _WEARERS:
            scan.drop_constraint(op.f(f"fk_scan_{column}_{table}"), type_="foreignkey")
            scan.drop_column(column)
    op.drop_column("contact", "seen_name")
    op.drop_column("contact", "in_circle")
