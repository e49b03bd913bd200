"""What a foreign code gave a card, so that the page can say what was kept and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact, ContactCode, ContactHandle
from firsthand.contacts.queries import FullCard
from firsthand.handles.networks import Network


@dataclass(frozen=True, slots=True)
class CodeCard:
    """``read``: the names of the fields that came from the code; none of an unknown badge."""

    read: Sequence[str] = ()


def code_card(session: Session, owner_id: UUID, person: FullCard) -> CodeCard | None:
    """None for a card that has its name from elsewhere: an account, a list, the owner."""
    mine = (Contact.owner_id == owner_id, Contact.id == person.card.id)
    hint = session.scalar(
        select(Contact.code_hint).where(
            *mine,
            Contact.account_id.is_(None),
            Contact.attendee_id.is_(None),
            Contact.typed.is_(False),
        )
    )
    if hint is None:
        return None
    if hint and not person.typed_name:
        return CodeCard()
    marked = any(
        session.scalar(
            select(model.contact_id)
            .where(model.owner_id == owner_id, model.contact_id == person.card.id)
            .limit(1)
        )
        for model in (ContactCode, ContactHandle)
    )
    return CodeCard(_read(person)) if marked else None


def _read(person: FullCard) -> list[str]:
    fields = {
        "name": person.typed_name,
        "headline": person.typed_headline,
        "company": person.typed_company,
        "e-mail": person.typed_email,
        "phone number": person.typed_phone,
        "website": person.note,
    }
    # Without a name of its own, the card is called by one of these.
    stand_ins = {person.typed_email, person.typed_phone, person.typed_company, person.note}
    if person.typed_name in stand_ins | {handle.name for handle in person.card.handles}:
        del fields["name"]
    profiles = [f"profile on {Network(handle.network).label}" for handle in person.card.handles]
    return [label for label, value in fields.items() if value] + list(dict.fromkeys(profiles))
