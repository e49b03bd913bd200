"""Which attendee wears a badge."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import String, Uuid, select
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import blocked_pairs
from firsthand.attendees.models import Attendee
from firsthand.attendees.places import EventPlace
from firsthand.badges.models import Badge
from firsthand.db import table_of
from firsthand.events.models import Event
from firsthand.prepared import Prepared


@dataclass(frozen=True, slots=True)
class FoundBadge:
    """A badge in force: who wears it, where."""

    attendee_id: UUID
    account_id: UUID | None
    event: EventPlace


BadgeKey = str | tuple[UUID, str]

_BADGE, _ATTENDEE, _EVENT = table_of(Badge).c, table_of(Attendee).c, table_of(Event).c
_IN_FORCE = (
    select(
        _BADGE.token,
        _BADGE.short_code,
        _BADGE.attendee_id,
        _ATTENDEE.account_id,
        _EVENT.id,
        _EVENT.slug,
        _EVENT.name,
        _EVENT.starts,
        _EVENT.ends,
        _EVENT.timezone,
    )
    .join_from(table_of(Badge), table_of(Attendee), _ATTENDEE.id == _BADGE.attendee_id)
    .join(table_of(Event), _EVENT.id == _BADGE.event_id)
    .where(_BADGE.revoked_at.is_(None))
)
_BY_TOKEN = Prepared(
    lambda given: _IN_FORCE.join(given, given.c.token == _BADGE.token), token=String()
)
_BY_SHORT_CODE = Prepared(
    lambda given: _IN_FORCE.join(
        given,
        (given.c.event_id == _BADGE.event_id) & (given.c.short_code == _BADGE.short_code),
    ),
    event_id=Uuid(),
    short_code=String(),
)


# A claim changes a unique key, and waits for this.
_UNCLAIMED = Prepared(
    lambda given: (
        select(_ATTENDEE.id)
        .join_from(given, table_of(Attendee), _ATTENDEE.id == given.c.id)
        .where(_ATTENDEE.account_id.is_(None))
        .with_for_update(read=True, key_share=True, of=table_of(Attendee))
    ),
    id=Uuid(),
)


def find_badges(
    session: Session, tokens: Collection[str], short_codes: Collection[tuple[UUID, str]]
) -> dict[BadgeKey, FoundBadge]:
    """Badges by token and by (event, short code); unknown and revoked ones are both absent."""
    found: dict[BadgeKey, FoundBadge] = {}
    rows = _BY_TOKEN.rows(session, [(token,) for token in tokens])
    rows += _BY_SHORT_CODE.rows(session, list(short_codes))
    for token, short_code, attendee_id, account_id, *place in rows:
        badge = FoundBadge(attendee_id, account_id, EventPlace(*place))
        found[token] = badge
        found[badge.event.id, short_code] = badge
    return found


def hold_unclaimed(session: Session, attendee_ids: Collection[UUID]) -> set[UUID]:
    """Those of these places that nobody has claimed, nor will before the transaction ends."""
    return {row[0] for row in _UNCLAIMED.rows(session, [(each,) for each in attendee_ids])}


# No badge has it: what cannot be a token is looked for all the same, so that it takes as long.
NOWHERE = ""


def badge_for(session: Session, viewer_id: UUID | None, token: str) -> FoundBadge | None:
    """The badge in force with this token, unless its wearer and the viewer never see each other.

    ``viewer_id``: None for who is signed out; ``token``: NOWHERE for what can be none. The
    database is asked the same for every token: neither an answer nor its time tells what kind of
    nothing was found.
    """
    badge = find_badges(session, [token], []).get(token)
    if viewer_id is None:
        return badge
    wearer = badge.account_id if badge else None
    return None if blocked_pairs(session, [(viewer_id, wearer or viewer_id)]) else badge


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
    )
