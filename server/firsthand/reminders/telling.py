"""What a delivery says, read at the moment in which it goes out: nothing that is done by then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.events.days import local_day
from firsthand.followups.due import Group, by_due_date
from firsthand.followups.models import State
from firsthand.followups.queries import FollowUpRow, follow_ups
from firsthand.reminders.choices import choice_of
from firsthand.reminders.delivering import ARRIVAL, DIGEST, Order
from firsthand.reminders.models import PushSubscription
from firsthand.reminders.schedule import zone_of
from firsthand.reminders.web_push import Receiver, read_receiver

_MOST = 100
_AHEAD = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class DueDigest:
    """``due_now`` of them are due today or late already; ``more`` than stand here there are."""

    to: str
    name: str
    today: date
    due_now: int
    groups: Sequence[Group[FollowUpRow]]
    more: bool

    @property
    def headline(self) -> str:
        number = sum(len(group.rows) for group in self.groups)
        if self.due_now:
            return f"{self.due_now} follow-up{'s are' if self.due_now > 1 else ' is'} due"
        return f"{number} follow-up{'s' if number > 1 else ''} this week"

    @property
    def names(self) -> str:
        """Whom it is about, the first few of them."""
        names = [row.contact_name for group in self.groups for row in group.rows]
        first = list(dict.fromkeys(names))[:3]
        return ", ".join(first) + (" and others" if len(set(names)) > len(first) else "")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notification says, and what it opens."""

    title: str
    body: str
    path: str


@dataclass(frozen=True, slots=True)
class PushTo:
    endpoint: str
    receiver: Receiver


def due_digest(session: Session, owner_id: UUID, moment: datetime) -> DueDigest | None:
    """None where nothing is due within the week, or the account is gone."""
    account = session.get(Account, owner_id)
    if account is None:
        return None
    zone = zone_of(choice_of(session, owner_id).timezone)
    today = local_day(moment, zone)
    rows = follow_ups(
        session,
        owner_id,
        states=(State.OPEN, State.SNOOZED),
        due_before=today + _AHEAD,
        limit=_MOST + 1,
    )
    if not rows:
        return None
    shown = rows[:_MOST]
    return DueDigest(
        to=account.email,
        name=account.name,
        today=today,
        due_now=sum(row.due <= today for row in shown),
        groups=by_due_date(shown, today),
        more=len(rows) > _MOST,
    )


def notice_of(session: Session, order: Order, moment: datetime) -> Notice | None:
    """None where there is nothing (more) to say."""
    if order.kind == DIGEST:
        digest = due_digest(session, order.owner_id, moment)
        if digest is None:
            return None
        return Notice(digest.headline, digest.names, "/follow-ups")
    if order.kind == ARRIVAL:
        return arrival_notice(order.data)
    return None


def arrival_notice(data: "dict[str, str] | object") -> Notice:
    said = data if isinstance(data, dict) else {}
    return Notice(
        f"{said.get('name', 'Somebody')} has arrived",
        f"You know them online. They are at {said.get('event_name', 'your event')}.",
        f"/events/{said.get('event', '')}/unmet",
    )


def push_to(session: Session, order: Order) -> PushTo | None:
    """None where the browser has been taken away meanwhile."""
    browser = session.get(PushSubscription, (order.owner_id, UUID(order.data["browser"])))
    if browser is None or browser.retired_at is not None:
        return None
    return PushTo(browser.endpoint, read_receiver(browser.p256dh, browser.auth))
