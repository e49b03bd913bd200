"""Typed short codes can be guessed: after thirty misses an hour an account's are not judged."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firsthand.db import new_id, now
from firsthand.scans.models import MissedShortCode

MISSES_AN_HOUR = 30


class ShortCodeGuesses:
    """Counts misses of some accounts within one transaction."""

    def __init__(self, session: Session, account_ids: Collection[UUID]) -> None:
        self._session = session
        self._account_ids = account_ids
        self._missed: Counter[UUID] | None = None

    def exhausted(self, account_id: UUID) -> bool:
        return self._count()[account_id] >= MISSES_AN_HOUR

    def miss(self, account_id: UUID) -> None:
        self._count()[account_id] += 1
        self._session.add(MissedShortCode(id=new_id(), account_id=account_id))

    def _count(self) -> Counter[UUID]:
        if self._missed is None:
            rows = self._session.execute(
                select(MissedShortCode.account_id, func.count())
                .where(
                    MissedShortCode.account_id.in_(self._account_ids),
                    MissedShortCode.at > now() - timedelta(hours=1),
                )
                .group_by(MissedShortCode.account_id)
            )
            self._missed = Counter(dict(rows.all()))
        return self._missed
