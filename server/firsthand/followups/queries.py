"""The owner's follow-ups. Every query names the owner."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Boolean, Integer, Subquery, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from firsthand.contacts.models import Contact
from firsthand.contacts.roots import members_of
from firsthand.contacts.showing import OWNER, card_face, card_name, join_person, on_blocked_cards
from firsthand.db import AnySelect
from firsthand.events.models import Event
from firsthand.followups.models import FollowUp, State
from firsthand.meetings.models import Meeting
from firsthand.problems import NotFound

Position = tuple[date, UUID]


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One follow-up with whom it is for and where they met."""

    id: UUID
    contact_id: UUID
    contact_name: str
    stage: str
    has_tie: bool
    meeting_id: UUID | None
    event: str | None
    event_name: str | None
    met_on: date | None
    intent: str
    text: str
    due: date
    state: str
    done_at: datetime | None
    important: bool
    face: str


def follow_ups(
    session: Session,
    owner_id: UUID,
    *,
    states: tuple[str, ...] = (),
    due_before: date | None = None,
    event: str = "",
    contact_id: UUID | None = None,
    follow_up_ids: tuple[UUID, ...] = (),
    important: bool = False,
    limit: int,
    after: Position | None = None,
) -> list[FollowUpRow]:
    """The earliest due first. Without ``contact_id`` or ``follow_up_ids``, nobody's whom the owner
    blocks.
    """
    given = {
        "states": states,
        "due_before": due_before,
        "event": event,
        "contact": contact_id,
        "follow_ups": follow_up_ids,
        "important": important,
    }
    narrowed = {name: value for name, value in given.items() if value}
    if after:
        narrowed |= {"after_due": after[0], "after_id": after[1]}
    stmt = _follow_ups(frozenset(narrowed))
    rows = session.execute(stmt, {"owner": owner_id, "most": limit, **narrowed})
    return [FollowUpRow(*row) for row in rows]


def follow_up_row(session: Session, owner_id: UUID, follow_up_id: UUID) -> FollowUpRow:
    """Raises NotFound."""
    rows = follow_ups(session, owner_id, follow_up_ids=(follow_up_id,), limit=1)
    if not rows:
        raise NotFound
    return rows[0]


def count_by_state(session: Session, owner_id: UUID) -> dict[str, int]:
    rows = session.execute(_counts(), {"owner": owner_id})
    counted = dict.fromkeys((state.value for state in State), 0)
    counted.update((state, count) for state, count in rows)
    return counted


def count_open(session: Session, owner_id: UUID) -> int:
    """What is still to do, put off or not."""
    counted = count_by_state(session, owner_id)
    return counted[State.OPEN] + counted[State.SNOOZED]


# To put these statements together takes longer than to run them, so each shape is made once.


@cache
def _counts() -> AnySelect:
    return (
        select(FollowUp.state, func.count())
        .where(FollowUp.owner_id == OWNER, FollowUp.contact_id.not_in(on_blocked_cards()))
        .group_by(FollowUp.state)
    )


@cache
def _follow_ups(narrowed: frozenset[str]) -> AnySelect:
    page = _page(narrowed)
    root = aliased(Contact)
    return join_person(
        select(
            FollowUp.id,
            Contact.root_id,
            card_name(root),
            root.stage,
            root.has_tie,
            FollowUp.meeting_id,
            Event.slug,
            Event.name,
            Meeting.day,
            FollowUp.intent,
            FollowUp.text,
            FollowUp.due,
            FollowUp.state,
            FollowUp.done_at,
            FollowUp.important,
            card_face(root),
        )
        .join(page, and_(FollowUp.owner_id == bindparam("owner"), FollowUp.id == page.c.id))
        .join(
            Contact,
            and_(Contact.owner_id == FollowUp.owner_id, Contact.id == FollowUp.contact_id),
        )
        .join(root, and_(root.owner_id == Contact.owner_id, root.id == Contact.root_id))
        .outerjoin(
            Meeting,
            and_(Meeting.owner_id == FollowUp.owner_id, Meeting.id == FollowUp.meeting_id),
        )
        .outerjoin(Event, Event.id == Meeting.event_id),
        root,
    ).order_by(FollowUp.due, FollowUp.id)


def _page(narrowed: frozenset[str]) -> Subquery:
    """The ids of one page, out of the index alone: only these are looked up and joined."""
    owner_id = bindparam("owner", type_=FollowUp.owner_id.type)
    members = members_of(owner_id, bindparam("contact"))
    at_event = select(Meeting.id).where(
        Meeting.owner_id == owner_id,
        Meeting.event_id
        == select(Event.id).where(Event.slug == bindparam("event")).scalar_subquery(),
    )
    conditions = {
        "states": FollowUp.state.in_(bindparam("states", expanding=True)),
        "due_before": FollowUp.due < bindparam("due_before"),
        "event": FollowUp.meeting_id.in_(at_event),
        "contact": FollowUp.contact_id.in_(members),
        "follow_ups": FollowUp.id.in_(bindparam("follow_ups", expanding=True)),
        "important": FollowUp.important == bindparam("important", type_=Boolean()),
        "after_id": or_(
            FollowUp.due > bindparam("after_due"),
            and_(FollowUp.due == bindparam("after_due"), FollowUp.id > bindparam("after_id")),
        ),
    }
    is_list = not narrowed & {"contact", "follow_ups"}
    listed = (FollowUp.contact_id.not_in(on_blocked_cards(owner_id)),) if is_list else ()
    return (
        select(FollowUp.id)
        .where(
            FollowUp.owner_id == owner_id,
            *listed,
            *(condition for name, condition in conditions.items() if name in narrowed),
        )
        .order_by(FollowUp.due, FollowUp.id)
        .limit(bindparam("most", type_=Integer()))
        .subquery()
    )
