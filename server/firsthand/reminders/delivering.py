"""Making deliveries, and handing each to one sender at a time."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from firsthand.db import insert_new, new_id, now
from firsthand.reminders.choices import out_of_quiet, rhythm_of
from firsthand.reminders.models import (
    Channel,
    Delivery,
    DeliveryState,
    PushSubscription,
    ReminderChoice,
)
from firsthand.reminders.schedule import next_digest, next_try

DIGEST = "digest"
ARRIVAL = "arrival"
INVITATION = "invitation"
REPORT = "report"
_DIGESTS_AT_ONCE = 100
AT_ONCE = 8
# Longer than eight mail servers that hang, one after the other.
_CLAIM_LASTS = timedelta(minutes=5)
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Order:
    """A delivery in the hands of a sender."""

    owner_id: UUID
    id: UUID
    channel: str
    kind: str
    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``problem`` is empty where it went out, or had nothing to say. ``for_good``: trying again is
    of no use, since the address or the browser is not there any more. ``not_before``: it was not
    tried, and waits until then.
    """

    problem: str = ""
    for_good: bool = False
    not_before: datetime | None = None


def make_digests(session: Session, moment: datetime) -> bool:
    """For some of those whose digest is due; whether there may be more.

    Whoever else makes them at the same time passes over these.
    """
    due = session.scalars(
        select(ReminderChoice)
        .where(ReminderChoice.next_digest_at <= moment)
        .order_by(ReminderChoice.next_digest_at)
        .limit(_DIGESTS_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for choice in due:
        rhythm = rhythm_of(choice)
        day = (choice.next_digest_at or moment).astimezone(rhythm.zone).date()
        key = f"{DIGEST}:{day.isoformat()}"
        if choice.by_mail and not choice.mail_problem:
            insert_new(
                session,
                Delivery,
                [_row(choice.owner_id, Channel.MAIL, DIGEST, f"{key}/mail", {}, moment)],
            )
        if choice.by_push:
            push_to_all(session, choice, DIGEST, key, {}, moment)
        # After a long standstill one digest is enough.
        choice.next_digest_at = next_digest(rhythm, moment)
    return len(due) == _DIGESTS_AT_ONCE


def push_to_all(
    session: Session,
    choice: ReminderChoice,
    kind: str,
    key: str,
    data: Mapping[str, Any],
    moment: datetime,
) -> int:
    """To each of the owner's browsers, when it is not quiet; to how many."""
    not_before = out_of_quiet(choice, moment)
    browsers = session.scalars(
        select(PushSubscription.id).where(
            PushSubscription.owner_id == choice.owner_id, PushSubscription.retired_at.is_(None)
        )
    ).all()
    for browser in browsers:
        said = {**data, "browser": str(browser)}
        each = f"{key}/push/{browser}"
        insert_new(
            session, Delivery, [_row(choice.owner_id, Channel.PUSH, kind, each, said, not_before)]
        )
    return len(browsers)


def queue_mail(
    session: Session, owner_id: UUID, kind: str, key: str, data: Mapping[str, Any]
) -> None:
    """A mail that is made once for its key; what it says is read when it goes out."""
    queue_mails(session, owner_id, kind, {key: data})


def queue_mails(
    session: Session, owner_id: UUID, kind: str, said: Mapping[str, Mapping[str, Any]]
) -> None:
    """The same for many at once, by their keys."""
    moment = now()
    rows = [
        _row(owner_id, Channel.MAIL, kind, f"{key}/mail", data, moment)
        for key, data in said.items()
    ]
    insert_new(session, Delivery, rows)


def show_on_page(
    session: Session, owner_id: UUID, kind: str, key: str, data: Mapping[str, Any]
) -> None:
    """It stands there for a while; nothing leaves the house."""
    insert_new(session, Delivery, [_row(owner_id, Channel.PAGE, kind, f"{key}/page", data, now())])


def claim(session: Session, moment: datetime) -> list[Order]:
    """Some that are due, for whoever asks: nobody else gets them for the next minutes."""
    rows = session.scalars(
        select(Delivery)
        .where(
            Delivery.state == DeliveryState.WAITING,
            Delivery.not_before <= moment,
            or_(Delivery.claimed_until.is_(None), Delivery.claimed_until < moment),
        )
        .order_by(Delivery.not_before, Delivery.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.claimed_until = moment + _CLAIM_LASTS
        row.tries += 1
    return [
        Order(row.owner_id, row.id, row.channel, row.kind, row.key, dict(row.data)) for row in rows
    ]


def record(session: Session, outcomes: Sequence[tuple[Order, Outcome]], moment: datetime) -> None:
    """What became of them. One whose owner has left meanwhile is gone with them."""
    for order, outcome in outcomes:
        row = session.get(Delivery, (order.owner_id, order.id))
        if row is None or row.state != DeliveryState.WAITING:
            continue
        row.claimed_until = None
        if outcome.not_before is not None:
            row.not_before = outcome.not_before
            row.tries -= 1
            continue
        row.problem = outcome.problem
        again = (
            next_try(row.tries, moment, random.Random()) if not outcome.for_good else None  # noqa: S311  # nosec B311  # spreads load
        )
        if outcome.problem and again:
            row.not_before = again
            continue
        row.state = DeliveryState.GIVEN_UP if outcome.problem else DeliveryState.SENT
        row.ended_at = moment
        if outcome.for_good:
            _retire(session, order, outcome.problem, moment)


def sweep(session: Session, moment: datetime) -> None:
    """What has ended is kept for a month: that long nothing is made twice."""
    ended = Delivery.state.in_([DeliveryState.SENT, DeliveryState.GIVEN_UP])
    session.execute(delete(Delivery).where(ended, Delivery.not_before < moment - _KEPT))


def _retire(session: Session, order: Order, problem: str, moment: datetime) -> None:
    """The owner's page says so, and they may try again."""
    if order.channel == Channel.MAIL:
        # Another's address says nothing of the owner's.
        if order.kind == INVITATION:
            return
        choice = session.get(ReminderChoice, order.owner_id)
        if choice is not None:
            choice.mail_problem = problem
        return
    browser = session.get(PushSubscription, (order.owner_id, UUID(order.data["browser"])))
    if browser is not None:
        browser.retired_at, browser.problem = moment, problem


def _row(
    owner_id: UUID,
    channel: Channel,
    kind: str,
    key: str,
    data: Mapping[str, Any],
    not_before: datetime,
) -> dict[str, Any]:
    return {
        "owner_id": owner_id,
        "id": new_id(),
        "channel": channel,
        "kind": kind,
        "key": key,
        "data": dict(data),
        "not_before": not_before,
        "state": DeliveryState.SENT if channel == Channel.PAGE else DeliveryState.WAITING,
        "ended_at": now() if channel == Channel.PAGE else None,
    }
