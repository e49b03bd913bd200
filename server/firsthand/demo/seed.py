"""The demo's conference: made if it is not there, made anew when it is over."""

from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.db import Database, now
from firsthand.demo.doors import DOORS, NOOR
from firsthand.demo.stage import SLUG, ZONE, fill, set_stage
from firsthand.demo.story import tell_story
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.meetings.models import Meeting
from firsthand.settings import Settings, SettingsProblem
from firsthand.tables import metadata


def seed_demo(db: Database, settings: Settings) -> None:
    """A conference that goes on today, in an empty database or in place of one that is over.

    Raises SettingsProblem where the database holds anything that no demo has made.
    """
    if not db.read_now(_goes_on):
        if not db.read_now(_is_ours):
            raise SettingsProblem(
                "This database was not made by the demo, so the demo leaves it as it is. "
                "Give it a folder of its own: firsthand demo --data DIR"
            )
        db.write_now(_clear)
        stage = set_stage(db, settings.base_url)
        fill(stage)
        tell_story(stage)


def _goes_on(session: Session) -> bool:
    """Noor's meetings come last: where there are none, a seeding was cut off."""
    ends = session.scalar(select(Event.ends).where(Event.slug == SLUG))
    noor = select(Account.id).where(Account.email == NOOR.email).scalar_subquery()
    is_whole = session.scalar(select(Meeting.id).where(Meeting.owner_id == noor).limit(1))
    return bool(ends and is_whole and local_day(now(), ZoneInfo(ZONE)) <= ends)


def _is_ours(session: Session) -> bool:
    """Nobody at all is in it, or the demo's organiser, made first of everybody, is."""
    first = session.scalar(select(Account.email).order_by(Account.created_at, Account.id).limit(1))
    return first is None or first in {door.email for door in DOORS}


def _clear(session: Session) -> None:
    for table in reversed(metadata.sorted_tables):
        session.execute(delete(table))
