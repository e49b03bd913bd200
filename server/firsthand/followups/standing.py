"""Where it stands with the owner's people: by stage, who is cooling, who went far quickly.

Every query names the owner. Nobody is compared with anybody else's people.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Integer, and_, bindparam, func, literal, select
from sqlalchemy.orm import Session, aliased

from firsthand.contacts.models import (
    MET_STAGES,
    Contact,
    ContactAttendee,
    Stage,
    Touchpoint,
)
from firsthand.contacts.showing import card_name, join_person
from firsthand.db import AnySelect
from firsthand.followups.due import due_words
from firsthand.followups.intents import intent_label
from firsthand.followups.journeys import Journey, Trail, journey, quickest
from firsthand.followups.models import FollowUp, State
from firsthand.meetings.models import Meeting
from firsthand.ties.models import Match, Tie, TieFact

SILENT = timedelta(weeks=3)
# Beyond this the page says "10,000+": to count a whole archive serves nobody.
MOST_COUNTED = 10_000
_FACES = 6
_SHOWN = 5
# Journeys are followed for those whom the owner was with last.
_LATEST = 100
_STAGES = (Stage.MET_AGAIN, Stage.FOLLOWED_UP, Stage.MET, Stage.SPOKEN, Stage.ONLINE)
# Journeys end here.
_FAR = (Stage.MET_AGAIN, Stage.FOLLOWED_UP)
_OPEN = (State.OPEN, State.SNOOZED)
_OWNER = bindparam("owner", type_=Contact.owner_id.type)


@dataclass(frozen=True, slots=True)
class Someone:
    """``why``: why they are named here; ``step``: the promise that comes next, or empty."""

    id: UUID
    name: str
    stage: str
    has_tie: bool
    last_at: datetime
    why: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class AtStage:
    """How many stand here, and the latest of them."""

    stage: str
    count: int
    faces: Sequence[Someone]


@dataclass(frozen=True, slots=True)
class Standing:
    """``late`` counts promises past their day, ``silent`` people met once and not heard of since.

    ``online_only`` counts ties with nobody's card, MOST_COUNTED at most.
    """

    stages: Sequence[AtStage]
    late: int
    overdue: Sequence[Someone]
    silent: int
    cooling: Sequence[Someone]
    quick: Sequence[Someone]
    online_only: int


def where_it_stands(session: Session, owner_id: UUID, today: date) -> Standing:
    cutoff = datetime(today.year, today.month, today.day, tzinfo=UTC) - SILENT
    counted = session.execute(_counts(), {"owner": owner_id})
    counts: dict[str, int] = {row[0]: row[1] for row in counted}
    overdue = _overdue(session, owner_id, today)
    cooling = _silent(session, owner_id, cutoff, {each.id for each in overdue})
    latest = {
        stage: _latest(session, owner_id, stage, _LATEST // 2 if stage in _FAR else _FACES)
        for stage in _STAGES
    }
    quick = _quick(session, owner_id, [each for stage in _FAR for each in latest[stage]])
    steps = _steps(session, owner_id, [each.id for each in (*cooling, *quick)])
    return Standing(
        stages=[AtStage(stage, counts.get(stage, 0), latest[stage][:_FACES]) for stage in _STAGES],
        late=session.scalar(_late(), {"owner": owner_id, "today": today}) or 0,
        overdue=overdue,
        silent=session.scalar(_count_silent(), {"owner": owner_id, "before": cutoff}) or 0,
        cooling=_with_steps(cooling, steps),
        quick=_with_steps(quick, steps),
        online_only=session.scalar(_online_only(), {"owner": owner_id}) or 0,
    )


def _overdue(session: Session, owner_id: UUID, today: date) -> list[Someone]:
    """The latest to pass their day first: those are the easiest to win back."""
    found: dict[UUID, Someone] = {}
    rows = session.execute(_late_ones(), {"owner": owner_id, "today": today, "most": _SHOWN * 4})
    for root, name, stage, tied, last_at, intent, text, due in rows:
        why = f"{_promise(intent, text)}, {due_words(due, today)[0]}"
        found.setdefault(root, Someone(root, name, stage, tied, last_at, why))
    return list(found.values())[:_SHOWN]


def _silent(
    session: Session, owner_id: UUID, cutoff: datetime, but: Iterable[UUID]
) -> list[Someone]:
    """Met once, nothing since; the latest first."""
    values = {"owner": owner_id, "before": cutoff, "most": _SHOWN * 2}
    others = set(but)
    rows = session.execute(_silent_ones(), values)
    return [each for each in (Someone(*row) for row in rows) if each.id not in others][:_SHOWN]


def _quick(session: Session, owner_id: UUID, people: Sequence[Someone]) -> list[Someone]:
    """Who of these got furthest in the fewest days."""
    trails = _trails(session, owner_id, [someone.id for someone in people])
    gone = ((someone, journey(trails[someone.id])) for someone in people)
    found = quickest(((someone, way) for someone, way in gone if way), _SHOWN)
    return [_gone(someone, way) for someone, way in found]


def _gone(someone: Someone, way: Journey) -> Someone:
    return Someone(
        someone.id, someone.name, someone.stage, someone.has_tie, someone.last_at, way.words
    )


def _trails(session: Session, owner_id: UUID, roots: Sequence[UUID]) -> Mapping[UUID, Trail]:
    """By root contact; of each person's cards together."""
    if not roots:
        return {}
    members = session.execute(_members(), {"owner": owner_id, "roots": roots})
    root_of: dict[UUID, UUID] = {row[0]: row[1] for row in members}
    values = {"owner": owner_id, "cards": list(root_of)}
    met: dict[UUID, dict[date, datetime]] = defaultdict(dict)
    for card, day, at in session.execute(_met_days(), values):
        days = met[root_of[card]]
        days[day] = min(at, days.get(day, at))
    done: dict[UUID, list[datetime]] = defaultdict(list)
    for stmt in (_done(), _touched()):
        for card, at in session.execute(stmt, values):
            done[root_of[card]].append(at)
    root_of_tie = {
        tie: root_of[card] for stmt in _ties() for tie, card in session.execute(stmt, values)
    }
    online: dict[UUID, datetime] = {}
    firsts = {"owner": owner_id, "ties": list(root_of_tie)}
    for tie, at in session.execute(_first_exchanges(), firsts) if root_of_tie else ():
        root = root_of_tie[tie]
        online[root] = min(at, online.get(root, at))
    return {root: Trail(online.get(root), list(met[root].values()), done[root]) for root in roots}


def _latest(session: Session, owner_id: UUID, stage: str, most: int) -> list[Someone]:
    values = {"owner": owner_id, "stage": stage, "most": most}
    return [Someone(*row) for row in session.execute(_at_stage(), values)]


def _steps(session: Session, owner_id: UUID, roots: Sequence[UUID]) -> dict[UUID, str]:
    """The earliest open promise of each."""
    steps: dict[UUID, str] = {}
    values = {"owner": owner_id, "roots": roots}
    for root, intent, text in session.execute(_promises(), values) if roots else ():
        steps.setdefault(root, _promise(intent, text))
    return steps


def _with_steps(people: Iterable[Someone], steps: Mapping[UUID, str]) -> list[Someone]:
    return [
        Someone(
            each.id,
            each.name,
            each.stage,
            each.has_tie,
            each.last_at,
            each.why,
            steps.get(each.id, ""),
        )
        for each in people
    ]


def _promise(intent: str, text: str) -> str:
    return intent_label(intent) + (f": {text}" if text else "")


# To put these statements together takes longer than to run them, so each is made once.


def _someone() -> AnySelect:
    """Columns of Someone, of the owner's root cards."""
    name = card_name()
    return join_person(
        select(Contact.id, name, Contact.stage, Contact.has_tie, Contact.last_at)
    ).where(Contact.owner_id == _OWNER, Contact.id == Contact.root_id)


@cache
def _counts() -> AnySelect:
    return (
        select(Contact.stage, func.count())
        .where(
            Contact.owner_id == _OWNER,
            Contact.stage.in_(_STAGES),
            Contact.id == Contact.root_id,
        )
        .group_by(Contact.stage)
    )


@cache
def _at_stage() -> AnySelect:
    return (
        _someone()
        .where(Contact.stage == bindparam("stage"))
        .order_by(Contact.last_at.desc(), Contact.id.desc())
        .limit(bindparam("most", type_=Integer()))
    )


@cache
def _silent_ones() -> AnySelect:
    return (
        _someone()
        .where(Contact.stage == Stage.MET, Contact.last_at < bindparam("before"))
        .order_by(Contact.last_at.desc(), Contact.id.desc())
        .limit(bindparam("most", type_=Integer()))
    )


@cache
def _count_silent() -> AnySelect:
    return select(func.count()).where(
        Contact.owner_id == _OWNER,
        Contact.stage == Stage.MET,
        Contact.last_at < bindparam("before"),
        Contact.id == Contact.root_id,
    )


@cache
def _late() -> AnySelect:
    return select(func.count()).where(
        FollowUp.owner_id == _OWNER,
        FollowUp.state.in_(_OPEN),
        FollowUp.due < bindparam("today"),
    )


@cache
def _late_ones() -> AnySelect:
    late = (
        select(FollowUp.id)
        .where(
            FollowUp.owner_id == _OWNER,
            FollowUp.state.in_(_OPEN),
            FollowUp.due < bindparam("today"),
        )
        .order_by(FollowUp.due.desc(), FollowUp.id.desc())
        .limit(bindparam("most", type_=Integer()))
        .subquery()
    )
    card = aliased(Contact)
    stmt = (
        select(
            Contact.id,
            card_name(),
            Contact.stage,
            Contact.has_tie,
            Contact.last_at,
            FollowUp.intent,
            FollowUp.text,
            FollowUp.due,
        )
        .select_from(FollowUp)
        .join(late, and_(FollowUp.owner_id == _OWNER, FollowUp.id == late.c.id))
        .join(card, and_(card.owner_id == _OWNER, card.id == FollowUp.contact_id))
        .join(Contact, and_(Contact.owner_id == _OWNER, Contact.id == card.root_id))
    )
    return (
        join_person(stmt)
        .where(Contact.stage.in_(MET_STAGES))
        .order_by(FollowUp.due.desc(), FollowUp.id.desc())
    )


@cache
def _promises() -> AnySelect:
    roots: BindParameter[Any] = bindparam("roots", expanding=True)
    members = select(Contact.id).where(Contact.owner_id == _OWNER, Contact.root_id.in_(roots))
    return (
        select(Contact.root_id, FollowUp.intent, FollowUp.text)
        .join(Contact, and_(Contact.owner_id == _OWNER, Contact.id == FollowUp.contact_id))
        .where(
            FollowUp.owner_id == _OWNER,
            FollowUp.contact_id.in_(members),
            FollowUp.state.in_(_OPEN),
        )
        .order_by(FollowUp.due, FollowUp.id)
    )


@cache
def _members() -> AnySelect:
    return select(Contact.id, Contact.root_id).where(
        Contact.owner_id == _OWNER, Contact.root_id.in_(bindparam("roots", expanding=True))
    )


@cache
def _met_days() -> AnySelect:
    return select(Meeting.contact_id, Meeting.day, Meeting.met_at).where(
        Meeting.owner_id == _OWNER,
        Meeting.contact_id.in_(bindparam("cards", expanding=True)),
        Meeting.gone_at.is_(None),
    )


@cache
def _done() -> AnySelect:
    return select(FollowUp.contact_id, FollowUp.done_at).where(
        FollowUp.owner_id == _OWNER,
        FollowUp.contact_id.in_(bindparam("cards", expanding=True)),
        FollowUp.state == State.DONE,
        FollowUp.done_at.is_not(None),
    )


@cache
def _touched() -> AnySelect:
    return select(Touchpoint.contact_id, Touchpoint.at).where(
        Touchpoint.owner_id == _OWNER,
        Touchpoint.contact_id.in_(bindparam("cards", expanding=True)),
    )


@cache
def _ties() -> tuple[AnySelect, AnySelect]:
    """Ties put on these cards, and those that match their places at events."""
    cards: BindParameter[Any] = bindparam("cards", expanding=True)
    on_card = select(Tie.id, Tie.contact_id).where(
        Tie.owner_id == _OWNER, Tie.contact_id.in_(cards), Tie.strength > 0
    )
    at_event = (
        select(Match.tie_id, ContactAttendee.contact_id)
        .join(
            ContactAttendee,
            and_(
                ContactAttendee.owner_id == _OWNER,
                ContactAttendee.attendee_id == Match.attendee_id,
            ),
        )
        .where(
            Match.owner_id == _OWNER,
            # Named by its places, of which there are few, and not by all that the owner matches.
            Match.attendee_id.in_(
                select(ContactAttendee.attendee_id).where(
                    ContactAttendee.owner_id == _OWNER, ContactAttendee.contact_id.in_(cards)
                )
            ),
        )
    )
    return on_card, at_event


@cache
def _first_exchanges() -> AnySelect:
    """A table by itself: joined, the database would begin with every fact of the owner."""
    return select(TieFact.tie_id, TieFact.first_at).where(
        TieFact.owner_id == _OWNER,
        TieFact.tie_id.in_(bindparam("ties", expanding=True)),
        TieFact.first_at.is_not(None),
    )


@cache
def _online_only() -> AnySelect:
    some = (
        select(literal(1))
        .where(Tie.owner_id == _OWNER, Tie.contact_id.is_(None), Tie.strength > 0)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(some)
