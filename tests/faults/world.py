"""People at one event, each with an account, a token and a badge of their own."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.accounts.tokens import make_api_token
from firsthand.attendees.models import Attendee
from firsthand.badges.codes import badge_address
from firsthand.badges.issuing import issue_badges
from firsthand.badges.models import Badge
from firsthand.db import Database, insert_new, new_id, now
from firsthand.events.models import Event

# What stands on the badges, wherever the servers of a test listen.
BASE_URL = "http://127.0.0.1:8000"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    name: str
    token: str
    attendee_id: UUID
    code: str  # what a scanner reads off the badge


@dataclass(frozen=True, slots=True)
class World:
    event_id: UUID
    slug: str
    people: list[Person]


def make_world(
    db: Database,
    size: int,
    *,
    timezone: str = "UTC",
    starts: date | None = None,
    ends: date | None = None,
) -> World:
    """An event that goes on today unless told otherwise, with ``size`` people who came."""
    today = datetime.now(UTC).date()
    first, last = starts or today - timedelta(days=2), ends or today + timedelta(days=2)
    return db.write_now(_make, size, timezone, first, last)


def _make(session: Session, size: int, timezone: str, starts: date, ends: date) -> World:
    slug = f"faults-{next(_numbers)}-{new_id().hex[-6:]}"
    event = Event(slug=slug, name=slug, starts=starts, ends=ends, timezone=timezone, join_code=slug)
    session.add(event)
    accounts = [
        Account(id=new_id(), email=f"p{number}@{slug}.example.org", name=f"{slug} P{number}")
        for number in range(size)
    ]
    session.add_all(accounts)
    session.flush()
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "event_id": event.id, "account_id": account.id, "name": account.name,
         "listed": True, "headline": "", "company": "", "created_at": now()}
        for account in accounts
    ]  # fmt: skip
    insert_new(session, Attendee, rows)
    attendees = [row["id"] for row in rows]
    issue_badges(session, event.id, attendees)
    badges = {
        attendee_id: badge_address(BASE_URL, token)
        for attendee_id, token in session.execute(
            select(Badge.attendee_id, Badge.token).where(Badge.attendee_id.in_(attendees))
        )
    }
    people = [
        Person(
            account.id,
            account.name,
            make_api_token(session, account.email, []),
            attendee_id,
            badges[attendee_id],
        )
        for account, attendee_id in zip(accounts, attendees, strict=True)
    ]
    return World(event.id, slug, people)
