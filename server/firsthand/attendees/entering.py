"""Signing in: the session and the places that the proven address claims, in one write."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.passkeys import Ceremony, redeem_passkey
from firsthand.accounts.recovery import Recovered, redeem_recovery_code
from firsthand.accounts.sessions import end_session, start_session, take_session
from firsthand.accounts.signing_in import Asker, Viewer, asked_address, redeem_code, redeem_link
from firsthand.attendees.membership import claim_by_email
from firsthand.events.staff import take_up_roles


@dataclass(frozen=True, slots=True)
class Device:
    """The browser that signs in: what it says it is, and the session that it had until now."""

    user_agent: str = ""
    old_session: str | None = None


def enter_with_code(
    session: Session, browser: str, typed: str, secret_keys: Sequence[str], device: Device
) -> str | None:
    """The new session's secret; None for a wrong code, whose try counts once this is committed."""
    account_id = redeem_code(session, browser, typed, secret_keys)
    return enter(session, account_id, device, "a code by e-mail") if account_id else None


def enter_with_link(session: Session, token: str, device: Device) -> str | None:
    """The new session's secret; None for a link that is unknown, used or too old."""
    account_id = redeem_link(session, token)
    return enter(session, account_id, device, "a link") if account_id else None


def enter_with_passkey(
    session: Session, ceremony: Ceremony, answer: str, device: Device
) -> str | None:
    """The new session's secret; None for an answer that proves nothing, whose challenge is used up
    once this is committed.
    """
    account_id = redeem_passkey(session, ceremony, answer)
    return enter(session, account_id, device, "a passkey") if account_id else None


def enter_with_recovery_code(
    session: Session, email: str, typed: str, secret_key: str, asker: Asker, device: Device
) -> tuple[str, Recovered] | None:
    """The new session's secret, and whose; None for a wrong code, whose try counts once this is
    committed. Raises Invalid.
    """
    recovered = redeem_recovery_code(session, email, typed, secret_key, asker)
    if recovered is None:
        return None
    return enter(session, recovered.account_id, device, "a recovery code"), recovered


def confirm_with_code(
    session: Session,
    viewer: Viewer,
    browser: str,
    typed: str,
    secret_keys: Sequence[str],
    device: Device,
) -> str | None:
    """As ``enter_with_code``, for whoever is signed in and shows that it is still them."""
    if asked_address(session, browser) != viewer.email:
        return None
    account_id = redeem_code(session, browser, typed, secret_keys)
    return _enter_again(session, viewer, device) if account_id == viewer.account_id else None


def confirm_with_passkey(
    session: Session, viewer: Viewer, ceremony: Ceremony, answer: str, device: Device
) -> str | None:
    """As ``enter_with_passkey``, for whoever is signed in and shows that it is still them."""
    account_id = redeem_passkey(session, ceremony, answer, viewer.account_id)
    return _enter_again(session, viewer, device) if account_id else None


def _enter_again(session: Session, viewer: Viewer, device: Device) -> str | None:
    """A session that was ended meanwhile, elsewhere, stays ended."""
    old = device.old_session
    if old is None or not take_session(session, old):
        return None
    return start_session(session, viewer.account_id, device.user_agent)


def enter(session: Session, account_id: UUID, device: Device, by: str) -> str:
    """Start a session in place of the one that the browser had; returns its secret."""
    if device.old_session:
        end_session(session, device.old_session)
    claim_by_email(session, account_id)
    take_up_roles(session, account_id)
    note(session, account_id, Act.SIGNED_IN, f"By {by}")
    return start_session(session, account_id, device.user_agent)
