"""What became of an event: came knowing so many online, met some of them, and others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact, ContactAttendee
from firsthand.contacts.showing import card_company, join_person
from firsthand.db import AnySelect
from firsthand.events.models import Event
from firsthand.meetings.models import Meeting
from firsthand.meetings.queries import MeetingRow, meetings
from firsthand.ties.models import Match, Tie
from firsthand.ties.score import score
from firsthand.unmet.beside import Standing, beside
from firsthand.unmet.here import Known, event_here, known_here
from firsthand.unmet.picture import Beside, Face
from firsthand.unmet.queries import KnownPerson, unmet
from firsthand.unmet.reasons import UnmetFilter
from firsthand.unmet.seen import is_seen
from firsthand.unmet.sentence import Piece, sentence

# More would be a cloud of dots; the sentence still counts everybody.
_MOST_MET = 300
_MOST_UNMET = 60


@dataclass(frozen=True, slots=True)
class Recap:
    """``met``: the people met at this event, each once, the latest first.

    ``companies`` and ``tied_here`` are of root contacts: what the card says, and who of them is
    known online by a handle that they show at this event.
    """

    event: Event
    known: Known
    met: Sequence[MeetingRow]
    missed: Sequence[KnownPerson]
    companies: Mapping[UUID, str]
    tied_here: frozenset[UUID]
    faces: Sequence[Face]
    links: Sequence[Beside]

    @property
    def met_known(self) -> int:
        # A tie may have been brought after the meeting, and not be on the card yet.
        return sum(row.has_tie or row.contact_id in self.tied_here for row in self.met)

    @property
    def met_new(self) -> int:
        return len(self.met) - self.met_known

    @property
    def came_knowing(self) -> int:
        """Everybody here whom the viewer can see and knows, and those met who show it no more."""
        hidden = sum(row.has_tie and row.contact_id not in self.tied_here for row in self.met)
        return self.known.all + hidden

    @property
    def sentence(self) -> list[Piece]:
        return sentence(self.came_knowing, self.met_known, self.met_new, many=self.known.many)


def recap(session: Session, viewer_id: UUID, slug: str, moment: datetime) -> Recap:
    """Raises NotFound."""
    event = event_here(session, viewer_id, slug)
    met = _met_here(session, viewer_id, event.slug)
    missed = unmet(session, viewer_id, event.id, UnmetFilter(), _MOST_UNMET)
    strength_of = _strengths(session, viewer_id, event.id)
    companies = _companies(session, viewer_id, event.id)
    shown = met[:_MOST_MET]
    return Recap(
        event=event,
        known=known_here(session, viewer_id, event.id),
        met=met,
        missed=missed,
        companies=companies,
        tied_here=frozenset(strength_of),
        faces=[
            *(_met_face(row, strength_of, moment) for row in shown),
            *(_missed_face(person, score(person.strength, moment)) for person in missed),
        ],
        links=beside(
            [
                *(_standing(row, companies.get(row.contact_id, "")) for row in shown),
                *(Standing(str(each.attendee), None, each.company) for each in missed),
            ]
        ),
    )


def _met_here(session: Session, viewer_id: UUID, slug: str) -> list[MeetingRow]:
    met: dict[UUID, MeetingRow] = {}
    after = None
    while rows := meetings(session, viewer_id, event=slug, limit=500, after=after):
        for row in rows:
            met.setdefault(row.contact_id, row)
        after = (rows[-1].met_at, rows[-1].id)
    return list(met.values())


def _met_face(row: MeetingRow, strength_of: Mapping[UUID, float], moment: datetime) -> Face:
    root = row.contact_id
    tied = row.has_tie or root in strength_of
    strength = score(strength_of.get(root, 0), moment)
    return Face(str(root), row.contact_name, row.stage, tied, True, strength)


def _missed_face(person: KnownPerson, strength: float) -> Face:
    return Face(str(person.attendee), person.name, "online", True, False, strength)


def _standing(row: MeetingRow, company: str) -> Standing:
    return Standing(str(row.contact_id), row.met_at, company)


def _strengths(session: Session, viewer_id: UUID, event_id: UUID) -> dict[UUID, float]:
    """The strongest tie with each of the viewer's people here, as far as these share the handle."""
    strengths: dict[UUID, float] = {}
    for part in _strongest_ties():
        for contact_id, strength in session.execute(part, {"viewer": viewer_id, "event": event_id}):
            strengths[contact_id] = max(strength, strengths.get(contact_id, strength))
    return strengths


def _companies(session: Session, viewer_id: UUID, event_id: UUID) -> dict[UUID, str]:
    rows = session.execute(_companies_met(), {"viewer": viewer_id, "event": event_id})
    return {contact_id: company for contact_id, company in rows if company}


# To put these statements together takes longer than to run them, so they are made once.


@cache
def _strongest_ties() -> tuple[AnySelect, ...]:
    """By the attendee on the card, by its account, and by the tie put on it."""
    viewer_id = bindparam("viewer", type_=Match.owner_id.type)
    card = aliased(Contact)
    ties = (
        select(card.root_id, func.max(Match.strength))
        .select_from(Match)
        .where(Match.owner_id == viewer_id, Match.event_id == bindparam("event"), is_seen(False))
        .group_by(card.root_id)
    )
    by_attendee = ties.join(
        ContactAttendee,
        and_(
            ContactAttendee.owner_id == viewer_id,
            ContactAttendee.attendee_id == Match.attendee_id,
        ),
    ).join(card, and_(card.owner_id == viewer_id, card.id == ContactAttendee.contact_id))
    by_account = ties.join(Attendee, Attendee.id == Match.attendee_id).join(
        card, and_(card.owner_id == viewer_id, card.account_id == Attendee.account_id)
    )
    by_tie = ties.join(Tie, and_(Tie.owner_id == viewer_id, Tie.id == Match.tie_id)).join(
        card, and_(card.owner_id == viewer_id, card.id == Tie.contact_id)
    )
    return by_attendee, by_account, by_tie


@cache
def _companies_met() -> AnySelect:
    viewer_id = bindparam("viewer", type_=Meeting.owner_id.type)
    root = aliased(Contact)
    stmt = (
        select(root.id, card_company(root))
        .select_from(Meeting)
        .join(Contact, and_(Contact.owner_id == viewer_id, Contact.id == Meeting.contact_id))
        .join(root, and_(root.owner_id == viewer_id, root.id == Contact.root_id))
    )
    return (
        join_person(stmt, root, viewer_id)
        .where(
            Meeting.owner_id == viewer_id,
            Meeting.event_id == bindparam("event"),
            Meeting.gone_at.is_(None),
        )
        .distinct()
    )
