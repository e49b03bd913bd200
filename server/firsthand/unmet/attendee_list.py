"""Everybody at an event who is listed, as another attendee may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, tuple_, union
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import (
    TO_BROWSERS,
    shown_company,
    shown_email,
    shown_headline,
    shown_name,
    shown_phone,
    shows_itself_to_browsers,
)
from firsthand.badges.codes import token_digest
from firsthand.badges.models import Badge
from firsthand.contacts.models import Contact, ContactAttendee, Stage
from firsthand.folding import found_in
from firsthand.meetings.models import Block
from firsthand.unmet.queries import met_attendees
from firsthand.unmet.reasons import Reason
from firsthand.unmet.sharing import ShownHandle, shared_reasons, shown_handles

Position = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class SomebodyHere:
    """A listed attendee; ``contact`` is the viewer's card of them, if there is one."""

    attendee: UUID
    name: str
    headline: str
    company: str
    email: str
    phone: str
    sort_key: str
    is_viewer: bool
    handles: Sequence[ShownHandle]
    reasons: Sequence[Reason]
    contact: UUID | None
    stage: str
    tied: bool
    met: bool


def listed_attendees(
    session: Session,
    viewer_id: UUID,
    event_id: UUID,
    q: str,
    limit: int,
    after: Position | None = None,
) -> list[SomebodyHere]:
    """By name; ``q`` is a part of what is shown; ``after`` is the last one of the page before."""
    rows = session.execute(_listed(viewer_id, event_id, q, after).limit(limit)).all()
    ids = [row[0] for row in rows]
    handles = shown_handles(session, ids)
    reasons = shared_reasons(session, viewer_id, ids) if ids else {}
    met = set(session.scalars(_met_of(viewer_id, ids)))
    cards = _cards(session, viewer_id, ids)
    people = []
    for attendee, account_id, name, headline, company, email, phone, key in rows:
        contact, stage, has_tie = cards.get(attendee, (None, Stage.NEW, False))
        tied = has_tie or bool(reasons.get(attendee))
        if stage == Stage.NEW and tied:
            stage = Stage.ONLINE
        people.append(
            SomebodyHere(
                attendee, name, headline, company, email, phone, key, account_id == viewer_id,
                handles.get(attendee, ()), reasons.get(attendee, ()), contact,
                Stage.MET if attendee in met and stage in _NOT_MET else stage,
                tied, attendee in met,
            )
        )  # fmt: skip
    return people


@dataclass(frozen=True, slots=True)
class BadgeWearer:
    """A listed attendee in a phone's offline copy; ``badges`` as ``token_digest`` makes them."""

    name: str
    headline: str
    company: str
    badges: list[str]


def badge_wearers(
    session: Session, viewer_id: UUID, event_id: UUID, limit: int
) -> list[BadgeWearer]:
    """The first ``limit`` people by name, as browsers see them, with what tells their badges."""
    rows = session.execute(_listed(viewer_id, event_id, "", None).limit(limit)).all()
    people = {
        row[0]: BadgeWearer(name, headline, company, [])
        for row in rows
        for name, headline, company in [row[2:5]]
    }
    in_force = select(Badge.attendee_id, Badge.token).where(
        Badge.event_id == event_id, Badge.revoked_at.is_(None)
    )
    for attendee, token in session.execute(in_force.order_by(Badge.id)):
        if attendee in people:
            people[attendee].badges.append(token_digest(token))
    return list(people.values())


_NOT_MET = (Stage.NEW, Stage.ONLINE, Stage.SPOKEN)


def _listed(viewer_id: UUID, event_id: UUID, q: str, after: Position | None) -> Select[Any]:
    name, headline, company = shown_name(), shown_headline(TO_BROWSERS), shown_company(TO_BROWSERS)
    key = func.lower(name)
    blocked = union(
        select(Block.account_id).where(Block.owner_id == viewer_id),
        select(Block.owner_id).where(Block.account_id == viewer_id),
    )
    stmt = (
        select(
            Attendee.id, Attendee.account_id, name, headline, company,
            shown_email(TO_BROWSERS), shown_phone(TO_BROWSERS), key,
        )
        .outerjoin(Account, Account.id == Attendee.account_id)
        .where(
            Attendee.event_id == event_id,
            shows_itself_to_browsers(),
            or_(Attendee.account_id.is_(None), Attendee.account_id.not_in(blocked)),
        )
        .order_by(key, Attendee.id)
    )  # fmt: skip
    if after:
        stmt = stmt.where(tuple_(key, Attendee.id) > after)
    if q:
        stmt = stmt.where(found_in(q, name, headline, company))
    return stmt


def _met_of(viewer_id: UUID, ids: Sequence[UUID]) -> Select[Any]:
    return select(Attendee.id).where(
        Attendee.id.in_(ids), Attendee.id.in_(met_attendees(viewer_id))
    )


def _cards(
    session: Session, viewer_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, tuple[UUID, str, bool]]:
    """The viewer's card of each attendee: its root, stage and whether there is a tie."""
    card, root = aliased(Contact), aliased(Contact)
    stmt = (
        select(Attendee.id, root.id, root.stage, root.has_tie)
        .select_from(card)
        .join(root, and_(root.owner_id == card.owner_id, root.id == card.root_id))
        .where(card.owner_id == viewer_id, Attendee.id.in_(ids))
    )
    by_account = stmt.join(Attendee, Attendee.account_id == card.account_id)
    by_attendee = stmt.join(
        ContactAttendee,
        and_(ContactAttendee.owner_id == card.owner_id, ContactAttendee.contact_id == card.id),
    ).join(Attendee, Attendee.id == ContactAttendee.attendee_id)
    found: dict[UUID, tuple[UUID, str, bool]] = {}
    for half in (by_account, by_attendee):
        for attendee_id, contact_id, stage, has_tie in session.execute(half):
            found[attendee_id] = (contact_id, stage, has_tie)
    return found
