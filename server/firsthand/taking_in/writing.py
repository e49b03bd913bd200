"""The verbs of bringing an export back in: begin, write, finish; and what is here already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import literal, select, text
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.blocking import never_see
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact
from firsthand.db import insert_new, lock_owners, new_id, now
from firsthand.events.models import Event
from firsthand.export_shape import FORMAT
from firsthand.followups.staging import restage
from firsthand.meetings.models import Meeting
from firsthand.outbox import OutboxEntry, enqueue
from firsthand.problems import Conflict
from firsthand.scans.circles import settle_between, settle_cards
from firsthand.scans.models import Scan
from firsthand.taking_in.kinds import Complete, WantedEvent
from firsthand.taking_in.shapes import MODELS, shapes
from firsthand.ties.importing import TAKE_BACK, WEIGH_OWNER, update_running
from firsthand.ties.models import Import, ImportState, Tie

_NOT_EMPTY = (
    "This account has people already. An export comes back only into an account that has none: "
    "people, ties, meetings or scans."
)
_ROOTS_A_STEP = 100
_EVENTS_AT_ONCE = 500


def start_taking_in(session: Session, owner_id: UUID, file_name: str) -> UUID:
    """A running import of the export itself. Raises Conflict unless there is nothing here yet."""
    lock_owners(session, [owner_id])
    for model in (Contact, Tie, Meeting, Scan):
        if session.scalar(select(model.owner_id).where(model.owner_id == owner_id).limit(1)):
            raise Conflict(_NOT_EMPTY)
    is_busy = session.scalar(
        select(Import.id)
        .where(Import.owner_id == owner_id, Import.state == ImportState.RUNNING)
        .limit(1)
    )
    is_leaving = session.scalar(
        select(OutboxEntry.id)
        .where(OutboxEntry.topic == TAKE_BACK, OutboxEntry.subject == owner_id)
        .limit(1)
    )
    if is_busy or is_leaving:
        raise Conflict("Another import is under way. Wait until it is done.")
    import_id = new_id()
    row = {"owner_id": owner_id, "id": import_id, "file_name": file_name[:200], "format": FORMAT}
    insert_new(session, Import, [row])
    note(session, owner_id, Act.DATA_BROUGHT_IN, "Your own data")
    return import_id


def started_at(session: Session, owner_id: UUID, import_id: UUID) -> datetime:
    return session.get_one(Import, (owner_id, import_id)).started_at


def events_here(session: Session, told: Sequence[WantedEvent]) -> dict[UUID, UUID]:
    """The same slug, name and days are the same event: this instance's id by the other's."""
    found: dict[UUID, UUID] = {}
    for first in range(0, len(told), _EVENTS_AT_ONCE):
        some = {each.slug: each for each in told[first : first + _EVENTS_AT_ONCE]}
        for event in session.scalars(select(Event).where(Event.slug.in_(some))):
            each = some[event.slug]
            if (each.name, each.starts, each.ends) == (event.name, event.starts, event.ends):
                found[each.id] = event.id
    return found


def attendees_seen(
    session: Session, owner_id: UUID, attendee_ids: Sequence[UUID]
) -> dict[UUID, UUID | None]:
    """Those whom the owner could say to have met: listed at an event that the owner attends too.

    By attendee the account. A card must not show more than its owner may see without the file.
    """
    mine = select(Attendee.event_id).where(Attendee.account_id == owner_id)
    seen: dict[UUID, UUID | None] = {}
    for first in range(0, len(attendee_ids), _EVENTS_AT_ONCE):
        some = attendee_ids[first : first + _EVENTS_AT_ONCE]
        rows = session.execute(
            select(Attendee.id, Attendee.account_id).where(
                Attendee.id.in_(some),
                Attendee.listed.is_(True),
                Attendee.event_id.in_(mine),
                Attendee.account_id.is_distinct_from(owner_id),
                ~never_see(literal(owner_id, Attendee.account_id.type), Attendee.account_id),
            )
        )
        seen.update((attendee_id, account_id) for attendee_id, account_id in rows)
    return seen


def write_rows(
    session: Session, owner_id: UUID, import_id: UUID, table: str, rows: Sequence[Any]
) -> None:
    """Some rows of a table. Raises ImportEnded."""
    lock_owners(session, [owner_id])
    update_running(session, owner_id, import_id, {})
    columns = shapes()[table].columns
    kept = [{name: _kept(getattr(row, name)) for name in columns} for row in rows]
    insert_new(session, MODELS[table], [{"owner_id": owner_id, **row} for row in kept])


def _kept(value: Any) -> Any:
    """A list of records is kept as JSON, which knows no structs."""
    return msgspec.to_builtins(value) if isinstance(value, list) else value


def refresh_statistics(session: Session) -> None:
    """PostgreSQL takes tables that have just been filled for empty, and reads all of them."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE contact, meeting, follow_up, touchpoint, tie, tie_fact"))


def restage_some(session: Session, owner_id: UUID, import_id: UUID, after: UUID) -> UUID | None:
    """The rings of the next cards; the last of them, or None. Raises ImportEnded."""
    lock_owners(session, [owner_id])
    update_running(session, owner_id, import_id, {})
    roots = session.scalars(
        select(Contact.id)
        .where(Contact.owner_id == owner_id, Contact.id == Contact.root_id, Contact.id > after)
        .order_by(Contact.id)
        .limit(_ROOTS_A_STEP)
    ).all()
    members = session.execute(
        select(Contact.id, Contact.account_id).where(
            Contact.owner_id == owner_id, Contact.root_id.in_(roots)
        )
    ).all()
    settle_cards(session, {(owner_id, contact_id) for contact_id, _ in members})
    # Meetings that came in are a word that lets the other in.
    settle_between(session, owner_id, [account_id for _, account_id in members if account_id])
    restage(session, [(owner_id, root_id) for root_id in roots])
    return roots[-1] if roots else None


def finish_taking_in(
    session: Session,
    owner_id: UUID,
    import_id: UUID,
    told: Complete,
    choices: Sequence[tuple[str, Sequence[Any]]],
) -> None:
    """The owner's choices hold, and ties are weighed and matched. Raises ImportEnded."""
    for table, rows in choices:
        write_rows(session, owner_id, import_id, table, rows)
    update_running(
        session,
        owner_id,
        import_id,
        {
            "state": ImportState.DONE,
            "added": told.people,
            "problems": [{"where": each.where, "what": each.what} for each in told.remarks],
            "finished_at": now(),
        },
    )
    enqueue(session, WEIGH_OWNER, owner_id)
