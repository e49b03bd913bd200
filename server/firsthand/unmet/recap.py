"""What became of an event: came knowing so many online, met some of them, and others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, handle_shown
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.db import AnySelect
from firsthand.events.models import Event
from firsthand.handles.models import Handle
from firsthand.meetings.queries import MeetingRow, meetings
from firsthand.ties.models import Match
from firsthand.ties.score import score
from firsthand.unmet.here import Known, event_here, known_here
from firsthand.unmet.picture import Face
from firsthand.unmet.queries import KnownPerson, unmet
from firsthand.unmet.reasons import UnmetFilter

# More would be a cloud of dots; the sentence still counts everybody.
_MOST_MET = 120
_MOST_UNMET = 40


@dataclass(frozen=True, slots=True)
class Recap:
    """``met``: the people met at this event, each once, the latest first."""

    event: Event
    known: Known
    met: Sequence[MeetingRow]
    missed: Sequence[KnownPerson]
    faces: Sequence[Face]

    @property
    def met_known(self) -> int:
        return sum(row.has_tie for row in self.met)

    @property
    def met_new(self) -> int:
        return len(self.met) - self.met_known

    @property
    def came_knowing(self) -> int:
        # Somebody met may since have left the list that the viewer can browse.
        return self.known.unmet + max(self.known.met, self.met_known)


def recap(session: Session, viewer_id: UUID, slug: str, moment: datetime) -> Recap:
    """Raises NotFound."""
    event = event_here(session, viewer_id, slug)
    met: dict[UUID, MeetingRow] = {}
    after = None
    while rows := meetings(session, viewer_id, event=event.slug, limit=500, after=after):
        for row in rows:
            met.setdefault(row.contact_id, row)
        after = (rows[-1].met_at, rows[-1].id)
    missed = unmet(session, viewer_id, event.id, UnmetFilter(), _MOST_UNMET)
    strength_of = _strengths(session, viewer_id, event.id)
    faces = [
        Face(
            row.contact_name,
            row.stage,
            row.has_tie,
            True,
            score(strength_of.get(row.contact_id, 0), moment),
        )
        for row in list(met.values())[:_MOST_MET]
    ]
    faces += [
        Face(person.name, "online", True, False, score(person.strength, moment))
        for person in missed
    ]
    return Recap(event, known_here(session, viewer_id, event.id), list(met.values()), missed, faces)


def _strengths(session: Session, viewer_id: UUID, event_id: UUID) -> dict[UUID, float]:
    """The strongest tie with each of the viewer's people here, as far as these share the handle."""
    strengths: dict[UUID, float] = {}
    for half in _strongest_ties():
        for contact_id, strength in session.execute(half, {"viewer": viewer_id, "event": event_id}):
            strengths[contact_id] = max(strength, strengths.get(contact_id, strength))
    return strengths


# To put these statements together takes longer than to run them, so they are made once.
@cache
def _strongest_ties() -> tuple[AnySelect, AnySelect]:
    viewer_id = bindparam("viewer", type_=Match.owner_id.type)
    card = aliased(Contact)
    ties = (
        select(card.root_id, func.max(Match.strength))
        .select_from(Match)
        .join(Attendee, Attendee.id == Match.attendee_id)
        .join(Handle, Handle.id == Match.handle_id)
        .where(
            Match.owner_id == viewer_id,
            Match.event_id == bindparam("event"),
            Attendee.listed.is_(True),
            handle_shown(Handle, TO_BROWSERS),
        )
        .group_by(card.root_id)
    )
    by_attendee = ties.join(
        ContactAttendee,
        and_(
            ContactAttendee.owner_id == viewer_id,
            ContactAttendee.attendee_id == Attendee.id,
        ),
    ).join(card, and_(card.owner_id == viewer_id, card.id == ContactAttendee.contact_id))
    by_account = ties.join(
        card, and_(card.owner_id == viewer_id, card.account_id == Attendee.account_id)
    )
    return by_attendee, by_account
