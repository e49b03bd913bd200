"""Passkeys: asked for by a challenge, added, shown to be there, removed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.addresses import read_line
from firsthand.accounts.authenticators import (
    Answer,
    Person,
    Site,
    creation_options,
    new_sign_count,
    read_answer,
    read_new_key,
    request_options,
)
from firsthand.accounts.models import Account, Passkey, PasskeyChallenge
from firsthand.accounts.signing_in import Asker, hash_token, keyed
from firsthand.db import lock_owners, now
from firsthand.problems import Conflict, NotFound, TooMany

CHALLENGE_LASTS = timedelta(minutes=5)
MOST_PASSKEYS = 20
# Pages ask for one as they open: a venue's Wi-Fi, one address, must not run into this.
CHALLENGES_A_PEER = 10_000
LONGEST_NAME = 60
_BYTES = 32


class Purpose(StrEnum):
    """What a challenge was made for; it is good for nothing else."""

    ADD = "add"
    SIGN_IN = "sign-in"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Where and in which browser something is signed. ``browser`` is the secret of its cookie."""

    site: Site
    browser: str


def ask_to_sign_in(
    session: Session, ceremony: Ceremony, asker: Asker, secret_key: str
) -> dict[str, Any]:
    """What the browser's authenticators are asked, by whoever that may be. Raises TooMany."""
    peer = keyed("peer", asker.peer, secret_key) if asker.peer else ""
    asked = select(func.count()).where(
        PasskeyChallenge.peer == peer, PasskeyChallenge.expires_at > now()
    )
    if peer and (session.scalar(asked) or 0) >= CHALLENGES_A_PEER:
        raise TooMany("Too many tries from this network. Sign in with a code instead.")
    challenge = _challenge(session, ceremony, Purpose.SIGN_IN, peer=peer)
    return request_options(ceremony.site, challenge, [])


def ask_again(session: Session, account_id: UUID, ceremony: Ceremony) -> dict[str, Any]:
    """What only the account's own passkeys are asked. Raises NotFound where it has none."""
    known = [each.credential_id for each in passkeys_of(session, account_id)]
    if not known:
        raise NotFound("There is no passkey yet. Use a code.")
    challenge = _challenge(session, ceremony, Purpose.AGAIN, account_id)
    return request_options(ceremony.site, challenge, known)


def ask_for_passkey(session: Session, account_id: UUID, ceremony: Ceremony) -> dict[str, Any]:
    """What a device is asked that is to make a passkey. Raises TooMany."""
    known = passkeys_of(session, account_id)
    if len(known) >= MOST_PASSKEYS:
        raise _too_many()
    account = session.get_one(Account, account_id)
    # The same for all of an account's: a device keeps one passkey for one of these.
    handle = known[0].user_handle if known else secrets.token_bytes(_BYTES)
    challenge = _challenge(session, ceremony, Purpose.ADD, account_id, handle)
    person = Person(handle, account.email, account.name)
    return creation_options(
        ceremony.site, person, challenge, [each.credential_id for each in known]
    )


def add_passkey(
    session: Session, account_id: UUID, ceremony: Ceremony, text: str, name: str
) -> Passkey | None:
    """Keep what the device has made; None if it proves nothing, and the challenge is used up even
    so: the caller raises only after the commit. Raises Conflict, TooMany, Invalid.
    """
    words = read_line(name, "passkey_name", LONGEST_NAME) or "A passkey"
    answer = read_answer(text)
    asked = _take(session, ceremony, answer, Purpose.ADD, account_id)
    if answer is None or asked is None or asked.user_handle is None:
        return None
    made = read_new_key(ceremony.site, answer)
    if made is None:
        return None
    lock_owners(session, [account_id])
    if len(passkeys_of(session, account_id)) >= MOST_PASSKEYS:
        raise _too_many()
    # Whosever it is: two accounts cannot share one.
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)):
        raise Conflict("This passkey is there already.")
    passkey = Passkey(
        account_id=account_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        user_handle=asked.user_handle,
        sign_count=made.sign_count,
        name=words,
    )
    session.add(passkey)
    note(session, account_id, Act.PASSKEY_ADDED, words)
    return passkey


def redeem_passkey(
    session: Session, ceremony: Ceremony, text: str, account_id: UUID | None = None
) -> UUID | None:
    """The account whose passkey has signed; None if nothing is proven, and the challenge is used
    up even so. With ``account_id``: only for that account, which confirms itself again.
    """
    answer = read_answer(text)
    purpose = Purpose.AGAIN if account_id else Purpose.SIGN_IN
    if answer is None or _take(session, ceremony, answer, purpose, account_id) is None:
        return None
    passkey = session.scalar(select(Passkey).where(Passkey.credential_id == answer.credential_id))
    if passkey is None or not _is_of(passkey, answer, account_id):
        return None
    count = new_sign_count(ceremony.site, answer, passkey.public_key, passkey.sign_count)
    if count is None or not count_up(session, passkey.id, count):
        return None
    return passkey.account_id


def count_up(session: Session, passkey_id: UUID, count: int) -> bool:
    """Note a use; False if another signature has brought the counter as far meanwhile."""
    # Many passkeys never count: theirs stays 0.
    counts_on = Passkey.sign_count < count if count else Passkey.sign_count == 0
    counted = session.scalar(
        update(Passkey)
        .where(Passkey.id == passkey_id, counts_on)
        .values(sign_count=count, last_used_at=now())
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    )
    return counted is not None


def passkeys_of(session: Session, account_id: UUID) -> Sequence[Passkey]:
    """The oldest first."""
    return session.scalars(
        select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)
    ).all()


def remove_passkey(session: Session, account_id: UUID, passkey_id: UUID) -> str:
    """It signs in no more; returns its name. Raises NotFound."""
    name: str | None = session.scalar(
        delete(Passkey)
        .where(Passkey.account_id == account_id, Passkey.id == passkey_id)
        .returning(Passkey.name)
    )
    if name is None:
        raise NotFound
    note(session, account_id, Act.PASSKEY_REMOVED, name)
    return name


def _challenge(
    session: Session,
    ceremony: Ceremony,
    purpose: Purpose,
    account_id: UUID | None = None,
    user_handle: bytes | None = None,
    peer: str = "",
) -> bytes:
    moment = now()
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < moment))
    challenge = secrets.token_bytes(_BYTES)
    session.add(
        PasskeyChallenge(
            challenge_hash=hash_token(challenge.hex()),
            browser_hash=hash_token(ceremony.browser),
            purpose=purpose,
            account_id=account_id,
            user_handle=user_handle,
            peer=peer,
            expires_at=moment + CHALLENGE_LASTS,
        )
    )
    return challenge


@dataclass(frozen=True, slots=True)
class _Asked:
    user_handle: bytes | None


def _take(
    session: Session,
    ceremony: Ceremony,
    answer: Answer | None,
    purpose: Purpose,
    account_id: UUID | None,
) -> _Asked | None:
    """Use the challenge up: of several that come with the same one, a single one gets it."""
    if answer is None or not ceremony.browser:
        return None
    row = session.execute(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge_hash == hash_token(answer.challenge.hex()),
            PasskeyChallenge.browser_hash == hash_token(ceremony.browser),
            PasskeyChallenge.purpose == purpose,
            # Of None this is IS NULL: nobody's.
            PasskeyChallenge.account_id == account_id,
            PasskeyChallenge.expires_at > now(),
        )
        .returning(PasskeyChallenge.user_handle)
    ).one_or_none()
    return _Asked(row.user_handle) if row else None


def _is_of(passkey: Passkey, answer: Answer, account_id: UUID | None) -> bool:
    """Whoever signs in without saying who they are is told by the handle (WebAuthn 7.2, step 6)."""
    if account_id is not None and answer.user_handle is None:
        return passkey.account_id == account_id
    return passkey.user_handle == answer.user_handle and account_id in {None, passkey.account_id}


def _too_many() -> TooMany:
    return TooMany(f"There are {MOST_PASSKEYS} passkeys. Remove one that is not used any more.")
