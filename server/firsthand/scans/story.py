"""Everything between the owner and one contact, for the contact's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.contacts.queries import FullCard, card, touchpoints_of_card
from firsthand.contacts.timeline import (
    MetOn,
    Moment,
    kept_promise,
    meeting_moments,
    newest_first,
    tie_moments,
    touch_moment,
)
from firsthand.followups.choices import own_intents
from firsthand.followups.intents import intent_label
from firsthand.followups.models import State
from firsthand.followups.queries import FollowUpRow, follow_ups
from firsthand.meetings.models import Origin
from firsthand.meetings.queries import meetings
from firsthand.scans.queries import WholeMeeting, interests_with, shared_with, whole_meetings
from firsthand.scans.shared_online import SharedOnline

# Nobody meets more often; a page of everything must end somewhere.
_MOST = 200


@dataclass(frozen=True, slots=True)
class Story:
    """``promises`` are the open and snoozed follow-ups, the earliest first.

    ``own_intents``: the owner's, and what was said of this person's meetings before.
    """

    person: FullCard
    shared: Sequence[SharedOnline]
    interests: str
    meetings: Sequence[WholeMeeting]
    promises: Sequence[FollowUpRow]
    own_intents: Sequence[str]
    moments: Sequence[Moment]


def story_of(session: Session, owner_id: UUID, contact_id: UUID) -> Story:
    """Raises NotFound."""
    person = card(session, owner_id, contact_id)
    root_id = person.card.id
    rows = meetings(session, owner_id, contact_id=root_id, limit=_MOST)
    whole = whole_meetings(session, owner_id, rows)
    promised = follow_ups(session, owner_id, contact_id=root_id, limit=_MOST)
    return Story(
        person=person,
        shared=shared_with(session, owner_id, person),
        interests=interests_with(session, owner_id, person),
        meetings=whole,
        promises=[row for row in promised if row.state in {State.OPEN, State.SNOOZED}],
        own_intents=own_intents(session, owner_id, *(meeting.intents for meeting in whole)),
        moments=newest_first(
            meeting_moments(_met_on(meeting) for meeting in whole),
            (
                touch_moment(touch.kind, touch.at, touch.note)
                for touch in touchpoints_of_card(session, owner_id, root_id)
            ),
            (
                kept_promise(intent_label(row.intent), row.text, row.done_at, row.event)
                for row in promised
                if row.state == State.DONE and row.done_at
            ),
            *(tie_moments(tie.network, tie.kinds) for tie in person.ties),
        ),
    )


def _met_on(meeting: WholeMeeting) -> MetOn:
    row = meeting.row
    return MetOn(
        at=row.met_at,
        day=row.day,
        event=row.event,
        event_name=row.event_name,
        zone=row.timezone or "",
        note=meeting.note,
        known_before=row.origin == Origin.KNOWN_BEFORE and not meeting.scans,
    )
