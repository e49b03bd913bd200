"""What the owner writes about, as their done imports say it."""

from functools import cache
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from firsthand.db import AnySelect
from firsthand.ties.interest_words import MOST_INTERESTS
from firsthand.ties.models import Import, ImportState, Interest


def interests_of(session: Session, owner_id: UUID) -> dict[str, int]:
    """Tags with how many posts have them. Archives contain each other: the highest count."""
    rows = session.execute(_interests_of(), {"owner": owner_id})
    return {tag: count for tag, count in rows}  # noqa: C416  # rows are no pairs to a type checker


# To put this statement together takes longer than to run it.
@cache
def _interests_of() -> AnySelect:
    most = func.max(Interest.count)
    return (
        select(Interest.tag, most)
        .join(Import, and_(Import.owner_id == Interest.owner_id, Import.id == Interest.import_id))
        .where(Interest.owner_id == bindparam("owner"), Import.state == ImportState.DONE)
        .group_by(Interest.tag)
        .order_by(most.desc(), Interest.tag)
        .limit(MOST_INTERESTS)
    )
