"""What the owner writes on a card by hand."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.accounts.addresses import LONGEST_NAME, read_email, read_line
from firsthand.accounts.profile import read_phone
from firsthand.contacts.models import Contact
from firsthand.contacts.roots import root_of
from firsthand.db import lock_owners
from firsthand.problems import Invalid


@dataclass(frozen=True, slots=True)
class CardEdit:
    """What replaces what was typed before; None leaves a field, empty gives it back to them."""

    name: str | None = None
    headline: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None


def edit_card(session: Session, owner_id: UUID, contact_id: UUID, edit: CardEdit) -> UUID:
    """The card's id; ``note`` is clean already. Raises Invalid for every field, NotFound."""
    lock_owners(session, [owner_id])
    root_id = root_of(session, owner_id, contact_id)
    contact = session.get_one(Contact, (owner_id, root_id))
    typed = _read(edit, contact.phone)
    for field, value in typed.items():
        setattr(contact, field, value)
    contact.typed = contact.typed or any(typed.values())
    return root_id


def _read(edit: CardEdit, phone: str) -> dict[str, str]:
    """``phone``: what stands there; an import or a scanned card may have brought it in any form."""
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    for field in ("name", "headline", "company", "email", "phone"):
        value: str | None = getattr(edit, field)
        if value is None:
            continue
        try:
            line = read_line(value, field, LONGEST_NAME)
            if field == "phone" and line != phone:
                line = read_phone(line)
            typed[field] = read_email(line) if field == "email" and line else line
        except Invalid as invalid:
            problems.update(invalid.fields)
    if problems:
        raise Invalid("Please check what is marked.", problems)
    if edit.note is not None:
        typed["note"] = edit.note
    return typed
