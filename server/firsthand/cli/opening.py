"""The database as a command opens it, beside a running server or without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.addresses import read_email
from firsthand.accounts.models import Account
from firsthand.asked_from import COMMAND_LINE, asking
from firsthand.db import Database
from firsthand.migrations import is_current
from firsthand.outbox import Outbox
from firsthand.problems import NotFound
from firsthand.settings import SettingsProblem, read_database_url
from firsthand.settling import HANDLERS


@contextmanager
def opened() -> Iterator[Database]:
    """The database of the environment; what the command leaves in the outbox is done at the end."""
    url = read_database_url()
    if not is_current(url):
        raise SettingsProblem("The database is not up to date. Run: firsthand migrate")
    db = Database(url)
    outbox = Outbox(db, HANDLERS)
    db.settle = outbox.settle
    try:
        with asking(COMMAND_LINE):
            yield db
        outbox.settle_now()
    finally:
        db.close()


def account_id_of(session: Session, email: str) -> UUID:
    """Raises NotFound, Invalid."""
    account_id = session.scalar(select(Account.id).where(Account.email == read_email(email)))
    if account_id is None:
        raise NotFound(
            f"There is no account with the address {email}. "
            "Make it with: firsthand account add EMAIL --name NAME"
        )
    return account_id
