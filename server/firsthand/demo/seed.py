"""The demo's conference."""

from dataclasses import dataclass

from firsthand.db import Database
from firsthand.settings import Settings


@dataclass(frozen=True, slots=True)
class DemoLinks:
    attendee: str
    organiser: str
    second: str


def seed_demo(db: Database, settings: Settings) -> DemoLinks:
    raise OSError("the demo's conference is not written yet")
