"""What somebody has changed in the database that was not theirs: every row of every table."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from firsthand.tables import metadata
from tests.server.house import House

# What asking alone leaves behind: when, how often, what is still to be done or to be told.
_TRACES = {
    *(
        "delivery",
        "email_code",
        "missed_short_code",
        "outbox_entry",
        "passkey_challenge",
        "recovery_tries",
    ),
    *("sign_in_elsewhere",),
}
# What who runs an event may change: the event, its list, its badges, its helpers.
ORGANISED = {
    *("attendee", "attendee_list", "badge", "event", "event_role", "invitation", "removal"),
    *("removal_request", "report", "staff_invitation"),
}
Rows = dict[tuple[str, tuple[Any, ...]], dict[str, Any]]


def every_row(house: House) -> Rows:
    """By table and primary key, after what was still to be done."""
    house.settle()

    def read(session: Session) -> Rows:
        return {
            (table.name, tuple(row[column.name] for column in table.primary_key)): dict(row)
            for table in metadata.sorted_tables
            if table.name not in _TRACES
            for row in session.execute(select(table)).mappings()
        }

    return house.db.read_now(read)


def rows_of(rows: Rows, owner: UUID, but_for: Collection[str]) -> Rows:
    return {
        key: row
        for key, row in rows.items()
        if key[0] not in but_for and _owner(metadata.tables[key[0]], row) == owner
    }


def damage(
    before: Rows, after: Rows, asker: UUID | None, may_change: Collection[str] = ()
) -> Iterator[str]:
    """Rows that came, went or changed and belong to somebody else than who asked."""
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        owners = {_owner(metadata.tables[key[0]], row) for row in (old, new) if row}
        is_theirs = asker is not None and owners == {asker}
        if old != new and key[0] not in may_change and not is_theirs:
            changed = [name for name in old if name in new and old[name] != new[name]]
            yield f"{key[0]}: {changed or ('went' if old else 'came')}"


def _owner(table: Table, row: dict[str, Any]) -> Any:
    if table.name == "account":
        return row["id"]
    return row.get("owner_id", row.get("account_id"))
