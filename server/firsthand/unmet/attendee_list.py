"""Everybody at an event who is listed, as another attendee may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Integer,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.blocking import blocked_by_either
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import (
    TO_BROWSERS,
    shown_company,
    shown_email,
    shown_face,
    shown_headline,
    shown_name,
    shown_phone,
    shows_itself_to_browsers,
)
from firsthand.badges.codes import token_digest
from firsthand.badges.models import Badge
from firsthand.contacts.models import Contact, ContactAttendee, Stage
from firsthand.db import AnySelect
from firsthand.folding import folded_together, pattern_of
from firsthand.unmet.reasons import Reason
from firsthand.unmet.seen import met_attendees
from firsthand.unmet.sharing import ShownHandle, shared_reasons, shown_handles

Position = tuple[str, UUID]
_VIEWER = bindparam("viewer", type_=Contact.owner_id.type)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


@dataclass(frozen=True, slots=True)
class SomebodyHere:
    """A listed attendee; ``contact`` is the viewer's card of them, if there is one."""

    attendee: UUID
    name: str
    headline: str
    company: str
    email: str
    phone: str
    face: str
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
    values = {
        "viewer": viewer_id,
        "event": event_id,
        "words": pattern_of(q),
        "after_name": after[0] if after else None,
        "after_id": after[1] if after else None,
        "most": limit,
    }
    rows = session.execute(_listed(bool(q), after is not None), values).all()
    ids = [row[0] for row in rows]
    handles = shown_handles(session, ids)
    reasons = shared_reasons(session, viewer_id, ids) if ids else {}
    met = set(session.scalars(_met_of(), {"viewer": viewer_id, "ids": ids}))
    cards = _cards(session, viewer_id, ids)
    people = []
    for attendee, account_id, name, headline, company, email, phone, face, key in rows:
        contact, stage, has_tie = cards.get(attendee, (None, Stage.NEW, False))
        tied = has_tie or bool(reasons.get(attendee))
        if stage == Stage.NEW and tied:
            stage = Stage.ONLINE
        people.append(
            SomebodyHere(
                attendee, name, headline, company, email, phone, face, key, account_id == viewer_id,
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
    reasons: Sequence[Reason]
    badges: list[str]


def badge_wearers(
    session: Session, viewer_id: UUID, event_id: UUID, limit: int
) -> list[BadgeWearer]:
    """The first ``limit`` people by name, as browsers see them, with what tells their badges."""
    values = {"viewer": viewer_id, "event": event_id, "most": limit}
    rows = session.execute(_listed(False, False), values).all()
    ids = [row[0] for row in rows]
    reasons = shared_reasons(session, viewer_id, ids) if ids else {}
    people = {
        row[0]: BadgeWearer(name, headline, company, reasons.get(row[0], ()), [])
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


# To put these statements together takes longer than to run them, so each is made once.


@cache
def _listed(q: bool, further: bool) -> AnySelect:
    name, headline, company = shown_name(), shown_headline(TO_BROWSERS), shown_company(TO_BROWSERS)
    key = func.lower(name)
    stmt = (
        select(
            Attendee.id, Attendee.account_id, name, headline, company,
            shown_email(TO_BROWSERS), shown_phone(TO_BROWSERS), shown_face(TO_BROWSERS), key,
        )
        .outerjoin(Account, Account.id == Attendee.account_id)
        .where(
            Attendee.event_id == bindparam("event"),
            shows_itself_to_browsers(),
            or_(
                Attendee.account_id.is_(None),
                Attendee.account_id.not_in(blocked_by_either(_VIEWER)),
            ),
        )
        .order_by(key, Attendee.id)
        .limit(bindparam("most", type_=Integer()))
    )  # fmt: skip
    if further:
        place = tuple_(
            bindparam("after_name", type_=String()), bindparam("after_id", type_=Attendee.id.type)
        )
        stmt = stmt.where(tuple_(key, Attendee.id) > place)
    if q:
        words = bindparam("words", type_=String())
        stmt = stmt.where(folded_together(name, headline, company).like(words, escape="\\"))
    return stmt


@cache
def _met_of() -> AnySelect:
    return select(Attendee.id).where(Attendee.id.in_(_IDS), Attendee.id.in_(met_attendees(_VIEWER)))


def _cards(
    session: Session, viewer_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, tuple[UUID, str, bool]]:
    """The viewer's card of each attendee: its root, stage and whether there is a tie."""
    found: dict[UUID, tuple[UUID, str, bool]] = {}
    for half in _cards_of():
        for attendee_id, *card in session.execute(half, {"viewer": viewer_id, "ids": ids}):
            found[attendee_id] = (card[0], card[1], card[2])
    return found


@cache
def _cards_of() -> tuple[AnySelect, AnySelect]:
    card, root = aliased(Contact), aliased(Contact)
    stmt = (
        select(Attendee.id, root.id, root.stage, root.has_tie)
        .select_from(card)
        .join(root, and_(root.owner_id == card.owner_id, root.id == card.root_id))
        .where(card.owner_id == _VIEWER, Attendee.id.in_(_IDS))
    )
    by_account = stmt.join(Attendee, Attendee.account_id == card.account_id)
    by_attendee = stmt.join(
        ContactAttendee,
        and_(ContactAttendee.owner_id == card.owner_id, ContactAttendee.contact_id == card.id),
    ).join(Attendee, Attendee.id == ContactAttendee.attendee_id)
    return by_account, by_attendee
