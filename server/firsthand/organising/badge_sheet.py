"""An event's badges as a PDF: rows out of the database into the child process that prints."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Result, case, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import (
    TO_MET,
    shown_company,
    shown_headline,
    shown_name,
    told_claimed,
)
from firsthand.badges.codes import badge_address
from firsthand.badges.geometry import DEFAULT_LAYOUT, LAYOUTS
from firsthand.badges.models import Badge
from firsthand.db import Database
from firsthand.events.days import dates_in_words
from firsthand.events.models import Event
from firsthand.problems import Invalid, NotFound
from firsthand.settings import Settings

LAYOUT_WORDS = {
    "a6": "A6 (105 by 148 mm), one a page",
    "4x3in": "4 by 3 inches, one a page",
    "90x55-a4": "90 by 55 mm, ten on an A4 sheet",
}
_SECONDS = 600
_ROWS_AT_ONCE = 1_000
# Each takes a processor for itself: more at a time would make the scans wait.
_printing = threading.BoundedSemaphore(2)


class _LastLine(msgspec.Struct):
    done: int
    unprintable: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Printed:
    """How many badges were printed, and the letters (with counts) that no font could draw."""

    badges: int
    unprintable: Mapping[str, int]


def read_layout(text: str) -> str:
    """The layout's name, the default for none. Raises Invalid."""
    name = text or DEFAULT_LAYOUT
    if name not in LAYOUTS:
        message = f"layout is one of {', '.join(sorted(LAYOUTS))}."
        raise Invalid(message, {"layout": message})
    return name


def print_event_badges(
    db: Database, settings: Settings, slug: str, layout: str, output: Path
) -> Printed:
    """Print every badge in force, by name, to ``output``; what others may read of its wearer.

    Raises NotFound, and Invalid for an unknown layout or where there is no badge.
    """
    event = db.read_now(_event, slug)
    command = [sys.executable, "-m", "firsthand.badges.pdf", "--layout", read_layout(layout)]
    command += ["--output", str(output)]
    with (
        _printing,
        subprocess.Popen(  # noqa: S603  # nosec B603  # our own module, a path as its argument
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as child,
    ):
        if child.stdin is None:
            raise RuntimeError("the printer has no input")
        try:
            # It reads everything before it answers, so that neither waits for the other's pipe.
            written = db.read_now(_write_badges, event, settings.base_url, child.stdin)
            out, problem = child.communicate(timeout=_SECONDS)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            child.kill()
            raise
    if not written:
        raise Invalid("There is nobody to print a badge for yet. Import the attendee list first.")
    if child.returncode:
        raise RuntimeError(problem.decode(errors="replace").strip())
    last = msgspec.json.decode(out.splitlines()[-1], type=_LastLine)
    return Printed(last.done, last.unprintable)


def unprintable_words(printed: Printed) -> str:
    """What no font could draw, as code points (a header holds no such letters): ``U+1F98A (2)``."""
    return ", ".join(f"U+{ord(c):04X} ({n})" for c, n in sorted(printed.unprintable.items()))


def _event(session: Session, slug: str) -> Event:
    event = session.scalar(select(Event).where(Event.slug == slug))
    if event is None:
        raise NotFound(f"There is no event {slug}.")
    return event


def _write_badges(session: Session, event: Event, base_url: str, pipe: IO[bytes]) -> int:
    encoder = msgspec.json.Encoder()
    dates = dates_in_words(event.starts, event.ends)
    pipe.write(encoder.encode({"event": {"name": event.name, "dates": dates}}) + b"\n")
    written = 0
    for token, short_code, name, headline, company in _badges(session, event.id):
        badge = {
            "name": name,
            "headline": headline,
            "company": company,
            "address": badge_address(base_url, token),
            "short_code": short_code,
        }
        pipe.write(encoder.encode(badge) + b"\n")
        written += 1
    pipe.flush()
    return written


def _badges(session: Session, event_id: UUID) -> Result[str, str, str, str, str]:
    name = _told(shown_name(), Attendee.name)
    headline = _told(shown_headline(TO_MET), Attendee.headline)
    company = _told(shown_company(TO_MET), Attendee.company)
    return session.execute(
        select(Badge.token, Badge.short_code, name, headline, company)
        .join(Attendee, Attendee.id == Badge.attendee_id)
        .outerjoin(Account, Account.id == Attendee.account_id)
        .where(Badge.event_id == event_id, Badge.revoked_at.is_(None))
        .order_by(name, Badge.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )


def _told(own: ColumnElement[str], listed: Any) -> ColumnElement[str]:
    """A badge in the account's words would tell the organiser that there is an account."""
    return case((told_claimed(), own), else_=listed)
