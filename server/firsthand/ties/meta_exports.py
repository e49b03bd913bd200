"""Which of an upload's files are lists of an Instagram, Threads or Facebook export. Pure.

They are asked for and packed alike. A list is known by its content (the first key, the fields of
the first entry), never by its name alone. The day when an export was made stands in the name of its
zip or folder only (``instagram-ana-2026-05-17-AbCd.zip``, ``ana_20200517.zip``).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath

from firsthand.ties.archive_files import Entry
from firsthand.ties.kinds import Problem

# Of an entry; its lists have no other bound.
LONGEST_ENTRY = 2**20
LONGEST_HEAD = 4_000
_SUFFIXES = frozenset({"", ".json", ".txt"})
_DAYS = re.compile(
    r"(?<![0-9])(?:(?P<y>20[0-9]{2})[-_]?(?P<m>[0-9]{2})[-_]?(?P<d>[0-9]{2})"
    r"|(?P<d2>[0-9]{2})[-_](?P<m2>[0-9]{2})[-_](?P<y2>20[0-9]{2}))(?![0-9])"
)
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*([0-9]{9,10})(?![0-9])')
_LONGEST_TIMESTAMP = 40
_OWN_FOLDERS = frozenset(
    {
        *("connections", "followers_and_following", "friends", "friends_and_followers"),
        *("your_instagram_activity", "your_facebook_activity", "threads"),
        *("personal_information", "profile_information"),
    }
)


@dataclass(frozen=True)
class MetaList:
    """One file: what it lists, and below which key of its object (None: it is an array)."""

    what: str
    below: str | None
    entry: Entry


@dataclass
class MetaExport:
    """``made_at`` is the day that the name of the zip or the folder says."""

    place: str
    made_at: datetime | None
    lists: list[MetaList] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def of(self, what: str) -> list[MetaList]:
        return [each for each in self.lists if each.what == what]


def head_of(entry: Entry) -> bytes:
    """Its beginning without BOM and blanks; empty for what a zip holds of other kinds of files.

    Raises UnreadableExport.
    """
    if entry.container and entry.path.suffix.lower() not in _SUFFIXES:
        return b""
    # What a Windows shell saved is UTF-16: it is told so when it is read.
    head = next(entry.chunks(), b"")[:LONGEST_HEAD].replace(b"\0", b"")
    return head.lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")


def find_lists(
    entries: Sequence[Entry], identify: Callable[[Entry], MetaList | None]
) -> MetaExport | None:
    """The newest export of the upload, with the parts that it was split into; None without any.

    Raises UnreadableExport.
    """
    exports: dict[tuple[str | None, str], MetaExport] = {}
    for entry in entries:
        if found := identify(entry):
            root = _root(entry.path, entry.container is None)
            name = "/".join(filter(None, (entry.container, root)))
            export = exports.setdefault(
                (entry.container, root), MetaExport(name or "the files", _day_in(name))
            )
            export.lists.append(found)
    return _newest(list(exports.values())) if exports else None


def html_lists(entries: Iterable[Entry], name: re.Pattern[str], network: bytes) -> list[Entry]:
    """The lists that were exported as web pages: this name, and the network's in the page."""
    return [
        entry
        for entry in entries
        if name.search(f"/{entry.path.as_posix().lower()}") and network in _page(entry)
    ]


def missing_parts(lists: Iterable[MetaList], stem: str) -> Iterator[Problem]:
    """Of ``followers_1.json`` and ``followers_3.json`` the second is missing."""
    numbered = re.compile(rf"{stem}_([0-9]{{1,4}})")
    found = (numbered.fullmatch(each.entry.path.stem.lower()) for each in lists)
    numbers = {int(each[1]) for each in found if each}
    for number in sorted(set(range(1, max(numbers, default=0))) - numbers)[:3]:
        name = f"{stem}_{number}.json"
        yield Problem(name, "It is not here: this list is split, and a part of it is missing.")


def _newest(exports: list[MetaExport]) -> MetaExport:
    if len(exports) == 1:
        return exports[0]
    dated = [(export.made_at or _last_date(export), export) for export in exports]
    newest_at = max(at for at, _ in dated)
    newest, *parts = [export for at, export in dated if at == newest_at]
    for part in parts:
        newest.lists += part.lists
    newest.problems = [
        Problem(export.place, "An older export than the other one in this upload; left out.")
        for at, export in dated
        if at != newest_at
    ]
    return newest


def _last_date(export: MetaExport) -> datetime:
    """The last moment that stands in its lists. Raises UnreadableExport."""
    last = 0
    for each in export.lists:
        before = b""
        for chunk in each.entry.chunks():
            text = before + chunk
            last = max([last, *map(int, _TIMESTAMP.findall(text))])
            before = text[-_LONGEST_TIMESTAMP:]
    return datetime.fromtimestamp(last, UTC)


def _root(path: PurePosixPath, is_loose: bool) -> str:
    """The folder of the export that the file belongs to; loose files without one are one export."""
    folders = list(path.parts[:-1])
    own = [number for number, name in enumerate(folders) if name.lower() in _OWN_FOLDERS]
    if not own:
        return "" if is_loose else "/".join(folders)
    folders = folders[: own[0]]
    return "/".join(folders[-1:] if is_loose else folders)


def _day_in(name: str) -> datetime | None:
    for found in reversed(list(_DAYS.finditer(name))):
        year, month, day = (found[part] or found[f"{part}2"] for part in "ymd")
        try:
            return datetime(int(year), int(month), int(day), tzinfo=UTC)
        except ValueError:
            continue
    return None


def _page(entry: Entry) -> bytes:
    page = next(entry.chunks(), b"").lower()
    return page if b"<html" in page[:LONGEST_HEAD] else b""
