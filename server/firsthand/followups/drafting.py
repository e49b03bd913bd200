"""What the owner needs to write to somebody: the ways that are open, and a line to start from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.contacts.card_ties import CardTie
from firsthand.contacts.queries import Card, FullCard, card
from firsthand.followups.messages import TalkedOn, Way, first_line, ways_to_reach
from firsthand.followups.queries import FollowUpRow, follow_up_row
from firsthand.handles.keeping import handles_of
from firsthand.handles.networks import Network
from firsthand.meetings.queries import meetings
from firsthand.ties.kinds import TieKind

_TALK = {TieKind.MESSAGED, TieKind.REPLIED, TieKind.MENTIONED}


@dataclass(frozen=True, slots=True)
class Draft:
    """``promise`` is the follow-up that it is about, if it is about one."""

    to: Card
    promise: FollowUpRow | None
    words: str
    ways: Sequence[Way]


def draft_to(
    session: Session,
    owner_id: UUID,
    contact_id: UUID,
    today: date,
    follow_up_id: UUID | None = None,
    words: str = "",
) -> Draft:
    """``words`` of the owner's own take the place of the first line. Raises NotFound."""
    person = card(session, owner_id, contact_id)
    promise = follow_up_row(session, owner_id, follow_up_id) if follow_up_id else None
    return Draft(
        person.card,
        promise,
        words or _first_line(session, owner_id, person, promise, today),
        _ways(session, owner_id, person),
    )


def _first_line(
    session: Session, owner_id: UUID, person: FullCard, promise: FollowUpRow | None, today: date
) -> str:
    event_name, met_on = (promise.event_name, promise.met_on) if promise else (None, None)
    if met_on is None:
        for last in meetings(session, owner_id, contact_id=person.card.id, limit=1):
            event_name, met_on = last.event_name, last.day
    return first_line(
        "" if person.card.name.startswith("Unknown") else person.card.name,
        event_name=event_name,
        met_on=met_on,
        today=today,
        intent=promise.intent if promise else "",
    )


def _ways(session: Session, owner_id: UUID, person: FullCard) -> list[Way]:
    own: dict[str, str] = {}
    for handle in handles_of(session, owner_id):
        own.setdefault(handle.network, handle.name)
    talked = [
        TalkedOn(
            Network(tie.network),
            tie.name,
            tie.stable_id,
            max(
                (kind.last_at for kind in tie.kinds if kind.kind in _TALK and kind.last_at),
                default=None,
            ),
        )
        for tie in person.ties
    ]
    handles = [(handle.network, handle.name) for handle in person.card.handles]
    return ways_to_reach(handles, person.email, person.phone, talked, own)


def _last_talk(tie: CardTie) -> datetime | None:
    moments = (kind.last_at for kind in tie.kinds if kind.kind in _TALK)
    return max((moment for moment in moments if moment), default=None)
