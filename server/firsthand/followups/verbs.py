"""What the owner does with a follow-up: complete, reopen, snooze, drop, edit, make."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.contacts.roots import root_of
from firsthand.db import lock_owners, new_id, now
from firsthand.followups.choices import chosen_days
from firsthand.followups.intents import clean_intents, days_until_due
from firsthand.followups.models import FollowUp, State
from firsthand.followups.staging import restage
from firsthand.followups.touchpoints import forget_touchpoint, keep_message
from firsthand.problems import Invalid, NotFound

_LATEST_DUE = date(2199, 12, 31)
LONGEST_TEXT = 500


def complete(
    session: Session, owner_id: UUID, follow_up_id: UUID, *, wrote: UUID | None = None
) -> FollowUp:
    """Done. ``wrote`` is the id of the message to log with it. Raises NotFound."""
    follow_up = _mine(session, owner_id, follow_up_id)
    if follow_up.state != State.DONE:
        follow_up.state = State.DONE
        follow_up.done_at = now()
    return _touched(session, follow_up, wrote)


def reopen(
    session: Session,
    owner_id: UUID,
    follow_up_id: UUID,
    due: date | None = None,
    *,
    wrote: UUID | None = None,
) -> FollowUp:
    """Open again, whether it was done, snoozed or dropped.

    ``due`` takes a snooze's day back, ``wrote`` the message that was logged with it. Raises
    Invalid, NotFound.
    """
    follow_up = _mine(session, owner_id, follow_up_id)
    if wrote:
        forget_touchpoint(session, owner_id, wrote)
    if due:
        check_due(due)
        follow_up.due = due
    follow_up.state = State.OPEN
    follow_up.done_at = None
    return _touched(session, follow_up)


def snooze(
    session: Session,
    owner_id: UUID,
    follow_up_id: UUID,
    until: date,
    *,
    wrote: UUID | None = None,
) -> FollowUp:
    """Due on another day; ``wrote`` as in ``complete``. Raises Invalid, NotFound."""
    check_due(until)
    # Somewhere it is still yesterday.
    if until < now().date() - timedelta(days=1):
        raise Invalid("Choose a day to come.", {"until": "This day is over."})
    follow_up = _mine(session, owner_id, follow_up_id)
    follow_up.state = State.SNOOZED
    follow_up.due = until
    follow_up.done_at = None
    return _touched(session, follow_up, wrote)


def drop(session: Session, owner_id: UUID, follow_up_id: UUID) -> FollowUp:
    """It will not happen, and that is fine. Raises NotFound."""
    follow_up = _mine(session, owner_id, follow_up_id)
    follow_up.state = State.DROPPED
    follow_up.done_at = None
    return _touched(session, follow_up)


def promise(
    session: Session,
    owner_id: UUID,
    follow_up_id: UUID,
    text: str | None = None,
    *,
    important: bool | None = None,
) -> FollowUp:
    """What exactly was promised, in the owner's words, and whether it comes before others.

    What is None stays as it is. Raises Invalid, NotFound.
    """
    follow_up = _mine(session, owner_id, follow_up_id)
    if text is not None:
        follow_up.text = _text(text)
    if important is not None:
        follow_up.important = important
    return _touched(session, follow_up)


def add_follow_up(
    session: Session,
    owner_id: UUID,
    contact_id: UUID,
    intent: str,
    text: str,
    due: date | None,
    today: date,
) -> FollowUp:
    """One that no scan made. Raises Invalid, NotFound."""
    lock_owners(session, [owner_id])
    try:
        intents = clean_intents([intent])
    except ValueError as problem:
        raise Invalid(str(problem), {"intent": str(problem)}) from None
    if not intents:
        raise Invalid("Choose what should come next.", {"intent": "Choose one."})
    if due:
        check_due(due)
    moment = now()
    chosen = chosen_days(session, [owner_id])
    days = chosen.get((owner_id, intents[0]), days_until_due(intents[0]))
    follow_up = FollowUp(
        owner_id=owner_id,
        id=new_id(),
        contact_id=root_of(session, owner_id, contact_id),
        intent=intents[0],
        text=_text(text),
        due=due or today + timedelta(days=days),
        state=State.OPEN,
        touched_at=moment,
        created_at=moment,
    )
    session.add(follow_up)
    return follow_up


def _mine(session: Session, owner_id: UUID, follow_up_id: UUID) -> FollowUp:
    lock_owners(session, [owner_id])
    follow_up = session.get(FollowUp, (owner_id, follow_up_id))
    if follow_up is None:
        raise NotFound
    return follow_up


def _touched(session: Session, follow_up: FollowUp, wrote: UUID | None = None) -> FollowUp:
    follow_up.touched_at = now()
    session.flush()
    if wrote:
        keep_message(session, follow_up.owner_id, follow_up.contact_id, wrote)
    root_id = root_of(session, follow_up.owner_id, follow_up.contact_id)
    restage(session, [(follow_up.owner_id, root_id)])
    return follow_up


def check_due(due: date) -> None:
    """Raises Invalid."""
    if not date(2000, 1, 1) <= due <= _LATEST_DUE:
        message = "Choose a day up to the year 2199."
        raise Invalid(message, {"until": message})


def _text(text: str) -> str:
    words = " ".join(c for c in text.split() if c.isprintable())
    if len(words) > LONGEST_TEXT:
        message = f"At most {LONGEST_TEXT} characters."
        raise Invalid(message, {"text": message})
    return words
