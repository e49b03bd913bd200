"""Accounts and the ways to be signed in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, validates

from firsthand.db import Base, new_id, now
from firsthand.folding import fold


class Circle(StrEnum):
    """Who sees a field: each circle includes the ones before it."""

    NOBODY = "nobody"
    MET = "met"
    BROWSING = "browsing"


class Account(Base):
    """Somebody who can sign in, with the profile that others may see as the circles say.

    ``folded`` is the name as search compares it; a statement that writes names writes it too.
    """

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(default="", index=True)
    headline: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    headline_circle: Mapped[str] = mapped_column(default=Circle.BROWSING)
    company_circle: Mapped[str] = mapped_column(default=Circle.BROWSING)
    email_circle: Mapped[str] = mapped_column(default=Circle.NOBODY)
    phone_circle: Mapped[str] = mapped_column(default=Circle.NOBODY)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @validates("name")
    def _fold_name(self, _: str, name: str) -> str:
        self.folded = fold(name)
        return name


class SignInSession(Base):
    """One signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    browser: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class EmailCode(Base):
    """A one-time code on its way to an address, bound to the browser that asked for it."""

    __tablename__ = "email_code"

    browser_hash: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(index=True)
    code_hash: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    # False: too many went to this address, so this one was never sent to anybody.
    mailed: Mapped[bool] = mapped_column(default=True)
    # A keyed hash of the network address that asked.
    peer: Mapped[str] = mapped_column(default="", index=True)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    expires_at: Mapped[datetime]


class SignInLink(Base):
    """A one-time sign-in link from the command line."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    reusable: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime]


class ApiToken(Base):
    """A bearer token for the JSON API, or the secret of a feed's address; only its hash is kept."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    scopes: Mapped[list[str]]
    # What its owner uses it for, in their own words.
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def number(self) -> str:
        """What lists call it: no secret, since nobody finds a token to a hash."""
        return self.token_hash[:12]
