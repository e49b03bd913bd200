"""Mail that nobody asked for: an address without an account gets one a year, whoever sends it.

Whose turn it is, is settled when a mail is queued, and read when it goes out: so what an organiser
is told does not depend on it.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from firsthand.db import insert_new, now
from firsthand.organising.models import UnaskedMail

UNASKED_EVERY = timedelta(days=365)


def take_turns(session: Session, letters: Mapping[str, str]) -> None:
    """For each address (``anywhere_hash``) its letter has the turn, unless another has it."""
    moment = now()
    session.execute(
        delete(UnaskedMail).where(
            UnaskedMail.address_hash.in_(letters), UnaskedMail.created_at < moment - UNASKED_EVERY
        )
    )
    rows = [
        {"address_hash": address, "letter": letter, "created_at": moment}
        for address, letter in sorted(letters.items())
    ]
    insert_new(session, UnaskedMail, rows)


def has_turn(session: Session, address: str, letter: str) -> bool:
    found = session.get(UnaskedMail, address)
    return found is None or found.letter == letter
