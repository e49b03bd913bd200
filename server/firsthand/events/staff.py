"""Who runs an event besides its organiser."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.models import Account
from firsthand.db import insert_new
from firsthand.events.models import Event, EventRole, Role, StaffInvitation
from firsthand.events.verbs import event_of_organiser, read_retention
from firsthand.problems import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class TeamMember:
    account_id: UUID
    email: str
    role: str


def team_of(session: Session, event_id: UUID) -> Sequence[TeamMember]:
    """Organisers first, then staff."""
    rows = session.execute(
        select(Account.id, Account.email, EventRole.role)
        .join(EventRole, EventRole.account_id == Account.id)
        .where(EventRole.event_id == event_id)
        .order_by(EventRole.role, Account.email)
    )
    return [TeamMember(*row) for row in rows]


def runs_an_event(session: Session, account_id: UUID) -> bool:
    """Whether the account organises an event or helps at one."""
    stmt = select(EventRole.event_id).where(EventRole.account_id == account_id).limit(1)
    return session.scalar(stmt) is not None


def pending_of(session: Session, event_id: UUID) -> Sequence[StaffInvitation]:
    """Who has been invited and has not signed in, by address."""
    stmt = select(StaffInvitation).where(StaffInvitation.event_id == event_id)
    return session.scalars(stmt.order_by(StaffInvitation.email)).all()


def take_up_roles(session: Session, account_id: UUID) -> None:
    """Help where the account's verified address has been invited; called at every sign-in, and when
    the operator makes an account."""
    email = select(Account.email).where(Account.id == account_id).scalar_subquery()
    invited = session.scalars(
        delete(StaffInvitation)
        .where(StaffInvitation.email == email)
        .returning(StaffInvitation.event_id)
        .execution_options(synchronize_session=False)
    ).all()
    for event_id in invited:
        make_staff(session, session.get_one(Event, event_id), account_id)


def make_staff(session: Session, event: Event, account_id: UUID) -> None:
    """Who runs the event already stays what they are."""
    if session.get(EventRole, (event.id, account_id)) is None:
        row = {"event_id": event.id, "account_id": account_id, "role": Role.STAFF.value}
        insert_new(session, EventRole, [row])
        note(session, account_id, Act.MADE_STAFF, f"Event: {event.slug}", by_owner=False)


def take_invitation_back(
    session: Session, organiser_id: UUID, slug: str, invitation_id: UUID
) -> None:
    """Raises NotFound, NotAllowed."""
    event = event_to_staff(session, organiser_id, slug)
    gone = session.scalar(
        delete(StaffInvitation)
        .where(StaffInvitation.event_id == event.id, StaffInvitation.id == invitation_id)
        .returning(StaffInvitation.id)
    )
    if gone is None:
        raise NotFound


def remove_staff(session: Session, organiser_id: UUID, slug: str, account_id: UUID) -> None:
    """Raises NotFound, NotAllowed."""
    event = event_to_staff(session, organiser_id, slug)
    gone = session.scalar(
        delete(EventRole)
        .where(
            EventRole.event_id == event.id,
            EventRole.account_id == account_id,
            EventRole.role == Role.STAFF,
        )
        .returning(EventRole.account_id)
    )
    if gone is None:
        raise NotFound


def keep_list_for(session: Session, organiser_id: UUID, slug: str, days: str) -> None:
    """How long after its end an event keeps its list. Raises Invalid, NotFound, NotAllowed."""
    event = event_led_by(session, organiser_id, slug, "Only the organiser chooses how long.")
    event.retention_days = read_retention(days)


def is_organiser(session: Session, account_id: UUID, event_id: UUID) -> bool:
    role = session.get(EventRole, (event_id, account_id))
    return role is not None and role.role == Role.ORGANISER


def event_led_by(
    session: Session, account_id: UUID, slug: str, why: str = "This is for the organiser only."
) -> Event:
    """The event, if this account organises it. Raises NotFound, NotAllowed (with ``why``)."""
    event = event_of_organiser(session, account_id, slug)
    if not is_organiser(session, account_id, event.id):
        raise NotAllowed(why)
    return event


def event_to_staff(session: Session, account_id: UUID, slug: str) -> Event:
    """Raises NotFound, NotAllowed unless the account is the event's organiser."""
    return event_led_by(session, account_id, slug, "Only the organiser chooses the staff.")
