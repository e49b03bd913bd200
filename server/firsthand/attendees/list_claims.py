"""Places of an organiser's list that accounts claim by their address, all of a list at once.

The same statements run whether or not any of the addresses has an account: an import that took
longer for those would tell who has one.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.acts import Act, note
from firsthand.accounts.models import Account
from firsthand.accounts.seeing import shows_anew
from firsthand.attendees.membership import ATTENDEE_CLAIMED
from firsthand.attendees.models import Attendee
from firsthand.db import lock_owners
from firsthand.events.models import Event
from firsthand.outbox import enqueue

ATTENDEE_LISTED = "attendee-listed"


def claim_for_accounts(session: Session, event_id: UUID, emails: Sequence[str]) -> None:
    """Whoever has an account with the e-mail of one row is at the event from now on."""
    its_own = Account.email == Attendee.email
    accounts = select(Account.id).join(Attendee, its_own).where(_claimable(event_id, emails))
    lock_owners(session, session.scalars(accounts).all())
    account_id = select(Account.id).where(its_own).scalar_subquery()
    has_account = exists().where(its_own, ~_is_there(event_id)).correlate(Attendee)
    claimed = session.scalars(
        update(Attendee)
        .where(_claimable(event_id, emails), has_account)
        .values(account_id=account_id)
        .returning(Attendee.id)
        .execution_options(synchronize_session=False)
    ).all()
    _fill_profiles(session, claimed)
    for attendee_id in claimed:
        enqueue(session, ATTENDEE_CLAIMED, attendee_id)


def tell_of_place(session: Session, attendee: Attendee, account_id: UUID) -> None:
    """The account's log says what it did not do itself."""
    if attendee.chose_listed_at is None:
        slug = session.get_one(Event, attendee.event_id).slug
        note(session, account_id, Act.PLACE_CLAIMED, f"Event: {slug}", by_owner=False)
        if attendee.listed:
            note(session, account_id, Act.LISTED_BY_ORGANISER, f"Event: {slug}", by_owner=False)


def tell_of_listing(session: Session, attendee_id: UUID, position: str = "") -> str | None:
    """Outbox: a later list says otherwise whether somebody agreed who has not chosen yet."""
    attendee = session.get(Attendee, attendee_id)
    if attendee and attendee.account_id and attendee.chose_listed_at is None:
        slug = session.get_one(Event, attendee.event_id).slug
        act = Act.LISTED_BY_ORGANISER if attendee.listed else Act.UNLISTED
        note(session, attendee.account_id, act, f"Event: {slug}", by_owner=False)
        shows_anew(session, attendee.account_id)
    return None


def _claimable(event_id: UUID, emails: Sequence[str]) -> ColumnElement[bool]:
    """The only row with its address, claimed by nobody."""
    row = aliased(Attendee)
    once = (
        select(row.email)
        .where(row.event_id == event_id, row.email.in_(emails))
        .group_by(row.email)
        .having(func.count() == 1)
    )
    return and_(
        Attendee.event_id == event_id, Attendee.account_id.is_(None), Attendee.email.in_(once)
    )


def _fill_profiles(session: Session, claimed: Sequence[UUID]) -> None:
    """What an account does not say of itself yet, the list says."""

    def of_list(column: Any) -> Any:
        is_its = and_(Attendee.account_id == Account.id, Attendee.id.in_(claimed))
        return select(column).where(is_its).scalar_subquery()

    def filled(own: Any, listed: Any) -> Any:
        return case((own == "", of_list(listed)), else_=own)

    session.execute(
        update(Account)
        .where(
            Account.id.in_(select(Attendee.account_id).where(Attendee.id.in_(claimed))),
            or_(Account.name == "", Account.headline == "", Account.company == ""),
        )
        .values(
            name=filled(Account.name, Attendee.name),
            folded=case((Account.name == "", of_list(Attendee.folded)), else_=Account.folded),
            headline=filled(Account.headline, Attendee.headline),
            company=filled(Account.company, Attendee.company),
        )
        .execution_options(synchronize_session=False)
    )


def _is_there(event_id: UUID) -> ColumnElement[bool]:
    place = aliased(Attendee)
    return exists().where(place.event_id == event_id, place.account_id == Account.id)
