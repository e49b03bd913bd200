"""Which of an upload's files are an X archive's, and what is missing of it. Pure.

Two shapes: since 2018 ``data/*.js``, each assigning to ``window.YTD.<type>.part<N>``, with a
manifest that names the parts; and the one of 2012 ("Grailbird"), ``data/js/tweets/YYYY_MM.js``.
``contact.js``, the phone's address book of other people, is never opened.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeVar

import msgspec

from firsthand.ties.archive_files import Entry
from firsthand.ties.js_arrays import assigned_name, assigned_value
from firsthand.ties.kinds import Problem, UnreadableExport
from firsthand.ties.x_records import (
    Account,
    GrailbirdDetails,
    GrailbirdMonth,
    GrailbirdOwner,
    Manifest,
)

T = TypeVar("T")

POSTS = frozenset({"tweet", "tweets", "community_tweet", "grailbird"})
LISTS = frozenset({"following", "follower", "block", "mute"})
HEADERS = "direct_message_headers"
MESSAGES = frozenset({"direct_message", "direct_messages"})
_WANTED = POSTS | LISTS | MESSAGES | {HEADERS, "account", "screen_name_change"}
_GLOBAL = re.compile(r"(?:window\.)?YTD\.([a-z0-9_]+)\.part([0-9]{1,4})")
_MONTH = re.compile(r"Grailbird\.data\.tweets_([0-9]{4})_([0-9]{2})")
_STEM = re.compile(r"(.+?)(?:[-_]part([0-9]{1,4}))?", re.IGNORECASE)
_MONTH_STEM = re.compile(r"[0-9]{4}_[0-9]{2}")
_LARGEST_SMALL = 4 * 2**20


@dataclass(frozen=True)
class Part:
    """One file: its type (``tweets``, ``following``, ...) and its number."""

    type: str
    number: int
    entry: Entry


@dataclass
class Export:
    """One archive; ``made_at`` as its manifest says it, "" if it says nothing.

    ``named``: the types of the files that its own lists say it has.
    """

    place: str
    loose: bool
    parts: list[Part] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    made_at: str = ""
    is_partial: bool = False
    owner: Account | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def types(self) -> set[str]:
        return {part.type for part in self.parts}

    @property
    def is_grailbird(self) -> bool:
        return "grailbird" in self.types


def find_exports(entries: Sequence[Entry]) -> list[Export]:
    """Each X archive of the upload, the newest first; none if it holds something else."""
    groups: dict[tuple[str | None, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.name.lower().endswith(".js"):
            groups[entry.container, _root(entry)].append(entry)
    exports = [_read_group(place, group) for place, group in groups.items()]
    found = [export for export in exports if export.parts]
    return sorted(found, key=lambda export: export.made_at, reverse=True)


def choose_export(exports: Sequence[Export]) -> Export:
    """The newest one, with all files if X split it; says which others were left out."""
    newest, *others = exports
    for other in others:
        if newest.made_at and other.made_at == newest.made_at:
            newest.parts += other.parts
            newest.owner = newest.owner or other.owner
            newest.named |= other.named
        else:
            newest.problems.append(
                Problem(other.place, "An older export than the other one in this upload; left out.")
            )
    newest.problems += _missing(newest)
    return newest


def _root(entry: Entry) -> str:
    """The folder of the export that the file belongs to; loose files are one export."""
    if entry.container is None:
        return ""
    folder = [part.lower() for part in entry.path.parts[:-1]]
    for end in (["data", "js", "tweets"], ["data", "js"], ["data"]):
        if folder[-len(end) :] == end:
            folder = folder[: -len(end)]
            break
    return "/".join(folder)


def _read_group(place: tuple[str | None, str], entries: Iterable[Entry]) -> Export:
    container, root = place
    name = "/".join(filter(None, (container, root)))
    export = Export(name or "the files", loose=container is None)
    odd = []
    for entry in entries:
        stem = PurePosixPath(entry.name.lower()).stem
        if stem == "manifest":
            _read_manifest(export, entry)
        elif stem in {"user_details", "payload_details", "tweet_index"}:
            _read_grailbird_detail(export, entry, stem)
        elif stem != "contact" and (export.loose or _is_wanted(stem)):
            if part := _identify(entry):
                export.parts.append(part)
            elif _is_wanted(stem):
                odd.append(entry.name)
    # Alone it is somebody else's file of that name.
    if odd and export.parts:
        raise UnreadableExport(f"{odd[0]} does not start as X writes it.")
    export.parts.sort(key=lambda part: (part.type, part.number))
    return export


def _is_wanted(stem: str) -> bool:
    found = _STEM.fullmatch(stem)
    type_ = found[1].replace("-", "_") if found else ""
    return type_ in _WANTED or _MONTH_STEM.fullmatch(stem) is not None


def _identify(entry: Entry) -> Part | None:
    """By what it assigns to: a phone or a person may have renamed the file."""
    name = assigned_name(entry.text()) or ""
    if found := _GLOBAL.fullmatch(name):
        return Part(found[1], int(found[2]), entry) if found[1] in _WANTED else None
    if found := _MONTH.fullmatch(name):
        return Part("grailbird", int(found[1] + found[2]), entry)
    return None


def _read_manifest(export: Export, entry: Entry) -> None:
    manifest = _small(export, entry, Manifest)
    if manifest is None:
        return
    if info := manifest.archive_info:
        export.made_at = info.generation_date or ""
        export.is_partial = info.is_partial_archive in {True, "true"}
    if user := manifest.user_info:
        export.owner = Account(user.user_name, user.account_id)
    for type_ in manifest.data_types.values():
        for file in type_.files:
            found = _GLOBAL.fullmatch(file.global_name)
            if found and found[1] in _WANTED and file.count not in {0, "0"}:
                export.named[file.file_name.replace("\\", "/").rpartition("/")[2]] = found[1]


def _read_grailbird_detail(export: Export, entry: Entry, stem: str) -> None:
    if stem == "user_details":
        if owner := _small(export, entry, GrailbirdOwner):
            export.owner = Account(owner.screen_name, owner.id)
    elif stem == "payload_details":
        if details := _small(export, entry, GrailbirdDetails):
            export.made_at = details.created_at or ""
    elif months := _small(export, entry, list[GrailbirdMonth]):
        for month in months:
            export.named[month.file_name.rpartition("/")[2]] = "grailbird"


def _small(export: Export, entry: Entry, type_: type[T]) -> T | None:
    try:
        return msgspec.json.decode(assigned_value(entry.small_text(_LARGEST_SMALL)), type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        export.problems.append(
            Problem(
                entry.name,
                "Cannot be read, so nothing says whether parts of the export are missing.",
            )
        )
        return None


def _missing(export: Export) -> Iterator[Problem]:
    if export.is_partial:
        yield Problem(
            export.place, "X split this export into several files: import all of them together."
        )
    unbrought = _unbrought(export)
    for name in sorted(unbrought):
        yield Problem(
            name, "Named in the export's list of files but not there: the import is incomplete."
        )
    if export.is_grailbird:
        yield Problem(export.place, "An archive of the old kind: it has no follow lists.")
        return
    for type_, what in _EXPECTED.items():
        brought = export.types & (POSTS if type_ == "tweets" else {type_})
        if not brought and type_ not in unbrought.values():
            yield Problem(f"{type_}.js", f"Not in this upload, so {what} missing.")


_EXPECTED = {
    "following": "the people you follow are",
    "follower": "the people who follow you are",
    "tweets": "replies, mentions and reposts are",
}


def _unbrought(export: Export) -> dict[str, str]:
    """Files (and their types) that the export's own list or its part numbers promise."""
    promised = dict(export.named)
    for part in export.parts:
        if part.type != "grailbird":
            stem = part.type.replace("_", "-")
            have = {other.number for other in export.parts if other.type == part.type}
            for number in set(range(part.number)) - have:
                promised[f"{stem}-part{number}.js" if number else f"{stem}.js"] = part.type
    brought = {part.entry.name.lower() for part in export.parts}
    # Messages stay closed anyway where their headers are there.
    needless = MESSAGES if HEADERS in export.types else frozenset()
    return {
        name: type_
        for name, type_ in promised.items()
        if name.lower() not in brought and type_ not in needless
    }
