"""Which attendee wears a badge."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.attendees.places import PLACE_COLUMNS, EventPlace
from firsthand.badges.models import Badge
from firsthand.events.models import Event


@dataclass(frozen=True, slots=True)
class FoundBadge:
    """A badge in force: who wears it, where."""

    attendee_id: UUID
    account_id: UUID | None
    event: EventPlace


BadgeKey = str | tuple[UUID, str]


def find_badges(
    session: Session, tokens: Collection[str], short_codes: Collection[tuple[UUID, str]]
) -> dict[BadgeKey, FoundBadge]:
    """Badges by token and by (event, short code); unknown and revoked ones are both absent."""
    if not tokens and not short_codes:
        return {}
    asked = []
    if tokens:
        asked.append(Badge.token.in_(tokens))
    if short_codes:
        asked.append(tuple_(Badge.event_id, Badge.short_code).in_(list(short_codes)))
    found: dict[BadgeKey, FoundBadge] = {}
    for token, short_code, attendee_id, account_id, *place in session.execute(
        select(
            Badge.token, Badge.short_code, Badge.attendee_id, Attendee.account_id, *PLACE_COLUMNS
        )
        .join(Attendee, Attendee.id == Badge.attendee_id)
        .join(Event, Event.id == Badge.event_id)
        .where(or_(*asked), Badge.revoked_at.is_(None))
    ):
        badge = FoundBadge(attendee_id, account_id, EventPlace(*place))
        found[token] = badge
        found[badge.event.id, short_code] = badge
    return found


def own_badge(session: Session, account_id: UUID, event_id: UUID) -> Badge | None:
    """The badge in force of this account at this event."""
    return session.scalar(
        select(Badge)
        .join(Attendee, Attendee.id == Badge.attendee_id)
        .where(
            Attendee.account_id == account_id,
            Badge.event_id == event_id,
            Badge.revoked_at.is_(None),
        )
        .order_by(Badge.id.desc())
        .limit(1)
    )
