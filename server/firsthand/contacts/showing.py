"""What a card shows, as SQL: what the owner typed, else what the other person lets people see.

Every list of contacts, meetings and follow-ups takes its names from here, so that what the other
person hides or deletes disappears from all of them at once.
"""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, func, literal, or_
from sqlalchemy.orm import aliased

from firsthand.accounts.blocking import blocked_by_either
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_MET
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


def card_name(contact: Any = Contact) -> ColumnElement[str]:
    """Never empty: a nameless foreign badge is told by four letters of its hash."""
    return func.coalesce(
        func.nullif(contact.name, ""),
        func.nullif(CardAccount.name, ""),
        func.nullif(CardAttendee.name, ""),
        case((contact.code_hint != "", literal(f"{UNKNOWN}, badge ") + contact.code_hint)),
        UNKNOWN,
    )


def card_headline(contact: Any = Contact) -> ColumnElement[str]:
    return _field(contact.headline, CardAccount.headline, CardAccount.headline_circle, "headline")


def card_company(contact: Any = Contact) -> ColumnElement[str]:
    return _field(contact.company, CardAccount.company, CardAccount.company_circle, "company")


def card_email(contact: Any = Contact) -> ColumnElement[str]:
    """E-mail never comes from an organiser's list."""
    return _personal(contact.email, CardAccount.email, CardAccount.email_circle)


def card_phone(contact: Any = Contact) -> ColumnElement[str]:
    return _personal(contact.phone, CardAccount.phone, CardAccount.phone_circle)


def card_face() -> ColumnElement[str]:
    """The mark of the picture that they uploaded of themselves, or empty."""
    shown = case((CardAccount.face_circle.in_(TO_MET), CardAccount.face), else_="")
    return func.coalesce(shown, "")


def is_kept(contact: Any = Contact) -> ColumnElement[bool]:
    """A card is in the list of people while something holds it up: a meeting, a word, the owner."""
    return and_(
        contact.id == contact.root_id,
        or_(contact.typed.is_(True), contact.stage.not_in(["new", "online"])),
    )


def _field(typed: Any, own: Any, circle: Any, name: str) -> ColumnElement[str]:
    listed = case((CardAttendee.account_id.is_(None), getattr(CardAttendee, name)), else_=None)
    shared = case((circle.in_(TO_MET), own), else_=None)
    return func.coalesce(func.nullif(typed, ""), shared, listed, "")


def _personal(typed: Any, own: Any, circle: Any) -> ColumnElement[str]:
    return func.coalesce(func.nullif(typed, ""), case((circle.in_(TO_MET), own), else_=None), "")
