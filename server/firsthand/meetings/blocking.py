"""Who has blocked whom: the two never see each other, whoever of them asked for it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.db import insert_new
from firsthand.meetings.models import Block


def blocked_pairs(
    session: Session, some: Collection[UUID], others: Collection[UUID]
) -> set[tuple[UUID, UUID]]:
    """The pairs (one of ``some``, one of ``others``) with a block in either direction."""
    if not some or not others:
        return set()
    forward = session.execute(
        select(Block.owner_id, Block.account_id).where(
            Block.owner_id.in_(some), Block.account_id.in_(others)
        )
    )
    backward = session.execute(
        select(Block.account_id, Block.owner_id).where(
            Block.owner_id.in_(others), Block.account_id.in_(some)
        )
    )
    return {(one, other) for rows in (forward, backward) for one, other in rows}


def block(session: Session, owner_id: UUID, account_id: UUID) -> None:
    insert_new(session, Block, [{"owner_id": owner_id, "account_id": account_id}])
