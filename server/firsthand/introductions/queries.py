"""Introductions as their owner sees them, and as each side does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import blocked_pairs, never_see
from firsthand.accounts.models import Account
from firsthand.accounts.signing_in import hash_token
from firsthand.contacts.models import Contact
from firsthand.db import now
from firsthand.introductions.models import Answer, Introduced, Introduction, IntroductionAnswer
from firsthand.problems import NotFound


@dataclass(frozen=True, slots=True)
class Asker:
    """Who holds a link: the account if they are signed in, and the secret of their browser.

    The introducer holds both links too.
    """

    account_id: UUID | None = None
    browser: str = ""

    def gave(self, answer: IntroductionAnswer) -> bool:
        """Whether it is theirs to see and to change."""
        by_browser = bool(self.browser) and answer.browser_hash == hash_token(self.browser)
        by_account = self.account_id is not None and answer.account_id == self.account_id
        return by_browser or by_account or not answer.browser_hash


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two sees: who asks, about whom, and the address once both have agreed.

    ``elsewhere``: it was answered by another browser, which alone is shown the addresses.
    """

    owner_id: UUID
    introducer: str
    other: str
    why: str
    answer: str
    own_address: str
    elsewhere: bool
    both_agreed: bool
    other_address: str


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """What the introducer sees of a side: never the address."""

    side: int
    contact_id: UUID
    called: str
    answer: str


@dataclass(frozen=True, slots=True)
class OwnIntroduction:
    id: UUID
    why: str
    created_at: datetime
    expires_at: datetime
    people: Sequence[AskedPerson]

    @property
    def both_agreed(self) -> bool:
        return all(person.answer == Answer.YES for person in self.people)


def side_of(session: Session, introduction_id: UUID, side: int, asker: Asker) -> Side:
    """For whoever holds that side's link. Raises NotFound, also for one that has expired.

    Where one of the three blocks another, the other side has not answered, as if they had left:
    a link that ended would tell the introducer.
    """
    found = session.execute(
        select(Introduction.owner_id, Introduction.why, Introduction.expires_at, Account.name)
        .join(Account, Account.id == Introduction.owner_id)
        .where(Introduction.id == introduction_id)
    ).first()
    if found is None:
        raise NotFound
    names = (
        select(Introduced.side, Introduced.called, Contact.account_id)
        .join(
            Contact,
            and_(Contact.owner_id == Introduced.owner_id, Contact.id == Introduced.contact_id),
        )
        .where(Introduced.owner_id == found.owner_id, Introduced.introduction_id == introduction_id)
    )
    rows = session.execute(names).all()
    called = {row.side: row.called for row in rows}
    if set(called) != {0, 1} or side not in called:
        raise NotFound  # one of the two has been deleted since
    people = [found.owner_id, *(row.account_id for row in rows if row.account_id)]
    answers = {
        answer.side: answer
        for answer in session.scalars(
            select(IntroductionAnswer).where(IntroductionAnswer.introduction_id == introduction_id)
        )
    }
    mine, theirs = answers.get(side), answers.get(1 - side)
    if blocked_pairs(session, list(combinations(people, 2))):
        theirs = None
    is_own = bool(mine and asker.gave(mine) and asker.account_id != found.owner_id)
    both = bool(mine and theirs and mine.answer == theirs.answer == Answer.YES)
    if found.expires_at < now() and not both:
        raise NotFound
    return Side(
        owner_id=found.owner_id,
        introducer=found.name,
        other=called[1 - side],
        why=found.why,
        answer=mine.answer if mine else Answer.NONE,
        own_address=mine.address if mine and is_own else "",
        elsewhere=bool(mine and not is_own),
        both_agreed=both,
        other_address=theirs.address if both and theirs and is_own else "",
    )


def introductions_of(
    session: Session, owner_id: UUID, introduction_id: UUID | None = None
) -> list[OwnIntroduction]:
    """The latest first, those that have not expired or led to something."""
    stmt = (
        select(
            Introduction,
            Introduced,
            Contact.root_id,
            func.coalesce(IntroductionAnswer.answer, Answer.NONE),
        )
        .join(
            Introduced,
            and_(
                Introduced.owner_id == Introduction.owner_id,
                Introduced.introduction_id == Introduction.id,
            ),
        )
        .join(
            Contact,
            and_(Contact.owner_id == Introduced.owner_id, Contact.id == Introduced.contact_id),
        )
        .outerjoin(
            IntroductionAnswer,
            and_(
                IntroductionAnswer.introduction_id == Introduction.id,
                IntroductionAnswer.side == Introduced.side,
                # Of who never sees the owner there is no answer, as of who left.
                or_(
                    Contact.account_id.is_(None),
                    ~never_see(Introduction.owner_id, Contact.account_id),
                ),
            ),
        )
        .where(Introduction.owner_id == owner_id)
        .order_by(Introduction.created_at.desc(), Introduction.id, Introduced.side)
    )
    if introduction_id:
        stmt = stmt.where(Introduction.id == introduction_id)
    found: dict[UUID, tuple[Introduction, list[AskedPerson]]] = {}
    for introduction, introduced, root_id, answer in session.execute(stmt):
        people = found.setdefault(introduction.id, (introduction, []))[1]
        people.append(AskedPerson(introduced.side, root_id, introduced.called, answer))
    whole = [
        OwnIntroduction(each.id, each.why, each.created_at, each.expires_at, people)
        for each, people in found.values()
        if len(people) == 2
    ]
    return [each for each in whole if each.both_agreed or each.expires_at > now()]


def introduction_of(session: Session, owner_id: UUID, introduction_id: UUID) -> OwnIntroduction:
    """Raises NotFound."""
    for found in introductions_of(session, owner_id, introduction_id):
        return found
    raise NotFound
