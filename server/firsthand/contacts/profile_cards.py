"""Cards of people whose code says who they are: found by handle, by e-mail, by the code itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact, ContactCode, ContactHandle
from firsthand.contacts.persons import Cards, SomeProfile
from firsthand.db import insert_new
from firsthand.folding import fold
from firsthand.ties.models import Tie

# Mailboxes of many: one of them says nothing of who carries the card.
_SHARED_MAILBOXES = {
    *("admin", "contact", "events", "hello", "hi", "hr", "info", "jobs"),
    *("mail", "marketing", "office", "press", "sales", "support", "team"),
}


def find_profiles(session: Session, people: Sequence[SomeProfile], cards: Cards) -> None:
    for person in people:
        root = _known(session, person)
        if root is None:
            root, row = cards.make(
                person,
                name=person.name or person.called,
                headline=person.headline,
                company=person.company,
                email=person.email,
                phone=person.phone,
                note=person.note,
            )
            insert_new(session, Contact, [row])
        else:
            _complete(session, person, root)
        cards.root_of[person] = root
        _keep_marks(session, person, root)
        if _link_ties(session, person, root):
            cards.tied.add((person.owner_id, root))


def _known(session: Session, person: SomeProfile) -> UUID | None:
    """The card of the same human; none where only something shared agrees."""
    root = _by_handle(session, person, ContactHandle) or _by_handle(session, person, Tie)
    return root or _by_email(session, person) or _by_code(session, person)


def _by_handle(
    session: Session, person: SomeProfile, model: type[ContactHandle] | type[Tie]
) -> UUID | None:
    """A firm's handle stands on every colleague's card: name and e-mail may say otherwise."""
    if not person.handles:
        return None
    rows = session.execute(
        select(model.network, model.key, Contact.root_id, Contact.name, Contact.email)
        .join(Contact, and_(Contact.owner_id == model.owner_id, Contact.id == model.contact_id))
        .where(model.owner_id == person.owner_id, _is_one_of(model, person))
    )
    found = {
        (network, key): root
        for network, key, root, name, email in rows
        if not (_differ(name, person.name) and _differ(email, person.email))
    }
    return next((found[h[:2]] for h in person.handles if h[:2] in found), None)


def _by_email(session: Session, person: SomeProfile) -> UUID | None:
    if not person.email:
        return None
    rows = session.execute(
        select(Contact.root_id, Contact.name)
        .where(Contact.owner_id == person.owner_id, Contact.email == person.email)
        .order_by(Contact.id)
    )
    is_shared = person.email.partition("@")[0] in _SHARED_MAILBOXES
    return next(
        (root for root, name in rows if not (is_shared and _differ(name, person.name))), None
    )


def _by_code(session: Session, person: SomeProfile) -> UUID | None:
    if not person.code_hash:
        return None
    return session.scalar(
        select(Contact.root_id)
        .join(
            ContactCode,
            and_(ContactCode.owner_id == Contact.owner_id, ContactCode.contact_id == Contact.id),
        )
        .where(ContactCode.owner_id == person.owner_id, ContactCode.code_hash == person.code_hash)
    )


def _differ(known: str, said: str) -> bool:
    return bool(known and said) and fold(known) != fold(said)


def _complete(session: Session, person: SomeProfile, root: UUID) -> None:
    """What the card lacks comes from the code; what stands there stays.

    The name of a profile or an address gives way to a real one. What an account or a list says of
    itself is left to it, but for how to reach them, which they have just shown.
    """
    mine = (Contact.owner_id == person.owner_id, Contact.id == root)
    known = session.execute(select(Contact.__table__).where(*mine)).mappings().one()
    fields = ["email", "phone"]
    if known["account_id"] is None and known["attendee_id"] is None:
        fields += ["name", "headline", "company", "note"]
    said = {name: getattr(person, name) for name in fields}
    missing = {name: text for name, text in said.items() if text and not known[name]}
    if said.get("name") and known["name"] in _stand_ins(session, person.owner_id, root, known):
        missing["name"] = person.name
    if missing:
        session.execute(
            update(Contact)
            .where(*mine)
            .values(**missing)
            .execution_options(synchronize_session=False)
        )


def _stand_ins(session: Session, owner_id: UUID, root: UUID, known: Any) -> set[str]:
    """What the card may have been called for want of a name."""
    handles = session.scalars(
        select(ContactHandle.name).where(
            ContactHandle.owner_id == owner_id, ContactHandle.contact_id == root
        )
    )
    return {*handles, known["email"], known["phone"], known["company"]}


def _keep_marks(session: Session, person: SomeProfile, root: UUID) -> None:
    """By what the card is found the next time."""
    insert_new(
        session,
        ContactHandle,
        [
            {
                "owner_id": person.owner_id,
                "network": network,
                "key": key,
                "name": name,
                "contact_id": root,
            }
            for network, key, name in person.handles
        ],
    )
    if person.code_hash:
        code = {"owner_id": person.owner_id, "code_hash": person.code_hash, "contact_id": root}
        insert_new(session, ContactCode, [code])


def _link_ties(session: Session, person: SomeProfile, root: UUID) -> bool:
    """Whether there were any that stood on no card yet."""
    if not person.handles:
        return False
    linked = session.execute(
        update(Tie)
        .where(Tie.owner_id == person.owner_id, Tie.contact_id.is_(None), _is_one_of(Tie, person))
        .values(contact_id=root)
        .returning(Tie.id)
        .execution_options(synchronize_session=False)
    )
    return bool(linked.all())


def _is_one_of(model: type[ContactHandle] | type[Tie], person: SomeProfile) -> ColumnElement[bool]:
    return or_(
        *(and_(model.network == network, model.key == key) for network, key, _ in person.handles)
    )
