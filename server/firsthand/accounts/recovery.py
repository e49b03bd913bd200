"""Recovery codes: ten on paper, each of which signs in once when nothing else does."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.addresses import read_email
from firsthand.accounts.models import Account, RecoveryCode, RecoveryTries
from firsthand.accounts.signing_in import Asker, hash_token, keyed
from firsthand.db import insert_new, lock_owners, now

CODES = 10
# 32 letters, five bits each: 120 bits, so that a plain hash guards them (ASVS 5.0, 6.5.2).
# Crockford's base 32: https://www.crockford.com/base32.html
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 24, 4
_READ_AS = str.maketrans("OIL", "011")
_LONGEST_TYPED = 200
# Judged, not sent: further tries are answered as wrong ones are.
TRIES_AN_ACCOUNT = 5
TRIES_A_PEER = 100
TRIES_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Who has come back with a code, and how many are left."""

    account_id: UUID
    email: str
    left: int


def make_recovery_codes(session: Session, account_id: UUID) -> list[str]:
    """Ten fresh ones, to be shown this once; those of before end."""
    lock_owners(session, [account_id])
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(CODES)]
    moment = now()
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=hash_token(code), created_at=moment)
        for code in codes
    )
    note(session, account_id, Act.RECOVERY_CODES_MADE)
    return [readable(code) for code in codes]


def recovery_codes_left(session: Session, account_id: UUID) -> int:
    count = select(func.count()).where(RecoveryCode.account_id == account_id)
    return session.scalar(count) or 0


def redeem_recovery_code(
    session: Session, email: str, typed: str, secret_key: str, asker: Asker
) -> Recovered | None:
    """The account of this address, if the code is one of its; the code is used up then.

    None if it is not, if there is no such account, or after too many tries: the same for all. A
    wrong try must be counted even so: the caller raises only after the commit. Raises Invalid.
    """
    address = read_email(email)
    moment = now()
    # The count starts anew once nothing was judged for the whole time, so that no such stretch of
    # time, wherever it begins, has more tries in it.
    session.execute(delete(RecoveryTries).where(RecoveryTries.last_at < moment - TRIES_WITHIN))
    peer = keyed("recovery peer", asker.peer, secret_key)
    of_account = keyed("recovery", address, secret_key)
    # In this order always, so that no two wait for each other.
    if asker.peer and not _may_try(session, peer, TRIES_A_PEER):
        return None
    if not _may_try(session, of_account, TRIES_AN_ACCOUNT):
        return None
    whose = select(Account.id).where(Account.email == address).scalar_subquery()
    account_id = session.scalar(
        delete(RecoveryCode)
        .where(
            RecoveryCode.account_id == whose, RecoveryCode.code_hash == hash_token(normal(typed))
        )
        .returning(RecoveryCode.account_id)
        .execution_options(synchronize_session=False)
    )
    if account_id is None:
        return None
    session.execute(delete(RecoveryTries).where(RecoveryTries.of_hash == of_account))
    return Recovered(account_id, address, recovery_codes_left(session, account_id))


def _may_try(session: Session, of_hash: str, most: int) -> bool:
    """Count one try, in one statement; False where there were too many."""
    moment = now()
    insert_new(session, RecoveryTries, [{"of_hash": of_hash, "tries": 0, "last_at": moment}])
    counted = session.scalar(
        update(RecoveryTries)
        .where(RecoveryTries.of_hash == of_hash, RecoveryTries.tries < most)
        .values(tries=RecoveryTries.tries + 1, last_at=moment)
        .returning(RecoveryTries.tries)
        .execution_options(synchronize_session=False)
    )
    return counted is not None


def readable(code: str) -> str:
    """In groups, as on paper."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def normal(typed: str) -> str:
    """As it was made, however it was typed: O is 0, I and L are 1."""
    letters = "".join(typed[:_LONGEST_TYPED].upper().split()).replace("-", "")
    return letters.translate(_READ_AS)
