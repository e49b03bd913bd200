"""Reads an export in a process of its own: ``python -m firsthand.ties.reading FILE...``

Writes its findings as JSON lines (``firsthand.ties.kinds``) on standard output: progress at most
twice a second, a Summary at the end of a whole parse (exit code 0), Unreadable at the end of one
that failed for what is in the files (exit code 2). Pure but for its standard output.
"""

import gc
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from firsthand.ties import facebook, instagram_lists
from firsthand.ties.archive_files import Entry, open_upload
from firsthand.ties.bluesky import read_bluesky
from firsthand.ties.facebook import read_facebook
from firsthand.ties.github import read_github
from firsthand.ties.google_contacts import read_google_contacts
from firsthand.ties.instagram import read_instagram
from firsthand.ties.kinds import Found, Problem, Progress, Unreadable, UnreadableExport
from firsthand.ties.linkedin import read_linkedin
from firsthand.ties.mastodon import read_mastodon
from firsthand.ties.vcard import read_vcards
from firsthand.ties.x_archive import read_x_archive

_MOST_MEMORY = 2 * 2**30
_PROGRESS_SECONDS = 0.5
_LINES_AT_ONCE = 500
_OBJECTS_BETWEEN_SEARCHES = 50_000

# Each takes an upload that is its network's, and leaves any other alone; tried in this order.
_Named = tuple[str, Callable[[Sequence[Entry]], Iterator[Found] | None]]
_READERS: tuple[_Named, ...] = (
    ("X", read_x_archive),
    ("LinkedIn", read_linkedin),
    ("Instagram or Threads", read_instagram),
    ("Facebook", read_facebook),
    ("Mastodon", read_mastodon),
    ("Bluesky", read_bluesky),
    ("Google Contacts", read_google_contacts),
    ("an address book", read_vcards),
    ("GitHub", read_github),
)
# What to ask these for, where an export of theirs holds nothing that can be read.
_LACKING = (instagram_lists.what_is_lacking, facebook.what_is_lacking)


def read_export(paths: Sequence[Path]) -> Iterator[Found]:
    """What these files (zips, loose files, folders) say about the owner and their ties.

    Nothing is found before all of it was read, but for Progress and Problems; a Summary comes last.
    Raises UnreadableExport.
    """
    with ExitStack() as stack:
        entries = open_upload(paths, stack)
        readers = iter(_READERS)
        for _, reader in readers:
            if (found := reader(entries)) is not None:
                yield from _others(entries, readers)
                yield from found
                return
        raise UnreadableExport(_unknown(entries))


def _others(entries: Sequence[Entry], readers: Iterator[_Named]) -> Iterator[Problem]:
    """One import is of one network, so that it can be taken back and brought again by itself."""
    for label, reader in readers:
        try:
            is_here = reader(entries) is not None
        except UnreadableExport:
            continue
        if is_here:
            what = f"This upload also holds what {label} gave you. Import that on its own."
            yield Problem("Left out", what)


def _unknown(entries: Sequence[Entry]) -> str:
    for what_is_lacking in _LACKING:
        if lacking := what_is_lacking(entries):
            return lacking
    expected = (
        "Firsthand reads what these give: X (its zip, or following.js, follower.js, tweets.js and "
        "account.js from its data folder), LinkedIn (its zip, Connections.csv, messages.csv), "
        "Instagram and Threads (the zip, as JSON), Facebook (the zip, as JSON), Mastodon "
        "(following_accounts.csv, the archive), Bluesky (repo.car), GitHub "
        "(following.json, followers.json), Google Contacts (CSV) and address books (vCard)."
    )
    if not entries:
        return f"There is nothing in this upload. {expected}"
    if all(entry.size == 0 for entry in entries):
        return f"This upload is empty. {expected}"
    if all(entry.container for entry in entries) and any(
        entry.name.lower().endswith(".zip") for entry in entries
    ):
        return f"There is a zip within this zip: unpack the outer one first. {expected}"
    return f"This is no export that Firsthand knows. {expected}"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    _limit_memory()
    # What is read makes no circles: looking for some that often would take a fifth of the time.
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    encoder = msgspec.json.Encoder()
    output = sys.stdout.buffer
    said = 0.0
    failure: str | None = None
    try:
        waiting: list[Found] = []
        for found in read_export([Path(argument) for argument in arguments]):
            is_progress = type(found) is Progress
            if is_progress:
                if (now := time.monotonic()) - said < _PROGRESS_SECONDS:
                    continue
                said = now
            waiting.append(found)
            if is_progress or len(waiting) == _LINES_AT_ONCE:
                output.write(encoder.encode_lines(waiting))
                waiting.clear()
            if is_progress:
                output.flush()
        output.write(encoder.encode_lines(waiting))
    except UnreadableExport as error:
        failure = str(error)
    except MemoryError:
        failure = "This export needs more memory than it may take here. Nothing of it was kept."
    if failure:
        output.write(encoder.encode(Unreadable(failure)) + b"\n")
    output.flush()
    return 2 if failure else 0


def _limit_memory() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _MOST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, _MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
