"""What a delivery says, read at the moment in which it goes out.

Nothing that is done by then, nothing that its owner does not want any more, and nobody who does not
want to be named any more.
"""

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
from firsthand.reminders.arrivals import arrival_of
from firsthand.reminders.choices import choice_of, out_of_quiet
from firsthand.reminders.delivering import ARRIVAL, DIGEST, Order
from firsthand.reminders.models import Digest, PushSubscription
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


def quiet_until(session: Session, owner_id: UUID, moment: datetime) -> datetime | None:
    """When the quiet hours end that it is in: they may have begun since, or been chosen since."""
    end = out_of_quiet(choice_of(session, owner_id), moment)
    return end if end > moment else None


def mailed_digest(session: Session, owner_id: UUID, moment: datetime) -> DueDigest | None:
    """None also where they want none by mail (any more), or their address takes none."""
    choice = choice_of(session, owner_id)
    is_wanted = choice.digest != Digest.NONE and choice.by_mail and not choice.mail_problem
    return due_digest(session, owner_id, moment) if is_wanted else None


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
    """None where there is nothing (more) to say, or they want no notifications (any more)."""
    choice = choice_of(session, order.owner_id)
    if not choice.by_push:
        return None
    if order.kind == DIGEST and choice.digest != Digest.NONE:
        digest = due_digest(session, order.owner_id, moment)
        return Notice(digest.headline, digest.names, "/follow-ups") if digest else None
    if order.kind == ARRIVAL and choice.tell_arrivals:
        return _arrival_notice(session, order, moment)
    return None


def _arrival_notice(session: Session, order: Order, moment: datetime) -> Notice | None:
    arrival = arrival_of(session, order.owner_id, order.data, moment)
    if arrival is None:
        return None
    return Notice(
        f"{arrival.name} has arrived",
        f"You know them online. They are at {arrival.event.name}.",
        f"/events/{arrival.event.slug}/unmet",
    )


def push_to(session: Session, order: Order) -> PushTo | None:
    """None where the browser has been taken away meanwhile."""
    browser = session.get(PushSubscription, (order.owner_id, UUID(order.data["browser"])))
    if browser is None or browser.retired_at is not None:
        return None
    return PushTo(browser.endpoint, read_receiver(browser.p256dh, browser.auth))
