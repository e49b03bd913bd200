"""Which matches the viewer may see, and whom they have met already."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    and_,
    bindparam,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased

from firsthand.accounts.blocking import blocked_by_either
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import (
    TO_BROWSERS,
    may_be_matched,
    shown_company,
    shown_headline,
    shown_name,
)
from firsthand.contacts.models import MET_STAGES, Contact, ContactAttendee
from firsthand.folding import folded_together
from firsthand.handles.models import Handle
from firsthand.ties.models import Match, Tie

VIEWER = bindparam("viewer", type_=Match.owner_id.type)


def is_seen(q: bool) -> ColumnElement[bool]:
    """Listed, by a handle shown to browsers, nobody blocked; and, with ``q``, found by words.

    A scalar subquery and no join: PostgreSQL cannot guess how many rows these conditions leave,
    and would join and sort all matches rather than walk the index until the page is full.
    """
    stmt = (
        select(literal(1))
        .select_from(Attendee)
        .join(Handle, Handle.id == Match.handle_id)
        .where(
            Attendee.id == Match.attendee_id,
            may_be_matched(Handle),
            or_(
                Attendee.account_id.is_(None),
                Attendee.account_id.not_in(blocked_by_either(VIEWER)),
            ),
        )
    )
    if q:
        words = bindparam("words", type_=String())
        stmt = stmt.outerjoin(Account, Account.id == Attendee.account_id).where(
            folded_together(
                shown_name(),
                shown_headline(TO_BROWSERS),
                shown_company(TO_BROWSERS),
                Handle.name,
            ).like(words, escape="\\")
        )
    return stmt.limit(1).correlate(Match).scalar_subquery() == 1


def met_attendees(viewer_id: UUID | BindParameter[Any]) -> Any:
    """Attendees whom the viewer has met, at any event, ever: by themselves, account, or a tie with
    a handle that they share.

    Each from the owner's cards, which are few, rather than from the matches, which may be many.
    """
    card, root = aliased(Contact), aliased(Contact)
    met = (
        select(card.id)
        .join(root, and_(root.owner_id == card.owner_id, root.id == card.root_id))
        .where(card.owner_id == viewer_id, root.stage.in_(MET_STAGES))
    )
    accounts = met.with_only_columns(card.account_id).where(card.account_id.is_not(None))
    attendee, tie, match, handle = aliased(Attendee), aliased(Tie), aliased(Match), aliased(Handle)
    ties = select(tie.id).where(tie.owner_id == viewer_id, tie.contact_id.in_(met))
    place = aliased(Attendee)
    by_tie = (
        select(match.attendee_id)
        .join(place, place.id == match.attendee_id)
        .join(handle, handle.id == match.handle_id)
        .where(match.owner_id == viewer_id, match.tie_id.in_(ties), may_be_matched(handle, place))
    )
    return union(
        select(ContactAttendee.attendee_id).where(
            ContactAttendee.owner_id == viewer_id, ContactAttendee.contact_id.in_(met)
        ),
        select(attendee.id).where(attendee.account_id.in_(accounts)),
        by_tie,
    )
