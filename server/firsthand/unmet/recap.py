"""What became of an event: came knowing so many online, met some of them, and others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.events.models import Event
from firsthand.meetings.queries import MeetingRow, meetings
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
    faces = [
        Face(row.contact_name, row.stage, row.has_tie, True, 0.5)
        for row in list(met.values())[:_MOST_MET]
    ]
    faces += [
        Face(person.name, "online", True, False, score(person.strength, moment))
        for person in missed
    ]
    return Recap(event, known_here(session, viewer_id, event.id), list(met.values()), missed, faces)
