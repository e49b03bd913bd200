"""The browsers that are signed in: started, seen, confirmed, ended."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, not_, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.browsers import browser_words
from firsthand.accounts.models import Account, SignInSession, number_of
from firsthand.accounts.signing_in import BrowserSession, Viewer, hash_token
from firsthand.db import now
from firsthand.problems import NotFound

SESSION_LASTS = timedelta(days=90)
SESSION_LASTS_UNSEEN = timedelta(days=30)
# To the hour is enough for people, and spares a write with each request.
_SEEN_AGAIN_AFTER = timedelta(hours=1)
_SECRET_BYTES = 32
_LONGEST_BROWSER = 200


def start_session(session: Session, account_id: UUID, browser: str) -> str:
    """Sign a browser in; returns the secret for its cookie."""
    token = secrets.token_urlsafe(_SECRET_BYTES)
    moment = now()
    session.execute(delete(SignInSession).where(not_(and_(*alive(moment)))))
    session.add(
        SignInSession(
            token_hash=hash_token(token),
            account_id=account_id,
            browser=browser[:_LONGEST_BROWSER],
            created_at=moment,
            expires_at=moment + SESSION_LASTS,
            last_seen_at=moment,
            fresh_at=moment,
        )
    )
    return token


def end_session(session: Session, token: str) -> None:
    ended = session.scalar(
        delete(SignInSession)
        .where(SignInSession.token_hash == hash_token(token))
        .returning(SignInSession.account_id)
    )
    if ended:
        note(session, ended, Act.SIGNED_OUT)


def take_session(session: Session, token: str) -> bool:
    """End this session for one that takes its place; False if it has ended already."""
    taken = session.scalar(
        delete(SignInSession)
        .where(
            SignInSession.token_hash == hash_token(token),
            *alive(now()),
        )
        .returning(SignInSession.token_hash)
    )
    return taken is not None


def end_session_numbered(session: Session, account_id: UUID, number: str) -> None:
    """Sign one browser out. Raises NotFound."""
    for each in sessions_of(session, account_id):
        if each.number == number:
            session.execute(
                delete(SignInSession).where(SignInSession.token_hash == each.token_hash)
            )
            note(session, account_id, Act.SIGNED_OUT, browser_words(each.browser))
            return
    raise NotFound


def end_sessions(session: Session, account_id: UUID) -> None:
    """Sign the account out of every browser."""
    note(session, account_id, Act.SESSIONS_ENDED)
    session.execute(delete(SignInSession).where(SignInSession.account_id == account_id))


def end_other_sessions(session: Session, viewer: Viewer) -> None:
    """Sign the account out of every browser but the viewer's."""
    account_id, this = viewer.account_id, viewer.session
    signed_in = sessions_of(session, account_id)
    others = [each for each in signed_in if this is None or each.number != this.number]
    session.execute(
        delete(SignInSession).where(
            SignInSession.token_hash.in_([each.token_hash for each in others])
        )
    )
    for each in others:
        note(session, account_id, Act.SIGNED_OUT, browser_words(each.browser))


def sessions_of(session: Session, account_id: UUID) -> Sequence[SignInSession]:
    """The browsers that are signed in, the newest first."""
    return session.scalars(
        select(SignInSession)
        .where(SignInSession.account_id == account_id, *alive(now()))
        .order_by(SignInSession.created_at.desc(), SignInSession.token_hash)
    ).all()


def viewer_of_session(session: Session, token: str) -> Viewer | None:
    token_hash = hash_token(token)
    row = session.execute(
        select(
            Account.id,
            Account.name,
            Account.email,
            SignInSession.fresh_at,
            SignInSession.last_seen_at,
        )
        .join(SignInSession, SignInSession.account_id == Account.id)
        .where(SignInSession.token_hash == token_hash, *alive(now()))
    ).one_or_none()
    if row is None:
        return None
    number = number_of(token_hash)
    browser = BrowserSession(number, row.fresh_at, row.last_seen_at)
    return Viewer(row.id, row.name, row.email, session=browser)


def is_seen_again(viewer: Viewer, moment: datetime) -> bool:
    """Whether it is time to note that the viewer's browser was here."""
    browser = viewer.session
    return browser is not None and moment - browser.last_seen_at > _SEEN_AGAIN_AFTER


def note_seen(session: Session, token: str) -> None:
    """The browser was here. Many requests at once write once."""
    moment = now()
    session.execute(
        update(SignInSession)
        .where(
            SignInSession.token_hash == hash_token(token),
            SignInSession.last_seen_at < moment - _SEEN_AGAIN_AFTER,
        )
        .values(last_seen_at=moment)
    )


def alive(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInSession.expires_at > moment,
        SignInSession.last_seen_at > moment - SESSION_LASTS_UNSEEN,
    )
