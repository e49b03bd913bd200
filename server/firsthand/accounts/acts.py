"""What happened with an account, for its owner to read.

A row is written in the transaction of the act itself. It names no secret and nobody else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from firsthand.accounts.browsers import browser_words
from firsthand.accounts.models import Account, ApiToken
from firsthand.asked_from import asked_from
from firsthand.db import Base, new_id, now
from firsthand.paging import Page

ACTS_LAST = timedelta(days=365)
_WRONG_CODES_EVERY = timedelta(hours=1)
_LONGEST_DETAIL = 200
_LONGEST_PLACE = 100


class Act(StrEnum):
    SIGNED_IN = "signed-in"
    WRONG_CODE = "wrong-code"
    SIGNED_OUT = "signed-out"
    SESSIONS_ENDED = "sessions-ended"
    TOKEN_MADE = "token-made"  # noqa: S105  # nosec B105  # an act's name
    TOKEN_ENDED = "token-ended"  # noqa: S105  # nosec B105  # an act's name
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    IDENTITY_LINKED = "identity-linked"
    IDENTITY_UNLINKED = "identity-unlinked"
    EXPORT_TAKEN = "export-taken"
    DATA_BROUGHT_IN = "data-brought-in"
    CIRCLE_CHANGED = "circle-changed"
    LISTED = "listed"
    UNLISTED = "unlisted"
    HANDLE_ADDED = "handle-added"
    HANDLE_REMOVED = "handle-removed"
    HANDLE_PROVEN = "handle-proven"
    BADGE_REPLACED = "badge-replaced"
    FACE_SENT = "face-sent"
    PLACE_CLAIMED = "place-claimed"
    LISTED_BY_ORGANISER = "listed-by-organiser"
    STAFF_INVITED = "staff-invited"
    MADE_STAFF = "made-staff"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Act.SIGNED_IN: "Signed in",
    Act.WRONG_CODE: "A wrong code was typed for your address",
    Act.SIGNED_OUT: "Signed out",
    Act.SESSIONS_ENDED: "Signed out everywhere",
    Act.TOKEN_MADE: "A secret for a program was made",
    Act.TOKEN_ENDED: "A secret for a program was ended",
    Act.PASSKEY_ADDED: "A passkey was added",
    Act.PASSKEY_REMOVED: "A passkey was removed",
    Act.RECOVERY_CODES_MADE: "Recovery codes were made",
    Act.IDENTITY_LINKED: "Signing in elsewhere was linked",
    Act.IDENTITY_UNLINKED: "Signing in elsewhere was unlinked",
    Act.EXPORT_TAKEN: "All your data was taken along",
    Act.DATA_BROUGHT_IN: "Data was brought in",
    Act.CIRCLE_CHANGED: "Who sees it was changed",
    Act.LISTED: "Listed to the attendees",
    Act.UNLISTED: "Not listed any more",
    Act.HANDLE_ADDED: "A handle was added",
    Act.HANDLE_REMOVED: "A handle was removed",
    Act.HANDLE_PROVEN: "A handle was proven",
    Act.BADGE_REPLACED: "Your badge was replaced",
    Act.FACE_SENT: "A picture of yourself was sent",
    Act.PLACE_CLAIMED: "A place on an organiser's list became yours, by your address",
    Act.LISTED_BY_ORGANISER: "An organiser's list says that you agreed to be listed",
    Act.STAFF_INVITED: "Somebody was invited to help with an event",
    Act.MADE_STAFF: "You were invited to help with an event",
}


class AccountAct(Base):
    """Something that was done with an account, where, and a few words about it."""

    __tablename__ = "account_act"
    __table_args__ = (
        Index("ix_account_act_owner_id_at_id", "owner_id", "at", "id"),
        Index("ix_account_act_at", "at"),
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    act: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")

    @property
    def words(self) -> str:
        return Act(self.act).words if self.act in set(Act) else self.act


def note(
    session: Session, owner_id: UUID, act: Act, detail: str = "", *, by_owner: bool = True
) -> None:
    """Keep that this was done; ``detail`` is short, and never a secret or somebody else's.

    ``by_owner``: they did it themselves, so that the browser that asks is theirs to be told of.
    """
    row = AccountAct(
        owner_id=owner_id,
        id=new_id(),
        act=act,
        place=_place(session)[:_LONGEST_PLACE] if by_owner else "",
        detail=detail[:_LONGEST_DETAIL],
    )
    session.add(row)


def done_lately(session: Session, owner_id: UUID, act: Act, within: timedelta) -> int:
    """How often the account did this, or had it done, as its own log says: limits are counted by
    it.
    """
    lately = select(func.count()).where(
        AccountAct.owner_id == owner_id, AccountAct.at > now() - within, AccountAct.act == act
    )
    return session.scalar(lately) or 0


def note_wrong_code(session: Session, email: str) -> None:
    """Somebody typed a wrong code for this address; one row an hour is enough to know it."""
    owner_id = session.scalar(select(Account.id).where(Account.email == email))
    if owner_id is None:
        return
    if not done_lately(session, owner_id, Act.WRONG_CODE, _WRONG_CODES_EVERY):
        note(session, owner_id, Act.WRONG_CODE)


def acts_of(session: Session, owner_id: UUID, page: Page[datetime]) -> Sequence[AccountAct]:
    """The owner's own, the newest first."""
    stmt = select(AccountAct).where(AccountAct.owner_id == owner_id)
    if page.after:
        stmt = stmt.where(tuple_(AccountAct.at, AccountAct.id) < page.after)
    newest = (AccountAct.at.desc(), AccountAct.id.desc())
    return session.scalars(stmt.order_by(*newest).limit(page.limit)).all()


def _place(session: Session) -> str:
    where = asked_from()
    if where.words:
        return where.words
    if not where.token_hash:
        return browser_words(where.user_agent)
    name = session.scalar(select(ApiToken.name).where(ApiToken.token_hash == where.token_hash))
    return f"the token {name}" if name else "a token"
