"""Deleting an account with everything that is its own."""

import asyncio
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.models import Account, EmailCode
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.db import Database, lock_owners, now
from firsthand.events.models import Event, EventRole, StaffInvitation
from firsthand.followups.shown_handles import forget_handles, judge_joins
from firsthand.introductions.models import Introduced, IntroductionAnswer
from firsthand.scans.circles import forget_seen_names, settle_leaving
from firsthand.ties.models import Import, Tie
from firsthand.ties.open_uploads import discard_uploads_of
from firsthand.ties.people_known import forget_some_people
from firsthand.upload_folders import uploads_folder

_TIES_AT_ONCE = 2000
_PEOPLE_AT_ONCE = 1000


async def leave(db: Database, account_id: UUID) -> None:
    """Delete the account.

    Its ties, what its exports say of people and what others have joined by its handles go first and
    in portions, so that nobody's scan waits long.
    """
    while await db.write(_forget_some_ties, account_id):
        pass
    while await db.write(_forget_some_people, account_id):
        pass
    await db.write(forget_handles, account_id)
    position: str | None = ""
    while position is not None:
        position = await db.write(judge_joins, account_id, position)
    await db.write(delete_account, account_id)
    await asyncio.to_thread(discard_uploads_of, uploads_folder(), account_id)


def delete_account(session: Session, account_id: UUID) -> None:
    """Everything of its own goes by the foreign keys; what others typed about it stays theirs.

    A place that the person joined goes; one on an organiser's list stays the organiser's, shown to
    nobody who browses or has a card of them: there their own words stood, not the list's. An event
    that nobody else runs or attends goes too.
    """
    lock_owners(session, [account_id])
    events = _events_of_nobody_else(session, account_id)
    forget_seen_names(session, Attendee.event_id.in_(events))
    session.execute(delete(Event).where(Event.id.in_(events)))
    session.execute(
        delete(Attendee).where(Attendee.account_id == account_id, Attendee.joined.is_(True))
    )
    places = select(Attendee.id).where(Attendee.account_id == account_id)
    session.execute(delete(ContactAttendee).where(ContactAttendee.attendee_id.in_(places)))
    session.execute(update(Contact).where(Contact.attendee_id.in_(places)).values(attendee_id=None))
    session.execute(
        update(Attendee)
        .where(Attendee.account_id == account_id)
        .values(account_id=None, listed=False, chose_listed_at=now(), arrived_on=None)
    )
    settle_leaving(session, account_id)
    session.execute(delete(IntroductionAnswer).where(_gave_it(account_id)))
    address = select(Account.email).where(Account.id == account_id).scalar_subquery()
    session.execute(delete(EmailCode).where(EmailCode.email == address))
    session.execute(delete(StaffInvitation).where(StaffInvitation.email == address))
    session.execute(delete(Account).where(Account.id == account_id))


def _gave_it(account_id: UUID) -> ColumnElement[bool]:
    """Answers given while signed in go by their foreign key; these by whom they were asked of."""
    asked = (
        select(Introduced.introduction_id, Introduced.side)
        .join(
            Contact,
            and_(Contact.owner_id == Introduced.owner_id, Contact.id == Introduced.contact_id),
        )
        .where(Contact.account_id == account_id)
    )
    return tuple_(IntroductionAnswer.introduction_id, IntroductionAnswer.side).in_(asked)


def _events_of_nobody_else(session: Session, account_id: UUID) -> list[UUID]:
    other = aliased(EventRole)
    someone_else_runs = (
        select(other.event_id)
        .where(other.event_id == Event.id, other.account_id != account_id)
        .exists()
    )
    someone_else_attends = (
        select(Attendee.id)
        .where(Attendee.event_id == Event.id, Attendee.account_id != account_id)
        .exists()
    )
    return list(
        session.scalars(
            select(Event.id)
            .join(EventRole, EventRole.event_id == Event.id)
            .where(
                EventRole.account_id == account_id,
                ~someone_else_runs,
                ~someone_else_attends,
            )
        )
    )


def _forget_some_ties(session: Session, account_id: UUID) -> bool:
    some = list(
        session.scalars(select(Tie.id).where(Tie.owner_id == account_id).limit(_TIES_AT_ONCE))
    )
    session.execute(delete(Tie).where(Tie.owner_id == account_id, Tie.id.in_(some)))
    return bool(some)


def _forget_some_people(session: Session, account_id: UUID) -> bool:
    imports = session.scalars(select(Import.id).where(Import.owner_id == account_id)).all()
    return forget_some_people(session, account_id, imports, _PEOPLE_AT_ONCE)
