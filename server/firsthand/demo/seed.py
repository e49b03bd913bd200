"""The demo's conference: made if it is not there, and the links into it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import SignInLink
from firsthand.accounts.signing_in import make_link_token
from firsthand.db import Database, now
from firsthand.demo.doors import ANA, NOOR, ORGANISER
from firsthand.demo.stage import SLUG, ZONE, fill, set_stage
from firsthand.demo.story import tell_story
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.settings import Settings
from firsthand.tables import metadata


@dataclass(frozen=True, slots=True)
class DemoLinks:
    """Paths that sign in, again and again."""

    attendee: str
    organiser: str
    second: str


def seed_demo(db: Database, settings: Settings) -> DemoLinks:
    """A conference that goes on today, in an empty database or in place of one that is over."""
    if not db.read_now(_goes_on):
        db.write_now(_clear)
        stage = set_stage(db, settings.base_url)
        fill(stage)
        tell_story(stage)
    paths = [
        f"/sign-in/link/{db.write_now(make_link_token, door.email, reusable=True)}"
        for door in (ANA, ORGANISER, NOOR)
    ]
    return DemoLinks(*paths)


def _goes_on(session: Session) -> bool:
    """Links come last: where there are none, a seeding was cut off."""
    ends = session.scalar(select(Event.ends).where(Event.slug == SLUG))
    is_whole = session.scalar(select(SignInLink.token_hash).limit(1)) is not None
    return ends is not None and is_whole and local_day(now(), ZoneInfo(ZONE)) <= ends


def _clear(session: Session) -> None:
    for table in reversed(metadata.sorted_tables):
        session.execute(delete(table))
