"""Which contacts are one human: those under one root."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact
from firsthand.contacts.showing import OWNER
from firsthand.db import AnySelect
from firsthand.problems import NotFound


def root_of(session: Session, owner_id: UUID, contact_id: UUID) -> UUID:
    """Raises NotFound."""
    root_id: UUID | None = session.scalar(_root_of(), {"owner": owner_id, "contact": contact_id})
    if root_id is None:
        raise NotFound
    return root_id


def members_of(
    owner_id: UUID | BindParameter[Any], root_id: UUID | BindParameter[Any]
) -> AnySelect:
    """Every contact that is this human: the root and what was merged into it."""
    return select(Contact.id).where(Contact.owner_id == owner_id, Contact.root_id == root_id)


@cache
def _root_of() -> AnySelect:
    return select(Contact.root_id).where(
        Contact.owner_id == OWNER, Contact.id == bindparam("contact")
    )
