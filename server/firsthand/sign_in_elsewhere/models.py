"""Who somebody is elsewhere, and what is kept while they are on their way there and back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from firsthand.db import Base, new_id, now


class LinkedIdentity(Base):
    """An account elsewhere that signs this account in.

    ``subject`` is the provider's own id of the person, which it gives to nobody else; ``issuer``
    the provider's address, so that no other provider can speak for it. ``name`` is what the person
    is called there, only for showing. ``handle_id``: the handle that it proves, where it does.
    """

    __tablename__ = "linked_identity"
    __table_args__ = (
        Index(
            "uq_linked_identity_provider_issuer_subject",
            "provider",
            "issuer",
            "subject",
            unique=True,
        ),
        Index("ix_linked_identity_account_id", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    provider: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    handle_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("handle.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now)


class SignInElsewhere(Base):
    """One way to a provider and back: it works once, in the browser that began it.

    Only hashes are kept. ``account_id``: who is linking; nobody when it is to sign somebody in.
    ``peer_hash``: a keyed hash of the network address that asked.
    """

    __tablename__ = "sign_in_elsewhere"

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[str]
    provider: Mapped[str]
    issuer: Mapped[str]
    next_path: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    peer_hash: Mapped[str] = mapped_column(default="", index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class OfferedLink(Base):
    """An identity whose address is an account's already: that account may link it, once.

    An equal address signs nobody in. Whoever signs in to the account in the same browser is asked.
    """

    __tablename__ = "offered_link"

    browser_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    provider: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    name: Mapped[str]
    handle: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime] = mapped_column(index=True)


class MastodonApp(Base):
    """What a Mastodon server knows this Firsthand by; ``sealed_secret`` needs the secret key."""

    __tablename__ = "mastodon_app"

    host: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    sealed_secret: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
