"""What others see of an account, by the very expressions that show it to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account, Circle
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, TO_MET, shared, shows_itself_to_browsers
from firsthand.handles.models import Handle


@dataclass(frozen=True, slots=True)
class Preview:
    """A profile as somebody else sees it: what is kept from them is empty."""

    name: str
    headline: str
    company: str
    email: str
    phone: str
    face: str
    handles: Sequence[tuple[str, str]]


def seen_by_met(session: Session, account_id: UUID) -> Preview:
    """What somebody sees who scanned the account's badge."""
    return _seen(session, account_id, TO_MET)


def seen_by_browsers(session: Session, account_id: UUID) -> Preview | None:
    """What somebody sees who browses the attendees of an event where the account is listed, the
    same at each; None for a person who is listed nowhere.
    """
    is_listed = exists().where(Attendee.account_id == account_id, shows_itself_to_browsers())
    listed = session.scalar(select(is_listed))
    return _seen(session, account_id, TO_BROWSERS) if listed else None


def _seen(session: Session, account_id: UUID, circles: tuple[Circle, ...]) -> Preview:
    fields = session.execute(
        select(
            Account.name,
            shared(Account.headline, Account.headline_circle, circles),
            shared(Account.company, Account.company_circle, circles),
            shared(Account.email, Account.email_circle, circles),
            shared(Account.phone, Account.phone_circle, circles),
            shared(Account.face, Account.face_circle, circles),
        ).where(Account.id == account_id)
    ).one()
    handles = session.execute(
        select(Handle.network, Handle.name)
        .where(Handle.account_id == account_id, Handle.circle.in_(circles))
        .order_by(Handle.id)
    )
    return Preview(*fields, handles=[(network, name) for network, name in handles])
