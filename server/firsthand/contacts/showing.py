"""What a card shows, as SQL: what the owner typed, else what the other person lets people see.

Every list of contacts, meetings and follow-ups takes its names from here, so that what the other
person hides or deletes disappears from all of them at once.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_
from sqlalchemy.orm import aliased

from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_MET
from firsthand.contacts.models import Contact
from firsthand.db import AnySelect

UNKNOWN = "Unknown"
# The account and the attendee behind a card; joined by ``join_person``.
CardAccount = aliased(Account, name="card_account")
CardAttendee = aliased(Attendee, name="card_attendee")


def join_person(stmt: AnySelect, contact: Any = Contact) -> AnySelect:
    """Join what the name and profile expressions below need."""
    return stmt.outerjoin(CardAccount, CardAccount.id == contact.account_id).outerjoin(
        CardAttendee, CardAttendee.id == contact.attendee_id
    )


def card_name(contact: Any = Contact) -> ColumnElement[str]:
    """Never empty: a nameless foreign badge is told by four letters of its hash."""
    return func.coalesce(
        func.nullif(contact.name, ""),
        func.nullif(CardAccount.name, ""),
        CardAttendee.name,
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
