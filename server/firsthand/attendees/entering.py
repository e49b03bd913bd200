"""Signing in: the session and the places that the proven address claims, in one write."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.accounts.signing_in import end_session, redeem_code, redeem_link, start_session
from firsthand.attendees.membership import claim_by_email


@dataclass(frozen=True, slots=True)
class Device:
    """The browser that signs in: what it says it is, and the session that it had until now."""

    user_agent: str = ""
    old_session: str | None = None


def enter_with_code(
    session: Session, browser: str, typed: str, secret_key: str, device: Device
) -> str | None:
    """The new session's secret; None for a wrong code, whose try counts once this is committed."""
    account_id = redeem_code(session, browser, typed, secret_key)
    return enter(session, account_id, device) if account_id else None


def enter_with_link(session: Session, token: str, device: Device) -> str | None:
    """The new session's secret; None for a link that is unknown, used or too old."""
    account_id = redeem_link(session, token)
    return enter(session, account_id, device) if account_id else None


def enter(session: Session, account_id: UUID, device: Device) -> str:
    """Start a session in place of the one that the browser had; returns its secret."""
    if device.old_session:
        end_session(session, device.old_session)
    claim_by_email(session, account_id)
    return start_session(session, account_id, device.user_agent)
