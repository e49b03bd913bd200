"""The tables of a LinkedIn export: which file is which, and what stands in a row. Pure.

``Contacts.csv`` and ``ImportedContacts.csv``, the address book of others, are never read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, parse_handle
from firsthand.ties.archive_files import Entry
from firsthand.ties.csv_rows import Table, find_table

# Nearly every link of an export looks like this; reading one as hostile takes twenty times as long.
_PLAIN_LINK = re.compile(r"(?:https?://)?(?:www\.)?linkedin\.com/in/([A-Za-z0-9-]{1,100})/?")
_MONTHS = " jan feb mar apr may jun jul aug sep oct nov dec"
_DAY = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ -]([0-9]{4}|[0-9]{2})")
_AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2}|[0-9]{4})(?:, .*)?")
_EXPORTED = re.compile(r"LinkedInDataExport_([0-9]{2})-([0-9]{2})-([0-9]{4})", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 2003, 2100  # LinkedIn was founded in 2003


class Kind(Enum):
    """A table of the export; the value is the columns by which it is known."""

    CONNECTIONS = ("first name", "last name", "connected on")
    MESSAGES = ("from", "sender profile url", "date")
    INVITATIONS = ("from", "to", "sent at", "direction")
    PROFILE = ("first name", "last name", "headline", "summary")


@dataclass
class LinkedInExport:
    """One export; ``made_at`` is the day that the zip's or the folder's name says."""

    place: str
    made_at: datetime | None = None
    tables: dict[Kind, list[Table]] = field(default_factory=dict)

    def of(self, kind: Kind) -> list[Table]:
        return self.tables.get(kind, [])


def find_linkedin(entries: Sequence[Entry]) -> list[LinkedInExport]:
    """Each LinkedIn export of the upload, the newest first; loose files are one."""
    exports: dict[tuple[str | None, str], LinkedInExport] = {}
    for entry in entries:
        found = _identify(entry)
        if found is None:
            continue
        kind, table = found
        folder = str(entry.path.parent) if entry.container else ""
        place = exports.setdefault(
            (entry.container, folder), LinkedInExport(entry.container or "the files")
        )
        place.tables.setdefault(kind, []).append(table)
        place.made_at = place.made_at or _exported_on(f"{entry.container or ''}/{entry.path}")
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(exports.values(), key=lambda each: each.made_at or oldest, reverse=True)


def slug_of(link: str) -> str | None:
    """The name in ``linkedin.com/in/<name>``; None for what is no personal profile."""
    if found := _PLAIN_LINK.fullmatch(link):
        return found[1]
    if not link:
        return None
    try:
        handle = parse_handle(link, Network.LINKEDIN)
    except HandleProblem:
        return None
    return handle.name if handle.network is Network.LINKEDIN else None


@lru_cache(maxsize=10_000)
def day_of(text: str) -> datetime | None:
    """``08 Feb 2026``, ``08-Feb-26``, ``2/8/26, 3:05 PM`` or ``2026-02-08``: midnight, UTC."""
    if found := _DAY.fullmatch(text):
        return _moment(found[3], _MONTHS.find(f" {found[2].lower()}") // 4 + 1, found[1])
    if found := _AMERICAN.fullmatch(text):
        return _moment(found[3], found[1], found[2])
    day = moment_of(text)
    return day and day.replace(hour=0, minute=0, second=0, microsecond=0)


def moment_of(text: str) -> datetime | None:
    """``2024-03-15 09:30:00 UTC``."""
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(year: str, month: int | str, day: str) -> datetime | None:
    whole = int(year) if len(year) == 4 else 2000 + int(year)
    if not _FIRST_YEAR <= whole <= _LAST_YEAR:
        return None
    try:
        return datetime(whole, int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None


def _identify(entry: Entry) -> tuple[Kind, Table] | None:
    table = find_table(entry, lambda columns: _kind_of(columns) is not None)
    kind = _kind_of(table.columns) if table else None
    return (kind, table) if table and kind else None


def _kind_of(columns: dict[str, int]) -> Kind | None:
    return next((kind for kind in Kind if all(name in columns for name in kind.value)), None)


def _exported_on(path: str) -> datetime | None:
    found = _EXPORTED.search(path)
    return _moment(found[3], found[1], found[2]) if found else None
