"""Reports: what an attendee tells an event's organisers of another, and nobody else.

Not the staff, not who it is about, and not who runs the event where it is about them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.blocking import block
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import shows_itself_to_browsers, told_claimed
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.contacts.queries import accounts_of_card, card
from firsthand.db import AnySelect, lock_owners, new_id
from firsthand.events.models import Event, EventRole, Role
from firsthand.meetings.queries import claim_about
from firsthand.organising.models import RemovalRequest, Report, ReportState
from firsthand.problems import Invalid, NotFound, TooMany
from firsthand.reminders.delivering import REPORT, Order, queue_mail
from firsthand.scans.keeping import listed_person
from firsthand.scans.reading import without_controls

LONGEST_WORDS = 2000
MOST_OPEN = 50
REASONS: Mapping[str, str] = {
    "harassment": "Harassment or threats",
    "unwanted": "Advances or messages that I do not want",
    "impersonation": "They are not who they say they are",
    "selling": "Selling or spam",
    "other": "Something else",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands whom the viewer may report: an attendee of an event."""

    attendee_id: UUID
    event_id: UUID
    event_name: str
    event_slug: str


@dataclass(frozen=True, slots=True)
class Reportable:
    """``places``: the latest event first; nobody is told anything where there is none.

    ``accounts``: whom to block with it.
    """

    name: str
    places: Sequence[Place]
    accounts: Collection[UUID]


@dataclass(frozen=True, slots=True)
class ReportRow:
    id: UUID
    reporter: str
    attendee_id: UUID
    about: str
    reason: str
    words: str
    state: str
    created_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state == ReportState.OPEN


@dataclass(frozen=True, slots=True)
class AskedRemoval:
    attendee_id: UUID
    name: str
    company: str
    created_at: datetime


def person_of_card(session: Session, owner_id: UUID, contact_id: UUID) -> Reportable:
    """Raises NotFound."""
    person = card(session, owner_id, contact_id)
    root_id = person.card.id
    accounts = accounts_of_card(session, owner_id, root_id)
    kept = _kept(owner_id, root_id)
    is_it = or_(
        and_(
            Attendee.account_id.in_(accounts),
            or_(shows_itself_to_browsers(), Attendee.id.in_(kept)),
        ),
        and_(Attendee.account_id.is_(None), Attendee.id.in_(kept)),
    )
    places = _places(session, owner_id, is_it)
    return Reportable(person.card.name, places, accounts)


def _kept(owner_id: UUID, root_id: UUID) -> AnySelect:
    """The places that the owner has found this person at: by their badge, their word or a list."""
    return (
        select(ContactAttendee.attendee_id)
        .join(
            Contact,
            and_(
                Contact.owner_id == ContactAttendee.owner_id,
                Contact.id == ContactAttendee.contact_id,
            ),
        )
        .where(Contact.owner_id == owner_id, Contact.root_id == root_id)
    )


def person_of_claim(
    session: Session, owner_id: UUID, other_id: UUID, meeting_id: UUID
) -> Reportable:
    """Raises NotFound."""
    claim = claim_about(session, owner_id, other_id, meeting_id)
    told = select(Event.id).where(Event.slug == claim.event)
    known = or_(shows_itself_to_browsers(), Attendee.event_id.in_(told))
    places = _places(session, owner_id, and_(Attendee.account_id == other_id, known))
    return Reportable(claim.name, places, [other_id])


def person_listed(session: Session, owner_id: UUID, attendee_id: UUID) -> Reportable:
    """Somebody listed at an event where the viewer is, met or not. Raises NotFound."""
    seen = listed_person(session, owner_id, attendee_id)
    places = _places(session, owner_id, Attendee.id == attendee_id)
    return Reportable(seen.name, places, [seen.account_id] if seen.account_id else [])


def report(
    session: Session,
    owner_id: UUID,
    person: Reportable,
    attendee_id: UUID | None,
    reason: str,
    words: str,
    *,
    and_block: bool,
) -> None:
    """Tell the organisers of the event; ``and_block``: by every account as well.

    Raises Invalid, TooMany.
    """
    place = _chosen(person, attendee_id)
    said = _read_words(words)
    if reason not in REASONS:
        raise Invalid("Say what it is about.", {"reason": "Choose one."})
    lock_owners(session, [owner_id])
    _check_number(session, owner_id)
    told = _organisers(session, place)
    if not told:
        raise Invalid(
            "This person runs the event, and nobody else does: there is nobody here to tell. "
            "You can still block them."
        )
    report_id = new_id()
    session.add(
        Report(
            owner_id=owner_id,
            id=report_id,
            event_id=place.event_id,
            attendee_id=place.attendee_id,
            reason=reason,
            words=said,
        )
    )
    for organiser_id in told:
        data = {"event": str(place.event_id)}
        queue_mail(session, organiser_id, REPORT, f"{REPORT}:{report_id}", data)
    for account_id in person.accounts if and_block else ():
        block(session, owner_id, account_id, person.name)


def reports_of(session: Session, viewer_id: UUID, event_id: UUID) -> list[ReportRow]:
    """The open ones first, the latest of them first; none about the viewer."""
    reporter, about = aliased(Account), aliased(Account)
    rows = session.execute(
        select(
            Report.id,
            reporter.name,
            Report.attendee_id,
            case(
                (told_claimed(), func.coalesce(func.nullif(about.name, ""), Attendee.name)),
                else_=Attendee.name,
            ),
            Report.reason,
            Report.words,
            Report.state,
            Report.created_at,
        )
        .join(reporter, reporter.id == Report.owner_id)
        .join(Attendee, Attendee.id == Report.attendee_id)
        .outerjoin(about, about.id == Attendee.account_id)
        .where(Report.event_id == event_id, _is_not_about(viewer_id))
        .order_by(Report.state.desc(), Report.created_at.desc(), Report.id)
        .limit(500)
    )
    return [ReportRow(*row) for row in rows]


def count_open(session: Session, viewer_id: UUID, event_id: UUID) -> int:
    """Reports and requests for removal that wait for the organiser."""
    waiting = select(func.count()).select_from(Report).join(
        Attendee, Attendee.id == Report.attendee_id
    ).where(
        Report.event_id == event_id, Report.state == ReportState.OPEN, _is_not_about(viewer_id)
    )  # fmt: skip
    asked = select(func.count()).where(RemovalRequest.event_id == event_id)
    return (session.scalar(waiting) or 0) + (session.scalar(asked) or 0)


def deal_with(
    session: Session, viewer_id: UUID, event_id: UUID, report_id: UUID, state: ReportState
) -> None:
    """Raises NotFound."""
    found = session.scalar(
        select(Report)
        .join(Attendee, Attendee.id == Report.attendee_id)
        .where(Report.id == report_id, Report.event_id == event_id, _is_not_about(viewer_id))
    )
    if found is None:
        raise NotFound
    found.state = state


def removals_asked(session: Session, event_id: UUID) -> list[AskedRemoval]:
    """The earliest first; without those who have chosen with an account meanwhile."""
    rows = session.execute(
        select(Attendee.id, Attendee.name, Attendee.company, RemovalRequest.created_at)
        .join(RemovalRequest, RemovalRequest.attendee_id == Attendee.id)
        .where(RemovalRequest.event_id == event_id, ~told_claimed())
        .order_by(RemovalRequest.created_at, Attendee.id)
        .limit(500)
    )
    return [AskedRemoval(*row) for row in rows]


def refuse_removal(session: Session, event_id: UUID, attendee_id: UUID) -> None:
    """It was somebody else who asked. Raises NotFound."""
    found = session.get(RemovalRequest, (event_id, attendee_id))
    if found is None:
        raise NotFound
    session.delete(found)


def report_mail(session: Session, order: Order) -> tuple[str, Event] | None:
    """The organiser's address and the event; None where either is gone."""
    account = session.get(Account, order.owner_id)
    event = session.get(Event, UUID(order.data["event"]))
    return (account.email, event) if account and event else None


def _is_not_about(viewer_id: UUID) -> ColumnElement[bool]:
    return Attendee.account_id.is_distinct_from(viewer_id)


def _places(session: Session, owner_id: UUID, is_it: ColumnElement[bool]) -> list[Place]:
    """Where both are."""
    mine = select(Attendee.event_id).where(Attendee.account_id == owner_id)
    rows = session.execute(
        select(Attendee.id, Event.id, Event.name, Event.slug)
        .join(Event, Event.id == Attendee.event_id)
        .where(is_it, Attendee.event_id.in_(mine))
        .order_by(Event.starts.desc(), Event.id, Attendee.id)
    )
    return [Place(*row) for row in rows]


def _chosen(person: Reportable, attendee_id: UUID | None) -> Place:
    for place in person.places:
        if attendee_id in {None, place.attendee_id}:
            return place
    raise Invalid("There is no event where both of you are, so no organiser to tell.")


def _read_words(words: str) -> str:
    said = without_controls(words.replace("\r\n", "\n")).strip()
    if len(said) > LONGEST_WORDS:
        message = f"This is too long: at most {LONGEST_WORDS:,} characters."
        raise Invalid(message, {"words": message})
    return said


def _check_number(session: Session, owner_id: UUID) -> None:
    stmt = select(func.count()).where(Report.owner_id == owner_id, Report.state == ReportState.OPEN)
    if (session.scalar(stmt) or 0) >= MOST_OPEN:
        raise TooMany(f"{MOST_OPEN} of your reports are open. Talk to the organiser.")


def _organisers(session: Session, place: Place) -> Sequence[UUID]:
    about = select(Attendee.account_id).where(Attendee.id == place.attendee_id).scalar_subquery()
    return session.scalars(
        select(EventRole.account_id)
        .where(
            EventRole.event_id == place.event_id,
            EventRole.role == Role.ORGANISER,
            EventRole.account_id.is_distinct_from(about),
        )
        .order_by(EventRole.account_id)
    ).all()
