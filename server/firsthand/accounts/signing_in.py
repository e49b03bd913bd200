"""Signing in: one-time codes by e-mail, and one-time links."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import note_wrong_code
from firsthand.accounts.addresses import read_email
from firsthand.accounts.models import Account, EmailCode, SignInLink
from firsthand.db import insert_new, lock_owners, now
from firsthand.problems import NotFound, TooMany

CODE_LASTS = timedelta(minutes=10)
LINK_LASTS = timedelta(days=7)
CODE_TRIES = 5
# Mail sent to one address, and codes that one network asked for and nobody has typed. A venue's
# Wi-Fi is one address: all 5,000 of a conference may ask before anybody has typed theirs, and some
# ask twice. Guessing gains nothing by it: 6,000 codes of 40 bits have five tries each.
CODES_AN_ADDRESS = 5
CODES_A_PEER = 6_000
_CODES_WITHIN = timedelta(hours=1)
# Without letters that are read as another: 32 of them, eight to a code, 40 bits.
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8
_SECRET_BYTES = 24
SCOPES = frozenset({"read", "write", "organise"})
# What is dangerous asks who has not shown for so long that it is still the same person.
FRESH_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """The session that a request came with; see ``SignInSession``."""

    number: str
    fresh_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks: the account and what this session or token may do.

    ``organises``: the account runs an event or helps to; told of sessions only, for their pages.
    ``session`` is None for a bearer token.
    """

    account_id: UUID
    name: str
    email: str
    scopes: frozenset[str] = SCOPES
    organises: bool = False
    session: BrowserSession | None = None

    def is_fresh(self, moment: datetime) -> bool:
        """Whether they have signed in, or confirmed it, lately. A token has its scopes instead."""
        return self.session is None or moment - self.session.fresh_at < FRESH_FOR


def hash_token(token: str) -> str:
    """How a random token stands in the database; it has too many bits to need salt."""
    return hashlib.sha256(token.encode()).hexdigest()


# -- codes by e-mail


@dataclass(frozen=True, slots=True)
class AskedCode:
    """``code`` goes to the address by mail, ``browser`` into a cookie of the one who asked.

    ``mailed`` is false where the address has had enough mail: then nothing is to be sent.
    """

    email: str
    code: str
    browser: str
    mailed: bool


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a code: the network address, and the browser's cookie of an earlier time."""

    peer: str = ""
    browser: str = ""


def ask_for_code(
    session: Session, email: str, secret_key: str, asker: Asker | None = None
) -> AskedCode:
    """A fresh code for an address, whether or not it has an account. Raises Invalid, TooMany.

    One address gets only so much mail an hour. Further askers are answered as all others are, or
    the answer would say who else signs in.
    """
    asker = asker or Asker()
    address = read_email(email)
    moment = now()
    session.execute(delete(EmailCode).where(EmailCode.created_at < moment - timedelta(days=1)))
    peer = keyed("peer", asker.peer, secret_key) if asker.peer else ""
    if peer and _recent_codes(session, moment, EmailCode.peer == peer) >= CODES_A_PEER:
        raise TooMany("Too many codes were asked for from this network. Try again in an hour.")
    mailed = (
        _recent_codes(session, moment, EmailCode.email == address, EmailCode.mailed.is_(True))
        < CODES_AN_ADDRESS
    )
    if not mailed and asked_address(session, asker.browser) == address:
        # The newest code that this browser was sent keeps working.
        return AskedCode(address, "", asker.browser, mailed)
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    browser = secrets.token_urlsafe(_SECRET_BYTES)
    session.add(
        EmailCode(
            browser_hash=hash_token(browser),
            email=address,
            code_hash=_hash_code(code, browser, secret_key),
            mailed=mailed,
            peer=peer,
            created_at=moment,
            expires_at=moment + CODE_LASTS,
        )
    )
    return AskedCode(address, code, browser, mailed)


def _recent_codes(session: Session, moment: datetime, *those: ColumnElement[bool]) -> int:
    count = select(func.count()).where(EmailCode.created_at > moment - _CODES_WITHIN, *those)
    return session.scalars(count).one()


def asked_address(session: Session, browser: str) -> str | None:
    """The address that this browser waits for a code at; None when it asked too long ago."""
    return session.scalar(
        select(EmailCode.email).where(
            EmailCode.browser_hash == hash_token(browser), EmailCode.expires_at > now()
        )
    )


def redeem_code(
    session: Session, browser: str, typed: str, secret_keys: Sequence[str]
) -> UUID | None:
    """The account of the address the code went to, made if it has none yet; None if it is wrong.

    A wrong try must be counted even so: the caller raises only after the commit.
    """
    this = EmailCode.browser_hash == hash_token(browser)
    email = session.scalar(select(EmailCode.email).where(this))
    if email is None:
        return None
    # Each redeeming changes its own code and then deletes those of the address: one by one, else
    # two of them would wait for each other.
    lock_owners(session, [uuid5(NAMESPACE_URL, email)])
    code_hash = session.scalar(
        update(EmailCode)
        .where(this, EmailCode.tries < CODE_TRIES, EmailCode.expires_at > now())
        .values(tries=EmailCode.tries + 1)
        .returning(EmailCode.code_hash)
        .execution_options(synchronize_session=False)
    )
    if code_hash is None:
        return None
    normal = "".join(typed.upper().split()).replace("-", "")
    if not any(
        hmac.compare_digest(code_hash, _hash_code(normal, browser, key)) for key in secret_keys
    ):
        note_wrong_code(session, email)
        return None
    session.execute(delete(EmailCode).where(EmailCode.email == email))
    return account_of(session, email)


def account_of(session: Session, email: str) -> UUID:
    """The account with this verified address, made if need be; one that is there is only read."""
    known = session.scalar(select(Account.id).where(Account.email == email))
    if known is not None:
        return known
    # Two browsers may redeem a code for the same new address at the same moment.
    insert_new(session, Account, [{"email": email, "name": ""}])
    return session.scalars(select(Account.id).where(Account.email == email)).one()


def _hash_code(code: str, browser: str, secret_key: str) -> str:
    return keyed("sign-in", f"{browser}\0{code}", secret_key)


def keyed(purpose: str, text: str, secret_key: str) -> str:
    """How what could be guessed stands in the database."""
    return hmac.new(secret_key.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


# -- links from the command line


def make_link_token(session: Session, email: str, *, reusable: bool = False) -> str:
    """A token that signs this account in once (again and again in the demo). Raises NotFound."""
    account_id = session.scalar(select(Account.id).where(Account.email == read_email(email)))
    if account_id is None:
        raise NotFound(f"There is no account with the address {email}.")
    token = secrets.token_urlsafe(_SECRET_BYTES)
    session.add(
        SignInLink(
            token_hash=hash_token(token),
            account_id=account_id,
            reusable=reusable,
            expires_at=now() + LINK_LASTS,
        )
    )
    return token


def redeem_link(session: Session, token: str) -> UUID | None:
    """The account that the link signs in; None if it is unknown, used or too old."""
    usable = (SignInLink.token_hash == hash_token(token), SignInLink.expires_at > now())
    reusable = session.scalar(
        select(SignInLink.account_id).where(*usable, SignInLink.reusable.is_(True))
    )
    if reusable is not None:
        return reusable
    return session.scalar(delete(SignInLink).where(*usable).returning(SignInLink.account_id))
