"""Who has blocked whom: the two never see each other, whoever of them asked for it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    Uuid,
    and_,
    delete,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.models import Block
from firsthand.accounts.seeing import sees_anew
from firsthand.db import insert_new, table_of
from firsthand.prepared import Prepared
from firsthand.problems import NotFound

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


def blocked_by(owner_id: BindParameter[Any]) -> Select[Any]:
    """The accounts that the owner blocks, as a query; never who blocks the owner."""
    return select(Block.account_id).where(Block.owner_id == owner_id)


def never_see(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether one of these two accounts (columns) blocks the other.

    Scalar subqueries: for EXISTS, PostgreSQL would rather read all blocks than look one up.
    """
    return or_(_blocks(one, other), _blocks(other, one))


def _blocks(owner: Any, account: Any) -> ColumnElement[bool]:
    found = aliased(Block)
    return (
        select(found.account_id)
        .where(found.owner_id == owner, found.account_id == account)
        .correlate_except(found)
        .scalar_subquery()
        .is_not(None)
    )


def block(session: Session, owner_id: UUID, account_id: UUID, called: str = "") -> None:
    """``called``: by what name the owner knows them, to find them by when it is taken back."""
    insert_new(session, Block, [{"owner_id": owner_id, "account_id": account_id, "called": called}])
    _judge_both(session, owner_id, account_id)


def unblock(session: Session, owner_id: UUID, account_id: UUID) -> None:
    """Raises NotFound."""
    gone = session.scalar(
        delete(Block)
        .where(Block.owner_id == owner_id, Block.account_id == account_id)
        .returning(Block.account_id)
    )
    if gone is None:
        raise NotFound
    _judge_both(session, owner_id, account_id)


def _judge_both(session: Session, one: UUID, other: UUID) -> None:
    """What stood on their cards by what the other shows is gone, or there again."""
    sees_anew(session, one, other)
    sees_anew(session, other, one)


def blocks_of(session: Session, owner_id: UUID) -> Sequence[Block]:
    """Whom the owner has blocked, the latest first; never who has blocked the owner."""
    return session.scalars(
        select(Block)
        .where(Block.owner_id == owner_id)
        .order_by(Block.created_at.desc(), Block.account_id)
    ).all()
