"""What the page "Where it stands" asks the database. Every statement names the owner.

To put a statement together takes longer than to run it, so each is made once.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from firsthand.accounts.blocking import never_see
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, handle_shown
from firsthand.contacts.models import (
    MET_STAGES,
    Contact,
    ContactAttendee,
    Stage,
    Touchpoint,
)
from firsthand.contacts.showing import (
    blocked_roots,
    card_name,
    join_person,
    on_blocked_cards,
    shown_on_card,
)
from firsthand.db import AnySelect
from firsthand.followups.models import FollowUp, State
from firsthand.handles.models import Handle
from firsthand.meetings.models import Meeting
from firsthand.ties.models import Match, Tie, TieFact

# Beyond this the page says "10,000+": to count a whole archive serves nobody.
MOST_COUNTED = 10_000
STAGES = (Stage.MET_AGAIN, Stage.FOLLOWED_UP, Stage.MET, Stage.SPOKEN, Stage.ONLINE)
OPEN = (State.OPEN, State.SNOOZED)
_OWNER = bindparam("owner", type_=Contact.owner_id.type)


def someone() -> AnySelect:
    """Columns of Someone, of the owner's root cards."""
    name = card_name()
    return join_person(
        select(Contact.id, name, Contact.stage, Contact.has_tie, Contact.last_at)
    ).where(Contact.owner_id == _OWNER, _is_listed())


def _is_listed() -> ColumnElement[bool]:
    """A root, with nobody on it whom the owner blocks."""
    return and_(Contact.id == Contact.root_id, Contact.id.not_in(blocked_roots(_OWNER)))


def _is_late() -> ColumnElement[bool]:
    return and_(
        FollowUp.owner_id == _OWNER,
        FollowUp.state.in_(OPEN),
        FollowUp.due < bindparam("today"),
        FollowUp.contact_id.not_in(on_blocked_cards(_OWNER)),
    )


@cache
def counts() -> AnySelect:
    return (
        select(Contact.stage, func.count())
        .where(
            Contact.owner_id == _OWNER,
            Contact.stage.in_(STAGES),
            _is_listed(),
        )
        .group_by(Contact.stage)
    )


@cache
def at_stage() -> AnySelect:
    return (
        someone()
        .where(Contact.stage == bindparam("stage"))
        .order_by(Contact.last_at.desc(), Contact.id.desc())
        .limit(bindparam("most", type_=Integer()))
    )


@cache
def silent_ones() -> AnySelect:
    return (
        someone()
        .where(Contact.stage == Stage.MET, Contact.last_at < bindparam("before"))
        .order_by(Contact.last_at.desc(), Contact.id.desc())
        .limit(bindparam("most", type_=Integer()))
    )


@cache
def count_silent() -> AnySelect:
    return select(func.count()).where(
        Contact.owner_id == _OWNER,
        Contact.stage == Stage.MET,
        Contact.last_at < bindparam("before"),
        _is_listed(),
    )


@cache
def late() -> AnySelect:
    return select(func.count()).where(_is_late())


@cache
def late_ones() -> AnySelect:
    late = (
        select(FollowUp.id)
        .where(_is_late())
        .order_by(FollowUp.due.desc(), FollowUp.id.desc())
        .limit(bindparam("most", type_=Integer()))
        .subquery()
    )
    card = aliased(Contact)
    stmt = (
        select(
            Contact.id,
            card_name(),
            Contact.stage,
            Contact.has_tie,
            Contact.last_at,
            FollowUp.intent,
            FollowUp.text,
            FollowUp.due,
        )
        .select_from(FollowUp)
        .join(late, and_(FollowUp.owner_id == _OWNER, FollowUp.id == late.c.id))
        .join(card, and_(card.owner_id == _OWNER, card.id == FollowUp.contact_id))
        .join(Contact, and_(Contact.owner_id == _OWNER, Contact.id == card.root_id))
    )
    return (
        join_person(stmt)
        .where(Contact.stage.in_(MET_STAGES))
        .order_by(FollowUp.due.desc(), FollowUp.id.desc())
    )


@cache
def promises() -> AnySelect:
    roots: BindParameter[Any] = bindparam("roots", expanding=True)
    members = select(Contact.id).where(Contact.owner_id == _OWNER, Contact.root_id.in_(roots))
    return (
        select(Contact.root_id, FollowUp.intent, FollowUp.text)
        .join(Contact, and_(Contact.owner_id == _OWNER, Contact.id == FollowUp.contact_id))
        .where(
            FollowUp.owner_id == _OWNER,
            FollowUp.contact_id.in_(members),
            FollowUp.state.in_(OPEN),
        )
        .order_by(FollowUp.due, FollowUp.id)
    )


@cache
def members() -> AnySelect:
    return select(Contact.id, Contact.root_id).where(
        Contact.owner_id == _OWNER, Contact.root_id.in_(bindparam("roots", expanding=True))
    )


@cache
def met_days() -> AnySelect:
    return select(Meeting.contact_id, Meeting.day, Meeting.met_at).where(
        Meeting.owner_id == _OWNER,
        Meeting.contact_id.in_(bindparam("cards", expanding=True)),
        Meeting.gone_at.is_(None),
    )


@cache
def done() -> AnySelect:
    return select(FollowUp.contact_id, FollowUp.done_at).where(
        FollowUp.owner_id == _OWNER,
        FollowUp.contact_id.in_(bindparam("cards", expanding=True)),
        FollowUp.state == State.DONE,
        FollowUp.done_at.is_not(None),
    )


@cache
def touched() -> AnySelect:
    return select(Touchpoint.contact_id, Touchpoint.at).where(
        Touchpoint.owner_id == _OWNER,
        Touchpoint.contact_id.in_(bindparam("cards", expanding=True)),
    )


@cache
def ties() -> tuple[AnySelect, AnySelect]:
    """Ties put on these cards, and those with a handle of their places that the cards show."""
    cards: BindParameter[Any] = bindparam("cards", expanding=True)
    on_card = select(Tie.id, Tie.contact_id).where(
        Tie.owner_id == _OWNER, Tie.contact_id.in_(cards), Tie.strength > 0
    )
    at_event = (
        select(Match.tie_id, ContactAttendee.contact_id)
        .join(
            ContactAttendee,
            and_(
                ContactAttendee.owner_id == _OWNER,
                ContactAttendee.attendee_id == Match.attendee_id,
            ),
        )
        .join(Attendee, Attendee.id == Match.attendee_id)
        .join(Handle, Handle.id == Match.handle_id)
        .outerjoin(
            Contact, and_(Contact.owner_id == _OWNER, Contact.account_id == Attendee.account_id)
        )
        .where(
            Match.owner_id == _OWNER,
            or_(
                and_(Attendee.account_id.is_(None), handle_shown(Handle, TO_BROWSERS)),
                and_(
                    Handle.account_id == Contact.account_id,
                    shown_on_card(Handle.circle),
                    ~never_see(Contact.owner_id, Contact.account_id),
                ),
            ),
            # Named by its places, of which there are few, and not by all that the owner matches.
            Match.attendee_id.in_(
                select(ContactAttendee.attendee_id).where(
                    ContactAttendee.owner_id == _OWNER, ContactAttendee.contact_id.in_(cards)
                )
            ),
        )
    )
    return on_card, at_event


@cache
def first_exchanges() -> AnySelect:
    """A table by itself: joined, the database would begin with every fact of the owner."""
    return select(TieFact.tie_id, TieFact.first_at).where(
        TieFact.owner_id == _OWNER,
        TieFact.tie_id.in_(bindparam("ties", expanding=True)),
        TieFact.first_at.is_not(None),
    )


@cache
def online_only() -> AnySelect:
    some = (
        select(literal(1))
        .where(Tie.owner_id == _OWNER, Tie.contact_id.is_(None), Tie.strength > 0)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(some)
