"""Who an identity elsewhere signs in, and how it comes to be linked with an account.

Never by an equal address alone: providers err, and addresses change hands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.models import Account
from firsthand.accounts.signing_in import account_of, hash_token
from firsthand.attendees.entering import Device, enter
from firsthand.db import lock_owners, new_id, now
from firsthand.handles.keeping import own_handle
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, ParsedHandle, parse_handle
from firsthand.problems import Conflict, NotAllowed, NotFound
from firsthand.proofs.proving import is_by_sign_in, prove_by_sign_in, withdraw_sign_in
from firsthand.sign_in_elsewhere.identity import Identity
from firsthand.sign_in_elsewhere.models import LinkedIdentity, OfferedLink
from firsthand.sign_in_elsewhere.providers import account_for_programs

OFFER_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Offer:
    """The address has an account already: its owner may link the identity once signed in."""

    email: str


def sign_in_with(session: Session, identity: Identity, browser: str, device: Device) -> str | Offer:
    """The new session's secret, or what is offered instead. Raises NotAllowed."""
    known = _linked(session, identity)
    if known is not None:
        _heed_name(session, known, identity)
        return enter(session, known.account_id, device, _label(identity))
    if not identity.email:
        raise NotAllowed(
            f"{identity.name or 'That account'} is linked with no account here yet. Sign in with "
            "a code by e-mail first, then link it under Me."
        )
    # A code for this address may be redeemed at the same moment.
    lock_owners(session, [uuid5(NAMESPACE_URL, identity.email)])
    owner = session.scalar(select(Account.id).where(Account.email == identity.email))
    if owner is not None:
        _offer(session, identity, owner, browser)
        return Offer(identity.email)
    account_id = account_of(session, identity.email)
    link(session, account_id, identity)
    return enter(session, account_id, device, _label(identity))


def link(session: Session, account_id: UUID, identity: Identity) -> str | None:
    """From now on the identity signs this account in; its handle is proven. What it is called;
    None where it was linked already. Raises Conflict.
    """
    lock_owners(session, [uuid5(NAMESPACE_URL, f"{identity.issuer} {identity.subject}")])
    known = _linked(session, identity)
    if known is not None and known.account_id != account_id:
        raise Conflict(
            f"{identity.name or 'That account'} signs another account in here. Unlink it there "
            "first."
        )
    handle_id = _prove(session, account_id, identity)
    if known is not None:
        known.name, known.handle_id = identity.name, handle_id
        return None
    session.add(
        LinkedIdentity(
            id=new_id(),
            account_id=account_id,
            provider=identity.provider,
            issuer=identity.issuer,
            subject=identity.subject,
            name=identity.name,
            handle_id=handle_id,
        )
    )
    note(session, account_id, Act.IDENTITY_LINKED, _label(identity))
    return _label(identity)


def _label(identity: Identity) -> str:
    return identity.provider.capitalize()


def unlink(session: Session, account_id: UUID, identity_id: UUID) -> str:
    """It signs nobody in any more; codes by e-mail always do. What it was called. Raises
    NotFound.
    """
    gone = session.execute(
        delete(LinkedIdentity)
        .where(LinkedIdentity.account_id == account_id, LinkedIdentity.id == identity_id)
        .returning(LinkedIdentity.handle_id, LinkedIdentity.provider)
    ).one_or_none()
    if gone is None:
        raise NotFound
    label: str = gone.provider.capitalize()
    note(session, account_id, Act.IDENTITY_UNLINKED, label)
    if gone.handle_id is not None:
        withdraw_sign_in(session, account_id, gone.handle_id)
    return label


def identities_of(session: Session, account_id: UUID) -> Sequence[LinkedIdentity]:
    """In the order linked."""
    return session.scalars(
        select(LinkedIdentity)
        .where(LinkedIdentity.account_id == account_id)
        .order_by(LinkedIdentity.id)
    ).all()


def offered(session: Session, account_id: UUID, browser: str) -> OfferedLink | None:
    """What this browser was offered, if it is this account's to accept."""
    return session.scalar(
        select(OfferedLink).where(
            OfferedLink.account_id == account_id,
            OfferedLink.browser_hash == hash_token(browser),
            OfferedLink.expires_at > now(),
        )
    )


def accept_offer(session: Session, account_id: UUID, browser: str) -> str | None:
    """As ``link``. Raises NotFound, Conflict."""
    offer = offered(session, account_id, browser)
    if offer is None:
        raise NotFound("This offer is too old. Sign in there once more.")
    identity = Identity(
        offer.provider,
        offer.issuer,
        offer.subject,
        offer.name,
        handle=_handle(offer.handle),
    )
    session.delete(offer)
    return link(session, account_id, identity)


def _linked(session: Session, identity: Identity) -> LinkedIdentity | None:
    return session.scalar(
        select(LinkedIdentity).where(
            LinkedIdentity.provider == identity.provider,
            LinkedIdentity.issuer == identity.issuer,
            LinkedIdentity.subject == identity.subject,
        )
    )


def _offer(session: Session, identity: Identity, owner: UUID, browser: str) -> None:
    moment = now()
    browser_hash = hash_token(browser)
    session.execute(
        delete(OfferedLink).where(
            (OfferedLink.expires_at < moment) | (OfferedLink.browser_hash == browser_hash)
        )
    )
    handle = identity.handle
    session.add(
        OfferedLink(
            browser_hash=browser_hash,
            account_id=owner,
            provider=identity.provider,
            issuer=identity.issuer,
            subject=identity.subject,
            name=identity.name,
            handle=f"{handle.network}:{handle.name}" if handle else "",
            expires_at=moment + OFFER_LASTS,
        )
    )


def _heed_name(session: Session, known: LinkedIdentity, identity: Identity) -> None:
    """Who is called otherwise there now has given the old name free to anybody."""
    known.name = identity.name
    if known.handle_id is None or identity.handle is None:
        return
    # What was withdrawn, or is proven otherwise, is left alone.
    if is_by_sign_in(session, known.account_id, known.handle_id):
        if session.get_one(Handle, known.handle_id).key != identity.handle.key:
            withdraw_sign_in(session, known.account_id, known.handle_id)
        known.handle_id = _prove(session, known.account_id, identity)


def _prove(session: Session, account_id: UUID, identity: Identity) -> UUID | None:
    if identity.handle is None:
        return None
    handle_id = own_handle(session, account_id, identity.handle)
    if handle_id is not None:
        is_github = identity.handle.network is Network.GITHUB
        stable_id = identity.subject if is_github else None
        told = account_for_programs(identity.handle.network, identity.issuer, identity.subject)
        prove_by_sign_in(session, account_id, handle_id, stable_id, told)
    return handle_id


def _handle(text: str) -> ParsedHandle | None:
    """As ``_offer`` wrote it down."""
    network, _, name = text.partition(":")
    try:
        return parse_handle(f"@{name}", Network(network))
    except (HandleProblem, ValueError):
        return None
