"""Which moment and which day a meeting counts for. Pure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# A device's clock may run ahead by this much before the receipt counts instead.
_AHEAD = timedelta(minutes=5)
# Clocks that were never set say 1970, 1980 or the first day of 2000.
_NEVER_SET = datetime(2000, 1, 2, tzinfo=UTC)
# People still talk at two in the morning: that is the same day to them.
_DAY_STARTS_AT_HOUR = 4


def local_day(moment: datetime, zone: ZoneInfo | None) -> date:
    """The day from 04:00 to 04:00 on the clock of ``zone``, else of the moment's own offset."""
    local = moment.astimezone(zone) if zone else moment
    return local.date() if local.hour >= _DAY_STARTS_AT_HOUR else local.date() - timedelta(days=1)


def effective_time(
    scanned_at: datetime, received_at: datetime, starts: date | None, zone: ZoneInfo | None
) -> datetime:
    """The device's time where it is plausible, else the receipt's.

    Plausible: set at all, at most five minutes after receipt and, with an event, not before the day
    before it starts. The answer keeps the device's offset, so that its day can be told without an
    event.
    """
    too_late = scanned_at > received_at + _AHEAD
    too_early = starts is not None and _earlier_than_the_day_before(scanned_at, starts, zone)
    if too_late or too_early or scanned_at < _NEVER_SET:
        return received_at.astimezone(scanned_at.tzinfo)
    return scanned_at


def _earlier_than_the_day_before(moment: datetime, starts: date, zone: ZoneInfo | None) -> bool:
    try:
        return local_day(moment, zone) < starts - timedelta(days=1)
    except OverflowError:
        return True


def dates_in_words(starts: date, ends: date) -> str:
    """``14 July 2026``, ``14 to 16 July 2026``, ``30 July to 2 August 2026``."""
    last = f"{ends.day} {ends:%B %Y}"
    if starts == ends:
        return last
    if starts.year != ends.year:
        return f"{starts.day} {starts:%B %Y} to {last}"
    if starts.month != ends.month:
        return f"{starts.day} {starts:%B} to {last}"
    return f"{starts.day} to {last}"
