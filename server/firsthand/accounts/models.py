"""Accounts and the ways to be signed in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, validates

from firsthand.db import Base, new_id, now
from firsthand.folding import fold

# A sign counter goes up to 2^32.
_Count = BigInteger().with_variant(Integer(), "sqlite")
_NUMBER_LENGTH = 12


class Circle(StrEnum):
    """Who sees a field: each circle includes the ones before it."""

    NOBODY = "nobody"
    MET = "met"
    BROWSING = "browsing"


class Account(Base):
    """Somebody who can sign in, with the profile that others may see as the circles say.

    ``folded`` is the name as search compares it; a statement that writes names writes it too.
    ``face``: the mark of the picture that they uploaded of themselves (``Face``), or empty.
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
    face: Mapped[str] = mapped_column(default="")
    face_circle: Mapped[str] = mapped_column(default=Circle.MET)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @validates("name")
    def _fold_name(self, _: str, name: str) -> str:
        self.folded = fold(name)
        return name


class Face(Base):
    """The picture that somebody uploaded of themselves, as it is served: a small JPEG.

    ``mark`` names it in an address, and is another one for another picture.
    """

    __tablename__ = "face"
    __table_args__ = (Index("uq_face_mark", "mark", unique=True),)

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    mark: Mapped[str]
    picture: Mapped[bytes] = mapped_column(LargeBinary())
    created_at: Mapped[datetime] = mapped_column(default=now)


class Block(Base):
    """The owner and this account never see each other, until the owner takes it back.

    ``called``: by what name the owner knew them, since from then on they see none.
    """

    __tablename__ = "block"

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    called: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class SignInSession(Base):
    """One signed-in browser; only the hash of its cookie is kept.

    ``fresh_at``: when whoever sits there has last shown that they are the account's own person.
    ``last_seen_at`` is right to the hour.
    """

    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    browser: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    fresh_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def number(self) -> str:
        """What lists call it: no secret, since nobody finds a cookie to a hash."""
        return number_of(self.token_hash)


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
        return number_of(self.token_hash)


class Passkey(Base):
    """A public key whose private half a person's phone, computer or security key keeps.

    ``credential_id`` is base64url, as browsers write it. ``user_handle``: what the authenticator
    knows the account by; random, so that it tells nobody anything.
    """

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_account_id_id", "account_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary())
    user_handle: Mapped[bytes] = mapped_column(LargeBinary())
    sign_count: Mapped[int] = mapped_column(_Count, default=0)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What a browser was asked to sign, once: bound to its cookie, to one purpose, and to one
    account where that is known.
    """

    __tablename__ = "passkey_challenge"

    challenge_hash: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[str]
    purpose: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    # For a new passkey.
    user_handle: Mapped[bytes | None] = mapped_column(LargeBinary())
    # A keyed hash of the network address that asked.
    peer: Mapped[str] = mapped_column(default="", index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RecoveryCode(Base):
    """A code on paper that signs in once; it has too many bits for its hash to need salt."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class RecoveryTries(Base):
    """How often recovery codes were guessed lately: for one address, or by one network.

    ``of_hash`` is keyed, and the same whether or not the address has an account.
    """

    __tablename__ = "recovery_tries"

    of_hash: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(default=now, index=True)


def number_of(token_hash: str) -> str:
    return token_hash[:_NUMBER_LENGTH]
