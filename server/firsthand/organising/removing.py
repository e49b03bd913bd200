"""Off an organiser's list for good: whoever never signed up may ask for it, without signing in.

Their row goes with its badge and its handles. What others wrote about having met them is theirs.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import told_claimed
from firsthand.db import insert_new, lock_owners
from firsthand.events.models import StaffInvitation
from firsthand.organising.list_file import ListRow
from firsthand.organising.models import Removal
from firsthand.organising.removal_links import address_hash, person_hashes
from firsthand.problems import Invalid, NotFound
from firsthand.scans.circles import forget_seen_names


def listed_with(session: Session, key: bytes, event_id: UUID, address: str) -> Sequence[Attendee]:
    """Those of the list, claimed by nobody, whose address has this hash, by name."""
    unclaimed = session.execute(
        select(Attendee.id, Attendee.email).where(
            Attendee.event_id == event_id, Attendee.account_id.is_(None)
        )
    )
    found = [each for each, email in unclaimed if _is_it(key, event_id, email, address)]
    return session.scalars(
        select(Attendee).where(Attendee.id.in_(found)).order_by(Attendee.name, Attendee.id)
    ).all()


def invited_with(session: Session, key: bytes, event_id: UUID, address: str) -> list[str]:
    """The address with this hash, if it is invited to help at the event."""
    stmt = select(StaffInvitation.email).where(StaffInvitation.event_id == event_id)
    return [email for email in session.scalars(stmt) if _is_it(key, event_id, email, address)]


def remove_for_good(session: Session, key: bytes, event_id: UUID, address: str) -> None:
    """Everybody with the address of this hash. A later list brings none of them back."""
    lock_owners(session, [event_id])
    gone = listed_with(session, key, event_id, address)
    _remember(session, event_id, [address])
    emails = {attendee.email for attendee in gone if attendee.email}
    emails |= set(invited_with(session, key, event_id, address))
    for attendee in gone:
        _erase(session, key, attendee)
    # The mailbox has proven whose they are, so at every event.
    session.execute(delete(StaffInvitation).where(StaffInvitation.email.in_(emails)))


def remove_one_for_good(session: Session, key: bytes, event_id: UUID, attendee_id: UUID) -> None:
    """Somebody who asked the organiser. Raises NotFound, also for one who has chosen here with an
    account.
    """
    lock_owners(session, [event_id])
    attendee = session.scalar(
        select(Attendee).where(
            Attendee.id == attendee_id,
            Attendee.event_id == event_id,
            ~told_claimed(),
        )
    )
    if attendee is None:
        raise NotFound
    _erase(session, key, attendee)


def without_removed(
    session: Session, key: bytes | None, event_id: UUID, rows: Sequence[ListRow]
) -> list[ListRow]:
    """The rows of a list but for those who asked to be removed from this event.

    Raises Invalid where somebody did and there is no key to know them by.
    """
    removed = set(session.scalars(select(Removal.person_hash).where(Removal.event_id == event_id)))
    if not removed:
        return list(rows)
    if key is None:
        raise Invalid(
            "Somebody has asked to be removed from this event, and only the server's secret tells "
            "who. Set FIRSTHAND_CODE_SECRET or FIRSTHAND_SECRET_KEY as it is on the server."
        )
    return [
        row
        for row in rows
        if removed.isdisjoint(person_hashes(key, event_id, row.name, row.email, row.ticket))
    ]


def is_removed(session: Session, key: bytes, event_id: UUID, email: str) -> bool:
    """Whether this address has asked to be on no list of the event."""
    return session.get(Removal, (event_id, address_hash(key, event_id, email))) is not None


def _is_it(key: bytes, event_id: UUID, email: str | None, address: str) -> bool:
    return email is not None and address_hash(key, event_id, email) == address


def _erase(session: Session, key: bytes, attendee: Attendee) -> None:
    said = (attendee.name, attendee.email, attendee.ticket)
    _remember(session, attendee.event_id, person_hashes(key, attendee.event_id, *said))
    forget_seen_names(session, Attendee.id == attendee.id)
    session.execute(
        delete(StaffInvitation).where(
            StaffInvitation.event_id == attendee.event_id, StaffInvitation.email == attendee.email
        )
    )
    session.execute(delete(Attendee).where(Attendee.id == attendee.id))


def _remember(session: Session, event_id: UUID, hashes: Sequence[str]) -> None:
    rows = [{"event_id": event_id, "person_hash": each} for each in hashes]
    insert_new(session, Removal, rows)
