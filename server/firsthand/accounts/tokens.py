"""Secrets that programs carry: tokens for the JSON API, the addresses of feeds, and the passwords
of address books.
"""

import secrets
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.addresses import read_email, read_line
from firsthand.accounts.models import Account, ApiToken
from firsthand.accounts.signing_in import SCOPES, Viewer, hash_token
from firsthand.db import lock_owners
from firsthand.problems import Invalid, NotFound, TooMany

TOKEN_PREFIX = "fh_"  # noqa: S105  # nosec B105  # it names the kind of token and guards nothing
# A feed's secret stands in an address, where logs may keep it: it opens the feeds and nothing else.
FEED = "feed"
# What a phone's address book carries as its password opens the address book and nothing else.
ADDRESS_BOOK = "contacts"
_KINDS: dict[tuple[str, ...], str] = {(FEED,): "Feeds", (ADDRESS_BOOK,): "Address book"}
MOST_TOKENS = 50
_LONGEST_NAME = 60
_SECRET_BYTES = 32


def make_api_token(session: Session, email: str, scopes: Iterable[str], name: str = "") -> str:
    """A bearer token with these scopes, all of them where none is named. Raises NotFound, Invalid,
    TooMany.
    """
    account_id = session.scalar(select(Account.id).where(Account.email == read_email(email)))
    if account_id is None:
        raise NotFound(f"There is no account with the address {email}.")
    return add_token(session, account_id, sorted(set(scopes)) or sorted(SCOPES), name)


def add_token(session: Session, account_id: UUID, scopes: Sequence[str], name: str) -> str:
    """A bearer token with these scopes; only now is it told. Raises Invalid, TooMany."""
    if not scopes or not SCOPES.issuperset(scopes):
        message = f"Choose what it may do: {', '.join(sorted(SCOPES))}."
        raise Invalid(message, {"scope": message})
    return _add(session, account_id, TOKEN_PREFIX, scopes, name, "token_name")


def add_feed(session: Session, account_id: UUID, name: str) -> str:
    """The secret in the addresses of the account's feeds; only now is it told. Raises Invalid,
    TooMany.
    """
    return _add(session, account_id, "", [FEED], name, "feed_name")


def add_address_book(session: Session, account_id: UUID, name: str) -> str:
    """The password with which a phone reads the account's address book; only now is it told.
    Raises Invalid, TooMany.
    """
    return _add(session, account_id, TOKEN_PREFIX, [ADDRESS_BOOK], name, "book_name")


def _add(
    session: Session, account_id: UUID, prefix: str, scopes: Sequence[str], name: str, field: str
) -> str:
    words = read_line(name, field, _LONGEST_NAME)
    lock_owners(session, [account_id])
    count = select(func.count()).where(ApiToken.account_id == account_id)
    if (session.scalar(count) or 0) >= MOST_TOKENS:
        message = f"There are {MOST_TOKENS} of these. Revoke one that is not used any more."
        raise TooMany(message, {field: message})
    secret = prefix + secrets.token_urlsafe(_SECRET_BYTES)
    session.add(
        ApiToken(
            token_hash=hash_token(secret), account_id=account_id, scopes=sorted(scopes), name=words
        )
    )
    note(session, account_id, Act.TOKEN_MADE, _named(scopes, words))
    return secret


def _named(scopes: Sequence[str], name: str) -> str:
    """What opens what, in the words of the page where it is made."""
    kind = _KINDS.get(tuple(scopes), "Token")
    return f"{kind}: {name}" if name else kind


def tokens_of(session: Session, account_id: UUID) -> Sequence[ApiToken]:
    """The account's tokens and feeds, the newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.account_id == account_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.token_hash)
    ).all()


def revoke_token(session: Session, account_id: UUID, number: str) -> None:
    """The token or feed with this number opens nothing any more. Raises NotFound."""
    for token in tokens_of(session, account_id):
        if token.number == number:
            session.execute(delete(ApiToken).where(ApiToken.token_hash == token.token_hash))
            note(session, account_id, Act.TOKEN_ENDED, _named(token.scopes, token.name))
            return
    raise NotFound(f"There is no token with the number {number}.")


def viewer_of_token(session: Session, token: str) -> Viewer | None:
    row = session.execute(
        select(Account.id, Account.name, Account.email, ApiToken.scopes)
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(ApiToken.token_hash == hash_token(token))
    ).one_or_none()
    return Viewer(row.id, row.name, row.email, frozenset(row.scopes)) if row else None


def owner_of_feed(session: Session, secret: str) -> UUID:
    """Whose feeds the secret opens. Raises NotFound, also for a token's secret."""
    viewer = viewer_of_token(session, secret)
    if viewer is None or FEED not in viewer.scopes:
        raise NotFound
    return viewer.account_id
