"""Introducing two people, and what each of them answers."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from firsthand.accounts.addresses import read_line, read_name
from firsthand.accounts.signing_in import hash_token
from firsthand.contacts.models import Touchpoint, TouchpointKind
from firsthand.contacts.queries import card
from firsthand.contacts.roots import root_of
from firsthand.db import insert_or_change, lock_owners, new_id, now
from firsthand.followups.staging import restage
from firsthand.introductions.models import Answer, Introduced, Introduction, IntroductionAnswer
from firsthand.introductions.queries import Asker, Side, side_of
from firsthand.problems import Conflict, Invalid, NotFound, TooMany

LONGEST_WHY = 500
LONGEST_ADDRESS = 200
GOOD_FOR = timedelta(days=60)
MOST_OPEN = 100


def introduce(
    session: Session,
    owner_id: UUID,
    one_id: UUID,
    other_id: UUID,
    why: str,
    called: tuple[str, str] = ("", ""),
) -> UUID:
    """The introduction's id; nobody is told of it yet. Raises Invalid, NotFound, TooMany.

    ``called``: by what name each is spoken of to the other; the card's where it is empty.
    """
    words = read_line(why, "why", LONGEST_WHY)
    lock_owners(session, [owner_id])
    people = [card(session, owner_id, one_id).card, card(session, owner_id, other_id).card]
    if people[0].id == people[1].id:
        message = "Choose two different people."
        raise Invalid(message, {"other": message})
    moment = now()
    is_open = (Introduction.owner_id == owner_id, Introduction.expires_at > moment)
    if (session.scalar(select(func.count()).where(*is_open)) or 0) >= MOST_OPEN:
        raise TooMany(f"There are {MOST_OPEN} open introductions. Take one back first.")
    introduction_id = new_id()
    session.add(
        Introduction(
            owner_id=owner_id,
            id=introduction_id,
            why=words,
            created_at=moment,
            expires_at=moment + GOOD_FOR,
        )
    )
    session.flush()
    for side, (person, name) in enumerate(zip(people, called, strict=True)):
        session.add(
            Introduced(
                owner_id=owner_id,
                introduction_id=introduction_id,
                side=side,
                contact_id=person.id,
                called=read_name(name or person.name, f"called_{side}"),
            )
        )
    return introduction_id


def take_back(session: Session, owner_id: UUID, introduction_id: UUID) -> None:
    """Both links end, and what was answered goes. Raises NotFound."""
    found = session.get(Introduction, (owner_id, introduction_id))
    if found is None:
        raise NotFound
    session.execute(
        delete(Introduction).where(
            Introduction.owner_id == owner_id, Introduction.id == introduction_id
        )
    )


def agree(session: Session, introduction_id: UUID, side: int, address: str, asker: Asker) -> Side:
    """Yes; the other sees ``address`` once they have agreed as well.

    Raises Conflict, Invalid, NotFound.
    """
    reached_by = read_line(address, "address", LONGEST_ADDRESS)
    if not reached_by:
        message = "Say how they may reach you."
        raise Invalid(message, {"address": message})
    before = _locked(session, introduction_id, side, asker)
    _answer(session, introduction_id, side, Answer.YES, reached_by, asker)
    after = side_of(session, introduction_id, side, asker)
    if after.both_agreed and not before.both_agreed:
        _log_help(session, after.owner_id, introduction_id)
    return after


def decline(session: Session, introduction_id: UUID, side: int, asker: Asker) -> Side:
    """No, or not any more: as long as not both have agreed. Raises Conflict, Invalid, NotFound."""
    if _locked(session, introduction_id, side, asker).both_agreed:
        raise Invalid("You have both agreed, and have each other's address already.")
    _answer(session, introduction_id, side, Answer.NO, "", asker)
    return side_of(session, introduction_id, side, asker)


def _locked(session: Session, introduction_id: UUID, side: int, asker: Asker) -> Side:
    """Two yeses at once must see each other. Raises Conflict where it is not theirs to answer."""
    lock_owners(session, [introduction_id])
    found = side_of(session, introduction_id, side, asker)
    if asker.account_id == found.owner_id:
        raise Conflict("Who introduces two people does not answer for them.")
    if found.elsewhere:
        raise Conflict("This was answered in another browser. Only there can it be changed.")
    return found


def _answer(
    session: Session,
    introduction_id: UUID,
    side: int,
    answer: Answer,
    address: str,
    asker: Asker,
) -> None:
    row = {
        "introduction_id": introduction_id,
        "side": side,
        "answer": answer,
        "address": address,
        "account_id": asker.account_id,
        "browser_hash": hash_token(asker.browser),
        "answered_at": now(),
    }
    insert_or_change(session, IntroductionAnswer, [row], _said_anew)


def _said_anew(
    _old: IntroductionAnswer, new: IntroductionAnswer, _on_sqlite: bool
) -> dict[str, object]:
    return {
        "answer": new.answer,
        "address": new.address,
        "account_id": new.account_id,
        "browser_hash": new.browser_hash,
        "answered_at": new.answered_at,
    }


def _log_help(session: Session, owner_id: UUID, introduction_id: UUID) -> None:
    """It is help given to both: it stands on their paths."""
    lock_owners(session, [owner_id])
    sides = session.execute(
        select(Introduced.contact_id, Introduced.called)
        .where(Introduced.owner_id == owner_id, Introduced.introduction_id == introduction_id)
        .order_by(Introduced.side)
    ).all()
    roots = [root_of(session, owner_id, contact_id) for contact_id, _ in sides]
    for root_id, (_, called) in zip(roots, reversed(sides), strict=True):
        session.add(
            Touchpoint(
                owner_id=owner_id,
                id=new_id(),
                contact_id=root_id,
                kind=TouchpointKind.HELP_GIVEN,
                at=now(),
                note=f"Introduced to {called}",
            )
        )
    session.flush()
    restage(session, [(owner_id, root_id) for root_id in roots])
