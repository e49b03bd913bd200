"""Ways there and back: each begun by a browser, and taken once, by the same."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from firsthand.accounts.signing_in import hash_token
from firsthand.db import now
from firsthand.problems import TooMany
from firsthand.sign_in_elsewhere.models import SignInElsewhere

WAY_LASTS = timedelta(minutes=10)
# Begun in these minutes and not come back: a venue's Wi-Fi is one address, but its people do.
_WAYS_A_PEER = 300
_STATE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Goal:
    """Where to and what for. ``account_id``: who is linking; nobody for signing in."""

    provider: str
    issuer: str
    next_path: str
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Starter:
    """``browser`` is the secret of its cookie, ``peer`` the network address."""

    browser: str
    peer: str = ""


def begin(session: Session, goal: Goal, starter: Starter, secret_key: str) -> str:
    """The state for the way there. Raises TooMany."""
    moment = now()
    session.execute(delete(SignInElsewhere).where(SignInElsewhere.expires_at < moment))
    peer = _keyed(starter.peer, secret_key) if starter.peer else ""
    on_their_way = select(func.count()).where(SignInElsewhere.peer_hash == peer)
    if peer and (session.scalar(on_their_way) or 0) >= _WAYS_A_PEER:
        raise TooMany("Too many sign-ins were begun from this network. Try again in ten minutes.")
    state = secrets.token_urlsafe(_STATE_BYTES)
    session.add(
        SignInElsewhere(
            state_hash=hash_token(state),
            browser_hash=hash_token(starter.browser),
            provider=goal.provider,
            issuer=goal.issuer,
            next_path=goal.next_path,
            account_id=goal.account_id,
            peer_hash=peer,
            expires_at=moment + WAY_LASTS,
        )
    )
    return state


def take(session: Session, state: str, browser: str) -> Goal | None:
    """What this browser began with this state; None if it did not, has taken it, or is too late.

    Another browser that brings the state takes nothing from the one that began it.
    """
    row = session.execute(
        delete(SignInElsewhere)
        .where(
            SignInElsewhere.state_hash == hash_token(state),
            SignInElsewhere.browser_hash == hash_token(browser),
            SignInElsewhere.expires_at > now(),
        )
        .returning(
            SignInElsewhere.provider,
            SignInElsewhere.issuer,
            SignInElsewhere.next_path,
            SignInElsewhere.account_id,
        )
    ).one_or_none()
    return Goal(*row) if row else None


def _keyed(peer: str, secret_key: str) -> str:
    return hmac.digest(secret_key.encode(), f"elsewhere-peer\0{peer}".encode(), "sha256").hex()
