"""Which of the owner's other cards may be the same human, and what speaks for it.

Compared is only what the owner may see on both cards: what they keep themselves, what the other
shares with people they met, and what the owner's own exports say.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    func,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import never_see
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, handle_shown
from firsthand.contacts import evidence
from firsthand.contacts.evidence import Evidence, handle_detail
from firsthand.contacts.merging import kept_apart
from firsthand.contacts.models import Contact, ContactAttendee, ContactHandle
from firsthand.contacts.queries import Card, FullCard, cards_of_roots
from firsthand.contacts.showing import card_name, join_person, shown_on_card
from firsthand.db import AnySelect
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.handles.parsing import handle_key
from firsthand.ties.models import Tie
from firsthand.ties.people_known import EMAIL, Mark, people_with_marks

_MOST = 5
_OWNER = bindparam("owner", type_=Contact.owner_id.type)

_Found = tuple[UUID, Evidence]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A card that may be the same human, and what speaks most for it."""

    card: Card
    evidence: Evidence


def alike(session: Session, owner_id: UUID, person: FullCard) -> list[Likeness]:
    """Cards that share a handle, an address or a number with this one, the surest first."""
    handles = _handles_of(person)
    found = list(_with_handles(session, owner_id, handles))
    same_email = Evidence(evidence.EMAIL, person.email)
    found += ((root, same_email) for root in _with_email(session, owner_id, person.email))
    same_phone = Evidence(evidence.PHONE, person.phone)
    found += ((root, same_phone) for root in _with_phone(session, owner_id, person.phone))
    found += _in_exports(session, owner_id, marks_of(person))
    return _likenesses(session, owner_id, person.card.id, found)


def namesakes(session: Session, owner_id: UUID, person: FullCard) -> list[Likeness]:
    """Cards with the same name: no proof, so it is for the owner to say."""
    roots = session.scalars(_named(), {"owner": owner_id, "name": person.card.name.lower()})
    found = [(root, Evidence(evidence.NAME)) for root in roots]
    return _likenesses(session, owner_id, person.card.id, found)


def evidence_of(session: Session, owner_id: UUID, person: FullCard, other: UUID) -> Evidence:
    """What speaks for it that these two are one; the owner's word where nothing else does."""
    found = (each.evidence for each in alike(session, owner_id, person) if each.card.id == other)
    return next(found, Evidence(evidence.OWNER))


def _likenesses(
    session: Session, owner_id: UUID, root_id: UUID, found: Iterable[_Found]
) -> list[Likeness]:
    best: dict[UUID, Evidence] = {}
    for root, said in found:
        if root != root_id and (root not in best or said.place < best[root].place):
            best[root] = said
    for root in kept_apart(session, owner_id, root_id) if best else ():
        best.pop(root, None)
    chosen = sorted(best, key=lambda root: (best[root].place, root))[:_MOST]
    likenesses = [
        Likeness(card, best[card.id]) for card in cards_of_roots(session, owner_id, chosen)
    ]
    return sorted(likenesses, key=lambda each: chosen.index(each.card.id))


def marks_of(person: FullCard) -> list[Mark]:
    """By what exports may know the same human."""
    return [*_handles_of(person), *([(EMAIL, person.email)] if person.email else [])]


def _handles_of(person: FullCard) -> list[Mark]:
    names = [(handle.network, handle.name) for handle in person.card.handles]
    names += [(tie.network, tie.name) for tie in person.ties if tie.name]
    marks = ((network, handle_key(Network(network), name)) for network, name in names)
    return list(dict.fromkeys(marks))


def _with_handles(session: Session, owner_id: UUID, handles: Sequence[Mark]) -> Iterator[_Found]:
    for statement in _by_handle() if handles else ():
        values = {"owner": owner_id, "handles": handles}
        for root, network, name in session.execute(statement, values):
            yield root, Evidence(evidence.HANDLE, handle_detail(network, name))


def _with_email(session: Session, owner_id: UUID, email: str) -> Sequence[UUID]:
    return session.scalars(_by_email(), {"owner": owner_id, "it": email}).all() if email else ()


def _with_phone(session: Session, owner_id: UUID, phone: str) -> Sequence[UUID]:
    return session.scalars(_by_phone(), {"owner": owner_id, "it": phone}).all() if phone else ()


def _in_exports(session: Session, owner_id: UUID, marks: Sequence[Mark]) -> Iterator[_Found]:
    """Whom an export names together with one of these: by their other handles and addresses."""
    for known in people_with_marks(session, owner_id, marks) if marks else ():
        said = Evidence(evidence.EXPORT, known.source)
        beyond = [handle for handle in known.handles if handle not in marks]
        yield from ((root, said) for root, _ in _with_handles(session, owner_id, beyond))
        for email in known.emails:
            if (EMAIL, email) not in marks:
                yield from ((root, said) for root in _with_email(session, owner_id, email))


# To put these statements together takes longer than to run them, so each is made once.


@cache
def _by_handle() -> tuple[AnySelect, ...]:
    """From the handles, of which there are few, to the owner's cards."""

    def roots(model: type[ContactHandle] | type[Handle] | type[Tie]) -> AnySelect:
        return select(Contact.root_id, model.network, model.name).where(
            Contact.owner_id == _OWNER,
            tuple_(model.network, model.key).in_(bindparam("handles", expanding=True)),
        )

    def on_card(
        model: type[ContactHandle] | type[Tie] | type[ContactAttendee],
    ) -> ColumnElement[bool]:
        return and_(model.owner_id == Contact.owner_id, model.contact_id == Contact.id)

    kept = roots(ContactHandle).join(ContactHandle, on_card(ContactHandle))
    of_account = (
        roots(Handle)
        .join(Handle, Handle.account_id == Contact.account_id)
        .where(shown_on_card(Handle.circle), ~never_see(Contact.owner_id, Contact.account_id))
    )
    of_list = (
        roots(Handle)
        .join(ContactAttendee, on_card(ContactAttendee))
        .join(Attendee, Attendee.id == ContactAttendee.attendee_id)
        .join(Handle, Handle.attendee_id == Attendee.id)
        .where(
            # Named once more, so that SQLite does not begin with every place of every card.
            ContactAttendee.attendee_id.in_(
                select(Handle.attendee_id).where(
                    tuple_(Handle.network, Handle.key).in_(bindparam("handles", expanding=True))
                )
            ),
            handle_shown(Handle, TO_BROWSERS),
        )
    )
    tied = roots(Tie).join(Tie, on_card(Tie)).where(Tie.owner_id == _OWNER)
    return kept, of_account, of_list, tied


@cache
def _by_email() -> AnySelect:
    it: BindParameter[str] = bindparam("it")
    typed = select(Contact.root_id).where(Contact.owner_id == _OWNER, Contact.email == it)
    shared = (
        select(Contact.root_id)
        .join(Account, Account.id == Contact.account_id)
        .where(
            Contact.owner_id == _OWNER,
            Account.email == it,
            shown_on_card(Account.email_circle),
            ~never_see(Contact.owner_id, Account.id),
        )
    )
    return select(union(typed, shared).subquery()).limit(_MOST + 1)


@cache
def _by_phone() -> AnySelect:
    same = Contact.phone == bindparam("it")
    return select(Contact.root_id).where(Contact.owner_id == _OWNER, same).limit(_MOST + 1)


@cache
def _named() -> AnySelect:
    name: BindParameter[str] = bindparam("name")
    return (
        join_person(select(Contact.root_id))
        .where(Contact.owner_id == _OWNER, func.lower(card_name()) == name)
        .limit(_MOST + 1)
    )
