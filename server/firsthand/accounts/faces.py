"""The picture that somebody uploads of themselves."""

import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, done_lately, note
from firsthand.accounts.face_drawing import LARGEST_FILE, REFUSED, UNREADABLE
from firsthand.accounts.models import Account, Face
from firsthand.accounts.profile import account
from firsthand.db import lock_owners, now
from firsthand.problems import Invalid, TooLarge, TooMany

TOO_LARGE = f"A picture may have at most {LARGEST_FILE // 1_000_000} MB."
_SECONDS = 30
FACES_AN_HOUR = 20
_ENOUGH = f"You have sent {FACES_AN_HOUR} pictures within an hour. Try again later."
# Each takes a processor for itself: more at a time would make the scans wait. Threads of their own:
# what waits here keeps nothing else waiting.
DRAWING = ThreadPoolExecutor(2, thread_name_prefix="face")


def draw_face(sent: bytes) -> bytes:
    """The small picture, made in a child process. Raises Invalid, TooLarge."""
    if len(sent) > LARGEST_FILE:
        raise TooLarge(TOO_LARGE, {"face": TOO_LARGE})
    command = [sys.executable, "-m", "firsthand.accounts.face_drawing"]
    try:
        done = subprocess.run(  # noqa: S603  # nosec B603  # our own module; the picture comes by its input
            command, input=sent, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Invalid(UNREADABLE, {"face": UNREADABLE}) from None
    if done.returncode == 0 and done.stdout:
        return done.stdout
    said = done.stdout.decode(errors="replace").strip() if done.returncode == REFUSED else ""
    raise Invalid(said or UNREADABLE, {"face": said or UNREADABLE})


def count_face(session: Session, owner_id: UUID) -> None:
    """One more picture, whether or not it can be drawn. Raises TooMany."""
    lock_owners(session, [owner_id])
    if done_lately(session, owner_id, Act.FACE_SENT, timedelta(hours=1)) >= FACES_AN_HOUR:
        raise TooMany(_ENOUGH, {"face": _ENOUGH})
    note(session, owner_id, Act.FACE_SENT)


def keep_face(session: Session, owner_id: UUID, picture: bytes) -> Account:
    """In place of the one that was there; under another address. Raises NotFound."""
    mine = account(session, owner_id)
    mine.face = secrets.token_hex(16)
    face = session.get(Face, owner_id)
    if face is None:
        face = Face(owner_id=owner_id, mark=mine.face, picture=picture)
        session.add(face)
    face.mark, face.picture, face.created_at = mine.face, picture, now()
    return mine


def remove_face(session: Session, owner_id: UUID) -> None:
    """Initials again. Raises NotFound for an account that is gone."""
    account(session, owner_id).face = ""
    session.execute(delete(Face).where(Face.owner_id == owner_id))
