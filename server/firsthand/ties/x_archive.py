"""Reads an X archive: the records found in it, then a summary. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec.json import Decoder

from firsthand.handles.networks import Network
from firsthand.ties.archive_files import CHUNK, Entry
from firsthand.ties.js_arrays import JsArray
from firsthand.ties.kinds import Found, Problem, Progress, Summary
from firsthand.ties.x_exports import (
    HEADERS,
    LISTS,
    MESSAGES,
    POSTS,
    Export,
    Part,
    choose_export,
    find_exports,
)
from firsthand.ties.x_records import (
    AccountRow,
    ConversationRow,
    ListRow,
    NameChangeRow,
    PostRow,
)
from firsthand.ties.x_ties import XTies

_PROGRESS_EVERY = 16 * CHUNK
_SAYS = {
    "following": "you follow nobody",
    "follower": "nobody follows you",
    "tweets": "you posted nothing",
}


def read_x_archive(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is no X archive among them. Raises UnreadableExport, also while iterating."""
    exports = find_exports(entries)
    return _read(choose_export(exports)) if exports else None


def _read(export: Export) -> Iterator[Found]:
    ties = XTies()
    if export.owner:
        ties.read_owner(export.owner)
    parts = _in_order(export)
    total = sum(part.entry.size for part in parts)
    done = 0
    problems = list(export.problems)
    for part in parts:
        if part.type in MESSAGES | {HEADERS} and ties.owner_id is None:
            what = "Left out: without account.js nobody knows which side of a message is yours."
            problems.append(Problem(part.entry.name, what))
            continue
        elements = 0
        for read_elements, read in _read_part(part, ties):
            elements = read_elements
            yield Progress(min(done + read, total), total)
        done += part.entry.size
        if elements == 0 and part.type in _SAYS:
            what = f"The list is empty: it says that {_SAYS[part.type]}."
            problems.append(Problem(part.entry.name, what))
    yield from problems
    yield from ties.found()
    yield Summary(Network.X, ties.unresolved, ties.skipped)


def _in_order(export: Export) -> list[Part]:
    """The owner first: whose messages these are must be known before they are counted.

    Where headers are there, the messages themselves stay closed.
    """
    closed = MESSAGES if HEADERS in export.types else frozenset()
    parts = [part for part in export.parts if part.type not in closed]
    return sorted(parts, key=lambda part: (list(_ROWS).index(part.type), part.number))


def _read_part(part: Part, ties: XTies) -> Iterator[tuple[int, int]]:
    """From time to time, and at the end: the elements and the bytes that were read."""
    decoder, take = _ROWS[part.type]
    array = JsArray(part.entry.text(), decoder, part.entry.name)
    elements = 0
    next_report = _PROGRESS_EVERY
    for row in array:
        elements += 1
        if row is None:
            ties.skipped += 1
        else:
            take(ties, row)
        if array.done >= next_report:
            next_report = array.done + _PROGRESS_EVERY
            yield elements, array.done
    yield elements, array.done


def _take_account(ties: XTies, row: AccountRow) -> None:
    if row.account:
        ties.read_owner(row.account)


def _take_name_change(ties: XTies, row: NameChangeRow) -> None:
    if row.screen_name_change and row.screen_name_change.screen_name_change:
        ties.read_name_change(row.screen_name_change.screen_name_change)


def _take_conversation(ties: XTies, row: ConversationRow) -> None:
    if row.dm_conversation:
        ties.read_conversation(row.dm_conversation)


def _take_post(ties: XTies, row: PostRow) -> None:
    ties.read_post(row.tweet or row)


_Row = tuple[Decoder[Any], Callable[[XTies, Any], None]]
_LIST: _Row = Decoder(ListRow), XTies.read_listed
_CONVERSATION: _Row = Decoder(ConversationRow), _take_conversation
_POST: _Row = Decoder(PostRow), _take_post
_ROWS: dict[str, _Row] = {
    "account": (Decoder(AccountRow), _take_account),
    "screen_name_change": (Decoder(NameChangeRow), _take_name_change),
    **dict.fromkeys(sorted(LISTS), _LIST),
    **dict.fromkeys([HEADERS, *sorted(MESSAGES)], _CONVERSATION),
    **dict.fromkeys(sorted(POSTS), _POST),
}
