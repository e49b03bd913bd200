"""Who is asking, remembered for a second: a phone uploading its queue asks again and again."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from firsthand.accounts.sessions import is_seen_again, note_seen, viewer_of_session
from firsthand.accounts.signing_in import Viewer, hash_token
from firsthand.accounts.tokens import TOKEN_PREFIX, viewer_of_token
from firsthand.db import Database, DatabaseUnavailable, now

# A revocation made by another replica or by the command line holds after this long.
_SECONDS = 1.0
_MOST = 10_000
_LONGEST_TOKEN = 200


class Viewers:
    """Viewers by the secret they carry.

    What is signed out in this process is forgotten at once; an answer that was being read at that
    moment is not remembered.
    """

    def __init__(self, db: Database, organises: Callable[[Session, UUID], bool]) -> None:
        self._db = db
        self._organises = organises
        # To forget is to take another one: what is put into the old one is lost.
        self._known: dict[str, tuple[float, Viewer]] = {}

    async def with_secret(self, secret: str) -> Viewer | None:
        """The viewer of an API token or of a session's cookie; None if it opens nothing."""
        if not secret or len(secret) > _LONGEST_TOKEN:
            return None
        key = hash_token(secret)
        remembered = self._known
        known = remembered.get(key)
        if known and known[0] > time.monotonic():
            return known[1]
        viewer = await self._db.read(self._find, secret)
        if viewer is None:
            return None
        if len(remembered) >= _MOST:
            remembered.clear()
        remembered[key] = (time.monotonic() + _SECONDS, viewer)
        if is_seen_again(viewer, now()):
            await self._note_seen(secret)
        return viewer

    async def _note_seen(self, secret: str) -> None:
        # A database that takes no writes just now must not keep anybody from reading.
        with contextlib.suppress(DatabaseUnavailable, DatabaseError):
            await self._db.write(note_seen, secret)

    def _find(self, session: Session, secret: str) -> Viewer | None:
        if secret.startswith(TOKEN_PREFIX):
            return viewer_of_token(session, secret)
        viewer = viewer_of_session(session, secret)
        if viewer is None:
            return None
        return replace(viewer, organises=self._organises(session, viewer.account_id))

    def forget_everybody(self) -> None:
        """Call after whatever changes many accounts at once."""
        self._known = {}

    def forget(self, account_id: UUID) -> None:
        """Call after whatever changes what this account's secrets open, or its name."""
        self._known = {
            key: known for key, known in self._known.items() if known[1].account_id != account_id
        }
