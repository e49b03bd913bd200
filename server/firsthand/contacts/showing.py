"""What a card shows, as SQL: what the owner typed, else what the other person lets people see.

Every list of contacts, meetings and follow-ups takes its names from here, so that what the other
person hides or deletes disappears from all of them at once. Who is in their circle "people I meet"
sees that (``firsthand.scans.circles`` says who); the owner of any other card sees what they share
with people browsing an event where both are and they are listed, else no more than the name that
was seen when the card was made.
"""

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from firsthand.accounts.blocking import blocked_by, blocked_by_either
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, TO_MET
from firsthand.contacts.models import Contact
from firsthand.db import AnySelect

UNKNOWN = "Unknown"
OWNER: BindParameter[Any] = bindparam("owner", type_=Contact.owner_id.type)
# The account and the attendee behind a card; joined by ``join_person``.
CardAccount = aliased(Account, name="card_account")
CardAttendee = aliased(Attendee, name="card_attendee")


def join_person(
    stmt: AnySelect, contact: Any = Contact, owner: BindParameter[Any] = OWNER
) -> AnySelect:
    """Join what the name and profile expressions below need; ``owner``: of the statement's cards.

    Who blocks the owner, or is blocked, is not there: as if they had left.
    """
    # A list of its own, made once for the statement and not for each card.
    account = and_(
        CardAccount.id == contact.account_id,
        contact.account_id.not_in(blocked_by_either(owner)),
    )
    attendee = and_(
        CardAttendee.id == contact.attendee_id,
        or_(
            CardAttendee.account_id.is_(None),
            CardAttendee.account_id.not_in(blocked_by_either(owner)),
        ),
    )
    return stmt.outerjoin_from(contact, CardAccount, account).outerjoin_from(
        contact, CardAttendee, attendee
    )


def shown_on_card(circle: Any, contact: Any = Contact) -> ColumnElement[bool]:
    """Whether what an account shows to this circle stands on the owner's card of it."""
    in_circle = and_(contact.in_circle.is_(True), circle.in_(TO_MET))
    browses = is_listed_where(contact.account_id, contact.owner_id)
    return or_(in_circle, and_(circle.in_(TO_BROWSERS), browses))


def is_listed_where(account_id: Any, viewer_id: Any) -> ColumnElement[bool]:
    """Whether this account is listed at an event where that one is."""
    place, own = aliased(Attendee), aliased(Attendee)
    return exists(
        select(place.id)
        .join(own, own.event_id == place.event_id)
        .where(
            place.account_id == account_id,
            place.listed.is_(True),
            own.account_id == viewer_id,
        )
        .correlate_except(place, own)
    )


def card_name(contact: Any = Contact) -> ColumnElement[str]:
    """Never empty: a nameless foreign badge is told by four letters of its hash."""
    account = case((_sees_account(contact), CardAccount.name))
    attendee = case((_sees_place(contact), CardAttendee.name))
    is_there = or_(CardAccount.id.is_not(None), CardAttendee.id.is_not(None))
    return func.coalesce(
        func.nullif(contact.name, ""),
        func.nullif(account, ""),
        func.nullif(attendee, ""),
        case((is_there, func.nullif(contact.seen_name, ""))),
        case((contact.code_hint != "", literal(f"{UNKNOWN}, badge ") + contact.code_hint)),
        UNKNOWN,
    )


def card_headline(contact: Any = Contact) -> ColumnElement[str]:
    return _field(contact, "headline")


def card_company(contact: Any = Contact) -> ColumnElement[str]:
    return _field(contact, "company")


def card_email(contact: Any = Contact) -> ColumnElement[str]:
    """E-mail never comes from an organiser's list."""
    return _personal(contact, "email")


def card_phone(contact: Any = Contact) -> ColumnElement[str]:
    return _personal(contact, "phone")


def card_face(contact: Any = Contact) -> ColumnElement[str]:
    """The mark of the picture that they uploaded of themselves, or empty."""
    return func.coalesce(_shared(contact, "face"), "")


def is_kept(contact: Any = Contact) -> ColumnElement[bool]:
    """A card is in the list of people while something holds it up: a meeting, a word, the owner;
    and while the owner blocks nobody on it.
    """
    return and_(
        contact.id == contact.root_id,
        or_(contact.typed.is_(True), contact.stage.not_in(["new", "online"])),
        contact.id.not_in(blocked_roots()),
    )


def blocked_roots(owner: BindParameter[Any] = OWNER) -> Select[Any]:
    """The cards that are in no list of the owner's: with an account on them that the owner blocks.

    Who blocks the owner is not asked: a card that went would tell.
    """
    one = aliased(Contact)
    return select(one.root_id).where(one.owner_id == owner, one.account_id.in_(blocked_by(owner)))


def on_blocked_cards(owner: BindParameter[Any] = OWNER) -> Select[Any]:
    """Those cards with all that was merged into them."""
    one = aliased(Contact)
    return select(one.id).where(one.owner_id == owner, one.root_id.in_(blocked_roots(owner)))


def _field(contact: Any, name: str) -> ColumnElement[str]:
    of_place = and_(CardAttendee.account_id.is_(None), _sees_place(contact))
    listed = case((of_place, getattr(CardAttendee, name)), else_=None)
    typed = func.nullif(getattr(contact, name), "")
    return func.coalesce(typed, _shared(contact, name), listed, "")


def _personal(contact: Any, name: str) -> ColumnElement[str]:
    return func.coalesce(func.nullif(getattr(contact, name), ""), _shared(contact, name), "")


def _shared(contact: Any, name: str) -> ColumnElement[str | None]:
    own, circle = getattr(CardAccount, name), getattr(CardAccount, f"{name}_circle")
    return case((shown_on_card(circle, contact), func.nullif(own, "")), else_=None)


def _sees_account(contact: Any) -> ColumnElement[bool]:
    return or_(contact.in_circle.is_(True), is_listed_where(contact.account_id, contact.owner_id))


def _sees_place(contact: Any) -> ColumnElement[bool]:
    """By its badge or in the list; one that the card's account has claimed is the account's."""
    by_itself = or_(contact.in_circle.is_(True), CardAttendee.listed.is_(True))
    return case((contact.account_id.is_(None), by_itself), else_=_sees_account(contact))
