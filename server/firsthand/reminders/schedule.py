"""When a digest is due, and when it is quiet, by the owner's own clock. Pure."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 12


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``weekday`` from Monday, 0, to Sunday, 6; None for every day. ``hour`` from 0 to 23."""

    hour: int
    zone: ZoneInfo
    weekday: int | None = None


def known_zone(name: str) -> ZoneInfo | None:
    """None for a zone that does not exist."""
    try:
        # A key is also a file's name to zoneinfo, which refuses those that lead elsewhere.
        return ZoneInfo(name) if name and len(name) < 64 else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(name: str) -> ZoneInfo:
    """UTC for a zone that does not exist (any more)."""
    return known_zone(name) or ZoneInfo("UTC")


def next_digest(rhythm: Rhythm, after: datetime) -> datetime:
    """The first moment after ``after`` when the owner's clock shows the hour, in UTC.

    Where the clock leaves the hour out that day, it is as long after midnight as on other days.
    """
    day = after.astimezone(rhythm.zone).date() - timedelta(days=1)
    while True:
        day += timedelta(days=1)
        if rhythm.weekday is not None and day.weekday() != rhythm.weekday:
            continue
        moment = datetime.combine(day, time(rhythm.hour), rhythm.zone).astimezone(UTC)
        if moment > after:
            return moment


def after_quiet(moment: datetime, zone: ZoneInfo, quiet_from: int, quiet_until: int) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls into."""
    local = moment.astimezone(zone)
    if not _is_quiet(local.hour, quiet_from, quiet_until):
        return moment
    ends_today = local.hour < quiet_until
    day = local.date() if ends_today else local.date() + timedelta(days=1)
    end = datetime.combine(day, time(quiet_until), zone).astimezone(UTC)
    # Where clocks are put back, the hour in which quiet ends may come twice.
    return max(end, moment)


def next_try(tries: int, moment: datetime, chance: random.Random) -> datetime | None:
    """After so many tries that failed; None: it is given up."""
    if tries >= MOST_TRIES:
        return None
    doubled = _FIRST_WAIT * (1 << max(0, tries - 1))
    return moment + min(doubled, _LONGEST_WAIT) * chance.uniform(0.5, 1.5)


def _is_quiet(hour: int, quiet_from: int, quiet_until: int) -> bool:
    if quiet_from <= quiet_until:
        return quiet_from <= hour < quiet_until
    return hour >= quiet_from or hour < quiet_until
