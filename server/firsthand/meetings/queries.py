"""The owner's meetings, and what others say of having met them. Every query names the owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.blocking import never_see
from firsthand.accounts.models import Account
from firsthand.contacts.models import Contact
from firsthand.contacts.roots import members_of
from firsthand.contacts.showing import card_face, card_name, join_person, on_blocked_cards
from firsthand.db import AnySelect
from firsthand.events.models import Event
from firsthand.meetings.models import Meeting, MeetingDismissal, Origin
from firsthand.problems import NotFound

Position = tuple[datetime, UUID]
_MOST_CLAIMS = 100


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting without its scans' words (``firsthand.scans.queries`` adds them)."""

    id: UUID
    contact_id: UUID
    contact_name: str
    stage: str
    has_tie: bool
    event: str | None
    event_name: str | None
    timezone: str | None
    day: date
    met_at: datetime
    origin: str | None
    note: str
    intents: list[str]
    confirmed: bool
    face: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody else says that they met the viewer; nothing of it is on the viewer's side yet."""

    other_id: UUID
    meeting_id: UUID
    name: str
    event: str | None
    event_name: str | None
    day: date
    met_at: datetime


def meetings(
    session: Session,
    owner_id: UUID,
    *,
    event: str = "",
    since: date | datetime | None = None,
    contact_id: UUID | None = None,
    limit: int,
    after: Position | None = None,
) -> list[MeetingRow]:
    """The latest first; ``since`` a day or a moment. Without ``contact_id``, nobody's whom the
    owner blocks.
    """
    by_moment = isinstance(since, datetime)
    given = {
        "event": event,
        "since": None if by_moment else since,
        "since_at": since if by_moment else None,
        "contact": contact_id,
    }
    narrowed: dict[str, Any] = {name: value for name, value in given.items() if value}
    if after:
        narrowed |= {"after_at": after[0], "after_id": after[1]}
    stmt = _meetings(frozenset(narrowed))
    rows = session.execute(stmt, {"owner": owner_id, "most": limit, **narrowed})
    return [MeetingRow(*row) for row in rows]


def meeting_row(
    session: Session, owner_id: UUID, meeting_id: UUID, *, even_if_gone: bool = False
) -> MeetingRow | None:
    """The owner's meeting if it stands, or ``even_if_gone``."""
    values = {"owner": owner_id, "meeting": meeting_id, "most": 1}
    stmt = _meetings(frozenset({"meeting"}), even_if_gone=even_if_gone)
    row = session.execute(stmt, values).one_or_none()
    return MeetingRow(*row) if row else None


def claims_about(session: Session, viewer_id: UUID) -> Sequence[Claim]:
    """ "X says you met": meetings of others with the viewer that the viewer has not answered.

    Only where and when is told, never what the other wrote. People known from before are not.
    Each person's latest come before anybody's further ones, so that nobody's many hide another's.
    """
    return _found_claims(session, _claims(False), {"viewer": viewer_id})


def dismissed_claims(session: Session, viewer_id: UUID) -> Sequence[Claim]:
    """Those to which the viewer has said no."""
    return _found_claims(session, _claims(True), {"viewer": viewer_id})


def claim_about(session: Session, viewer_id: UUID, other_id: UUID, meeting_id: UUID) -> Claim:
    """This one, however many there are. Raises NotFound."""
    values = {"viewer": viewer_id, "other": other_id, "meeting": meeting_id}
    for claim in _found_claims(session, _one_claim(), values):
        return claim
    raise NotFound


def _found_claims(session: Session, stmt: AnySelect, values: dict[str, Any]) -> list[Claim]:
    return [Claim(*row[:7]) for row in session.execute(stmt, values)]


# To put these statements together takes longer than to run them, so each shape is made once.


@cache
def _meetings(narrowed: frozenset[str], *, even_if_gone: bool = False) -> AnySelect:
    """Columns of MeetingRow, for the owner's meetings that stand."""
    root = aliased(Contact)
    stmt = (
        select(
            Meeting.id,
            Contact.root_id,
            card_name(root),
            root.stage,
            root.has_tie,
            Event.slug,
            Event.name,
            Event.timezone,
            Meeting.day,
            Meeting.met_at,
            Meeting.origin,
            Meeting.note,
            Meeting.intents,
            _confirmed(func.coalesce(Contact.account_id, root.account_id)),
            card_face(root),
        )
        .join(Contact, and_(Contact.owner_id == Meeting.owner_id, Contact.id == Meeting.contact_id))
        .join(root, and_(root.owner_id == Contact.owner_id, root.id == Contact.root_id))
        .outerjoin(Event, Event.id == Meeting.event_id)
    )
    members = members_of(bindparam("owner"), bindparam("contact"))
    conditions = {
        "event": Event.slug == bindparam("event"),
        "since": Meeting.day >= bindparam("since"),
        "since_at": Meeting.met_at >= bindparam("since_at"),
        "contact": Meeting.contact_id.in_(members),
        "meeting": Meeting.id == bindparam("meeting"),
        "after_id": or_(
            Meeting.met_at < bindparam("after_at"),
            and_(Meeting.met_at == bindparam("after_at"), Meeting.id < bindparam("after_id")),
        ),
    }
    stands = () if even_if_gone else (Meeting.gone_at.is_(None),)
    is_list = not narrowed & {"contact", "meeting"}
    listed = (Meeting.contact_id.not_in(on_blocked_cards()),) if is_list else ()
    return (
        join_person(stmt, root)
        .where(
            Meeting.owner_id == bindparam("owner"),
            *stands,
            *listed,
            *(condition for name, condition in conditions.items() if name in narrowed),
        )
        .order_by(_latest("contact" in narrowed), Meeting.id.desc())
        .limit(bindparam("most", type_=Integer()))
    )


def _latest(of_a_contact: bool) -> ColumnElement[Any]:
    """A contact's few are sorted: SQLite would walk all of the owner's in the index's order."""
    if of_a_contact:
        return func.coalesce(Meeting.met_at, Meeting.met_at).desc()
    return Meeting.met_at.desc()


@cache
def _claims(dismissed: bool) -> AnySelect:
    claims = _all_claims(dismissed).subquery()
    some = (
        select(claims)
        .order_by(claims.c.place, claims.c.met_at.desc())
        .limit(_MOST_CLAIMS)
        .subquery()
    )
    return select(some).order_by(some.c.met_at.desc())


@cache
def _one_claim() -> AnySelect:
    return _all_claims(False).where(
        Meeting.owner_id == bindparam("other"), Meeting.id == bindparam("meeting")
    )


def _all_claims(dismissed: bool) -> AnySelect:
    viewer_id = bindparam("viewer", type_=Meeting.owner_id.type)
    other_contact, mine = aliased(Contact), aliased(Contact)
    my_meeting = aliased(Meeting)
    said_no = exists().where(
        MeetingDismissal.owner_id == viewer_id,
        MeetingDismissal.other_id == Meeting.owner_id,
        MeetingDismissal.meeting_id == Meeting.id,
    )
    answered = exists().where(
        mine.owner_id == viewer_id,
        mine.account_id == Meeting.owner_id,
        my_meeting.owner_id == viewer_id,
        my_meeting.contact_id.in_(
            select(Contact.id).where(Contact.owner_id == viewer_id, Contact.root_id == mine.root_id)
        ),
        my_meeting.day == Meeting.day,
        _same_event(my_meeting, Meeting),
        my_meeting.gone_at.is_(None),
    )
    return (
        select(
            Meeting.owner_id,
            Meeting.id,
            Account.name,
            Event.slug,
            Event.name.label("event_name"),
            Meeting.day,
            Meeting.met_at,
            func.row_number()
            .over(partition_by=Meeting.owner_id, order_by=Meeting.met_at.desc())
            .label("place"),
        )
        .join(
            other_contact,
            and_(
                other_contact.owner_id == Meeting.owner_id, other_contact.id == Meeting.contact_id
            ),
        )
        .join(Account, Account.id == Meeting.owner_id)
        .outerjoin(Event, Event.id == Meeting.event_id)
        .where(
            other_contact.account_id == viewer_id,
            Meeting.gone_at.is_(None),
            or_(Meeting.origin.is_(None), Meeting.origin != Origin.KNOWN_BEFORE),
            ~answered,
            said_no if dismissed else ~said_no,
            ~never_see(viewer_id, Meeting.owner_id),
        )
    )


def _confirmed(account_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The other side's live meeting with the owner, at the same event on the same day."""
    theirs, their_card = aliased(Meeting), aliased(Contact)
    return exists(
        select(theirs.id)
        .join(
            their_card,
            and_(their_card.owner_id == theirs.owner_id, their_card.id == theirs.contact_id),
        )
        .where(
            their_card.account_id == Meeting.owner_id,
            theirs.owner_id == account_id,
            theirs.day == Meeting.day,
            _same_event(theirs, Meeting),
            theirs.gone_at.is_(None),
            ~never_see(theirs.owner_id, Meeting.owner_id),
        )
        .correlate_except(theirs, their_card)
    )


def _same_event(one: Any, other: Any) -> ColumnElement[bool]:
    return or_(
        one.event_id == other.event_id, and_(one.event_id.is_(None), other.event_id.is_(None))
    )
