"""Who has blocked whom: the two never see each other, whoever of them asked for it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, CompoundSelect, Uuid, and_, or_, select, union
from sqlalchemy.orm import Session

from firsthand.db import insert_new, table_of
from firsthand.meetings.models import Block
from firsthand.prepared import Prepared

_BLOCK = table_of(Block).c
_BLOCKS = Prepared(
    lambda given: (
        select(given.c.one, given.c.other)
        .join_from(
            given,
            table_of(Block),
            or_(
                and_(_BLOCK.owner_id == given.c.one, _BLOCK.account_id == given.c.other),
                and_(_BLOCK.owner_id == given.c.other, _BLOCK.account_id == given.c.one),
            ),
        )
        .distinct()
    ),
    one=Uuid(),
    other=Uuid(),
)


def blocked_pairs(session: Session, pairs: Collection[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Those of these pairs of accounts with a block in either direction."""
    return {(one, other) for one, other in _BLOCKS.rows(session, list(pairs))}


def blocked_by_either(viewer_id: BindParameter[Any]) -> CompoundSelect[Any]:
    """The accounts that block the viewer or are blocked by the viewer, as a query."""
    return union(
        select(Block.account_id).where(Block.owner_id == viewer_id),
        select(Block.owner_id).where(Block.account_id == viewer_id),
    )


def block(session: Session, owner_id: UUID, account_id: UUID) -> None:
    insert_new(session, Block, [{"owner_id": owner_id, "account_id": account_id}])
