"""Who is among the people that somebody meets, kept on each card as ``Contact.in_circle``.

An account lets the owner of a card in by its own word: a live scan of the owner's badge, or a
meeting with the owner that it tells or confirms ("we have met already" is told to nobody, so it
opens nothing). Else the owner's live scan of its badge does, while the account says "not me" to
nothing of the owner's. The badge of somebody without an account shows what stands on it to who
has scanned it.

Whatever changes any of this settles the cards in the same transaction: first the change, then the
cards are locked, then judged, so that of two who come at once the later one sees both.
"""

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.accounts.seeing import sees_anew
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact
from firsthand.db import table_of
from firsthand.followups.shown_handles import listed_handles_go
from firsthand.meetings.models import Meeting, MeetingDismissal, Origin
from firsthand.scans.models import Scan

_CARD = table_of(Contact)
# A word that the other side was told of, or that answers theirs.
_TOLD = (Origin.TYPED, Origin.CONFIRMED)


def settle_between(session: Session, owner_id: UUID, accounts: Collection[UUID]) -> None:
    """The owner's cards of these accounts, and theirs of the owner."""
    card = _CARD.c
    if accounts:
        mine = and_(card.owner_id == owner_id, card.account_id.in_(accounts))
        theirs = and_(card.owner_id.in_(accounts), card.account_id == owner_id)
        _settle(session, or_(mine, theirs))


def settle_places(session: Session, owner_id: UUID, attendees: Collection[UUID]) -> None:
    """The owner's cards of these places, as long as no account has claimed them."""
    card = _CARD.c
    if attendees:
        here = card.attendee_id.in_(attendees)
        _settle(session, and_(card.owner_id == owner_id, here, card.account_id.is_(None)))


def settle_meeting(session: Session, owner_id: UUID, meeting_id: UUID) -> None:
    """The cards of whoever was scanned in this meeting, or told to have been there."""
    scanned = session.execute(
        select(Scan.wearer_account_id, Scan.wearer_attendee_id).where(
            Scan.owner_id == owner_id, Scan.meeting_id == meeting_id
        )
    ).all()
    told = session.execute(
        select(Contact.account_id, Contact.attendee_id)
        .join(
            Meeting,
            and_(Meeting.owner_id == Contact.owner_id, Meeting.contact_id == Contact.id),
        )
        .where(Meeting.owner_id == owner_id, Meeting.id == meeting_id)
    ).all()
    accounts, places = ({pair[place] for pair in (*scanned, *told)} for place in (0, 1))
    settle_between(session, owner_id, [each for each in accounts if each])
    settle_places(session, owner_id, [each for each in places if each])


def settle_cards(session: Session, cards: Collection[tuple[UUID, UUID]]) -> None:
    """These (owner, contact)."""
    card = _CARD.c
    if cards:
        # Each column by itself, so that both databases take the primary key for it.
        owners, contacts = ({pair[place] for pair in cards} for place in (0, 1))
        _settle(session, and_(card.owner_id.in_(owners), card.id.in_(contacts)))


def settle_claimed(session: Session, attendee_id: UUID, account_id: UUID) -> None:
    """The place has become this account's: scans of its badge are of the account from now on."""
    session.execute(
        update(Scan)
        .where(Scan.wearer_attendee_id == attendee_id)
        .values(wearer_account_id=account_id, wearer_attendee_id=None)
        .execution_options(synchronize_session=False)
    )
    card, theirs = _CARD.c, _CARD.alias("of_account").c
    who_knows = select(theirs.owner_id).where(theirs.account_id == account_id)
    mine = and_(card.owner_id == account_id, card.account_id.in_(who_knows))
    _settle(session, or_(mine, card.account_id == account_id, card.attendee_id == attendee_id))


def settle_leaving(session: Session, account_id: UUID) -> None:
    """The account is about to be deleted: nobody who has scanned its badge sees more of it, nor
    what the organiser's list says of its place. (The scans lose it by their foreign key.)
    """
    session.execute(
        update(Contact)
        .where(Contact.account_id == account_id)
        .values(seen_name="", in_circle=False)
        .execution_options(synchronize_session=False)
    )


def forget_seen_names(session: Session, which: ColumnElement[bool]) -> None:
    """These places (of Attendee) are about to be erased, and with them what others saw of them
    without having met, and knew by the list's handles.
    """
    listed_handles_go(session, which)
    places = select(Attendee.id).where(which)
    session.execute(
        update(Contact)
        .where(Contact.attendee_id.in_(places), Contact.account_id.is_(None))
        .values(seen_name="")
        .execution_options(synchronize_session=False)
    )


def _settle(session: Session, which: ColumnElement[bool]) -> None:
    card = _CARD.c
    flags = select(card.owner_id, card.id, card.account_id, card.in_circle).where(which)
    locked = flags.order_by(card.owner_id, card.id).with_for_update()
    before = {row[:2]: row.in_circle for row in session.execute(locked)}
    if not before:
        return
    rows = [{"of_owner": owner_id, "of_card": card_id} for owner_id, card_id in before]
    session.connection().execute(_judged(), rows)
    for owner_id, card_id, account_id, in_circle in session.execute(flags):
        if account_id and in_circle != before.get((owner_id, card_id)):
            sees_anew(session, owner_id, account_id)


# To put this statement together takes longer than to run it.
@cache
def _judged() -> Any:
    """The name as it was seen last stays on a card whose person does not let the owner in."""
    card = _CARD.c
    opens = _lets_in(card)
    name = func.coalesce(
        select(Account.name).where(Account.id == card.account_id).scalar_subquery(),
        select(Attendee.name).where(Attendee.id == card.attendee_id).scalar_subquery(),
        "",
    )
    return (
        update(_CARD)
        .where(card.owner_id == bindparam("of_owner"), card.id == bindparam("of_card"))
        .values(
            in_circle=opens,
            seen_name=case((opens, ""), (card.seen_name == "", name), else_=card.seen_name),
        )
    )


def _lets_in(card: Any) -> ColumnElement[bool]:
    theirs = _CARD.alias("theirs")
    they_scanned = exists().where(
        Scan.owner_id == card.account_id,
        Scan.wearer_account_id == card.owner_id,
        Scan.retracted_at.is_(None),
    )
    they_told = (
        exists()
        .where(
            theirs.c.owner_id == card.account_id,
            theirs.c.account_id == card.owner_id,
            Meeting.owner_id == theirs.c.owner_id,
            Meeting.contact_id == theirs.c.id,
            Meeting.gone_at.is_(None),
            or_(*(Meeting.origin == told for told in _TOLD)),
        )
        .correlate(_CARD)
    )
    they_said_no = exists().where(
        MeetingDismissal.owner_id == card.account_id,
        MeetingDismissal.other_id == card.owner_id,
    )
    i_scanned = exists().where(
        Scan.owner_id == card.owner_id,
        Scan.wearer_account_id == card.account_id,
        Scan.retracted_at.is_(None),
    )
    return case(
        (card.account_id.is_(None), _has_scanned(card, card.attendee_id)),
        else_=or_(they_scanned, they_told, and_(i_scanned, ~they_said_no)),
    )


def _has_scanned(card: Any, attendee_id: Any) -> ColumnElement[bool]:
    return exists().where(
        Scan.owner_id == card.owner_id,
        Scan.wearer_attendee_id == attendee_id,
        Scan.retracted_at.is_(None),
    )
