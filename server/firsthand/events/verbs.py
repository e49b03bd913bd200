"""Making an event and saying who runs it."""

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from firsthand.accounts.addresses import read_name
from firsthand.db import new_id
from firsthand.events.models import LONGEST_RETENTION, SHORTEST_RETENTION, Event, EventRole, Role
from firsthand.problems import Conflict, Invalid, NotFound

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_RESERVED_SLUGS = {"new"}
_LONGEST_EVENT = timedelta(days=366)
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class EventDraft:
    """A new event as typed; ``slug`` may be empty, then it is made from the name."""

    name: str
    starts: str
    ends: str
    timezone: str
    slug: str = ""


def add_event(session: Session, organiser_id: UUID, draft: EventDraft) -> Event:
    """Make an event whose organiser this account is. Raises Invalid, Conflict."""
    problems: dict[str, str] = {}
    name = _collect(problems, lambda: read_name(draft.name))
    starts = _read_date(problems, "starts", draft.starts)
    ends = _read_date(problems, "ends", draft.ends)
    if starts and ends and ends < starts:
        problems["ends"] = "The last day comes before the first."
    elif starts and ends and ends - starts > _LONGEST_EVENT:
        problems["ends"] = "An event lasts a year at most."
    try:
        _read_timezone(draft.timezone)
    except Invalid as invalid:
        problems.update(invalid.fields)
    slug = draft.slug.strip().lower() or slug_of(name or "")
    if not _SLUG.fullmatch(slug) or slug in _RESERVED_SLUGS:
        problems["slug"] = "The address has letters from a to z, digits and hyphens, 60 at most."
    if problems or name is None or starts is None or ends is None:
        raise Invalid("Please check what is marked.", problems)
    if session.scalar(select(Event.id).where(Event.slug == slug)):
        if draft.slug.strip():
            message = "This address is taken. Choose another."
            raise Conflict(message, {"slug": message})
        slug = f"{slug[:50]}-{secrets.token_hex(3)}"
    event = Event(
        id=new_id(),
        slug=slug,
        name=name,
        starts=starts,
        ends=ends,
        timezone=draft.timezone,
        join_code=secrets.token_urlsafe(16),
    )
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        # Somebody else has just taken it.
        message = "This address is taken. Choose another."
        raise Conflict(message, {"slug": message}) from None
    session.add(EventRole(event_id=event.id, account_id=organiser_id, role=Role.ORGANISER))
    return event


def slug_of(name: str) -> str:
    """An address out of a name: what is left of it in a-z, 0-9 and hyphens, or a random one."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return slug if slug and slug not in _RESERVED_SLUGS else f"event-{secrets.token_hex(3)}"


def event_of_organiser(session: Session, account_id: UUID, slug: str) -> Event:
    """The event, if this account runs it. Raises NotFound."""
    if "\0" in slug:
        raise NotFound
    event = session.scalar(
        select(Event)
        .join(EventRole, EventRole.event_id == Event.id)
        .where(Event.slug == slug, EventRole.account_id == account_id)
    )
    if event is None:
        raise NotFound
    return event


def event_with(session: Session, event_id: UUID) -> Event:
    """For who has proven that it concerns them. Raises NotFound."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    return event


def events_of_organiser(
    session: Session,
    account_id: UUID,
    *,
    limit: int | None = None,
    after: tuple[date, UUID] | None = None,
) -> list[Event]:
    """The events that this account runs, the newest first; all of them, or a page."""
    stmt = (
        select(Event)
        .join(EventRole, EventRole.event_id == Event.id)
        .where(EventRole.account_id == account_id)
        .order_by(Event.starts.desc(), Event.id)
        .limit(limit)
    )
    if after:
        starts, event_id = after
        stmt = stmt.where(
            or_(Event.starts < starts, and_(Event.starts == starts, Event.id > event_id))
        )
    return list(session.scalars(stmt))


def read_retention(text: str) -> int:
    """Days after an event's end. Raises Invalid."""
    days = text.strip()
    if days.isascii() and days.isdigit() and len(days) <= 4:
        number = int(days)
        if SHORTEST_RETENTION <= number <= LONGEST_RETENTION:
            return number
    message = f"Choose from {SHORTEST_RETENTION} to {LONGEST_RETENTION:,} days."
    raise Invalid(message, {"retention_days": message})


def _collect(problems: dict[str, str], read: Callable[[], str]) -> str | None:
    try:
        return read()
    except Invalid as invalid:
        problems.update(invalid.fields)
        return None


def _read_date(problems: dict[str, str], field: str, text: str) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
        if len(text.strip()) == 10 and _EARLIEST <= day <= _LATEST:
            return day
    except ValueError:
        pass
    problems[field] = "A date is written like 2026-11-23."
    return None


def _read_timezone(text: str) -> None:
    try:
        if len(text) > 64:
            raise ValueError
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = "A time zone is written like Europe/Paris."
        raise Invalid(message, {"timezone": message}) from None
