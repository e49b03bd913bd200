"""Where it stands with the owner's people: by stage, who is cooling, who went far quickly.

Every query names the owner. Nobody is compared with anybody else's people.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.contacts.models import Stage
from firsthand.followups import standing_statements as statements
from firsthand.followups.due import due_words
from firsthand.followups.intents import intent_label
from firsthand.followups.journeys import Journey, Trail, journey, quickest

SILENT = timedelta(weeks=3)
_FACES = 6
_SHOWN = 5
# Journeys are followed for those whom the owner was with last.
_LATEST = 100
# Journeys end here.
_FAR = (Stage.MET_AGAIN, Stage.FOLLOWED_UP)


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
    counted = session.execute(statements.counts(), {"owner": owner_id})
    counts: dict[str, int] = {row[0]: row[1] for row in counted}
    overdue = _overdue(session, owner_id, today)
    cooling = _silent(session, owner_id, cutoff, {each.id for each in overdue})
    latest = {
        stage: _latest(session, owner_id, stage, _LATEST // 2 if stage in _FAR else _FACES)
        for stage in statements.STAGES
    }
    quick = _quick(session, owner_id, [each for stage in _FAR for each in latest[stage]])
    steps = _steps(session, owner_id, [each.id for each in (*cooling, *quick)])
    return Standing(
        stages=[
            AtStage(stage, counts.get(stage, 0), latest[stage][:_FACES])
            for stage in statements.STAGES
        ],
        late=session.scalar(statements.late(), {"owner": owner_id, "today": today}) or 0,
        overdue=overdue,
        silent=session.scalar(statements.count_silent(), {"owner": owner_id, "before": cutoff})
        or 0,
        cooling=_with_steps(cooling, steps),
        quick=_with_steps(quick, steps),
        online_only=session.scalar(statements.online_only(), {"owner": owner_id}) or 0,
    )


def _overdue(session: Session, owner_id: UUID, today: date) -> list[Someone]:
    """The latest to pass their day first: those are the easiest to win back."""
    found: dict[UUID, Someone] = {}
    rows = session.execute(
        statements.late_ones(), {"owner": owner_id, "today": today, "most": _SHOWN * 4}
    )
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
    rows = session.execute(statements.silent_ones(), values)
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
    members = session.execute(statements.members(), {"owner": owner_id, "roots": roots})
    root_of: dict[UUID, UUID] = {row[0]: row[1] for row in members}
    values = {"owner": owner_id, "cards": list(root_of)}
    met: dict[UUID, dict[date, datetime]] = defaultdict(dict)
    for card, day, at in session.execute(statements.met_days(), values):
        days = met[root_of[card]]
        days[day] = min(at, days.get(day, at))
    done: dict[UUID, list[datetime]] = defaultdict(list)
    for stmt in (statements.done(), statements.touched()):
        for card, at in session.execute(stmt, values):
            done[root_of[card]].append(at)
    root_of_tie = {
        tie: root_of[card]
        for stmt in statements.ties()
        for tie, card in session.execute(stmt, values)
    }
    online: dict[UUID, datetime] = {}
    firsts = {"owner": owner_id, "ties": list(root_of_tie)}
    for tie, at in session.execute(statements.first_exchanges(), firsts) if root_of_tie else ():
        root = root_of_tie[tie]
        online[root] = min(at, online.get(root, at))
    return {root: Trail(online.get(root), list(met[root].values()), done[root]) for root in roots}


def _latest(session: Session, owner_id: UUID, stage: str, most: int) -> list[Someone]:
    values = {"owner": owner_id, "stage": stage, "most": most}
    return [Someone(*row) for row in session.execute(statements.at_stage(), values)]


def _steps(session: Session, owner_id: UUID, roots: Sequence[UUID]) -> dict[UUID, str]:
    """The earliest open promise of each."""
    steps: dict[UUID, str] = {}
    values = {"owner": owner_id, "roots": roots}
    for root, intent, text in session.execute(statements.promises(), values) if roots else ():
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
