"""Reads an attendee list in a child process, so that a large one never slows the server.

    python -m firsthand.organising.list_reading [--preview] [--columns JSON] [--first N] < list.csv

writes lines of JSON: the first rows as they are in the file, then rows and problems as they come
(rows but in a preview), and at the end what the file is. ``--columns`` maps column indexes to
meanings.
"""

import argparse
import contextlib
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import msgspec

from firsthand.csv_text import NoCsvError
from firsthand.organising.list_columns import ListColumn
from firsthand.organising.list_file import ListFile, ListProblem, ListRow

LARGEST_LIST = 20_000_000
MOST_ROWS = 100_000
MOST_PROBLEMS = 200
_SHOWN_RAW = 10
_LONGEST_SHOWN = 80
_SECONDS = 300


class RawRow(msgspec.Struct, frozen=True, tag="raw"):
    """One of the first rows, as it is in the file."""

    number: int
    cells: list[str]


class ListEnd(msgspec.Struct, frozen=True, tag="end"):
    """What is known of the file once it is read. ``trouble``: nothing of it can be used."""

    trouble: str
    columns: list[ListColumn]
    notes: list[str]
    rows: int
    skipped: int
    problems: int


class ReadList(msgspec.Struct):
    """A list that was read: its rows (none in a preview), the first as they are in the file, and
    what is wrong.
    """

    end: ListEnd
    rows: list[ListRow]
    raw: list[RawRow]
    problems: list[ListProblem]


_decoder = msgspec.json.Decoder(ListRow | ListProblem | RawRow | ListEnd)
_UNREADABLE = ListEnd("This file could not be read. Nothing of it was kept.", [], [], 0, 0, 0)


def read_list(
    body: bytes, chosen: Mapping[int, str] | None = None, *, preview: bool = False, first: int = 1
) -> ReadList:
    """Read a list in a child process; ``first`` is the number of its header's row."""
    command = [sys.executable, "-m", "firsthand.organising.list_reading", "--first", str(first)]
    if preview:
        command.append("--preview")
    if chosen is not None:
        command += ["--columns", msgspec.json.encode(chosen).decode()]
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.seek(0)
        try:
            child = subprocess.run(  # noqa: S603  # nosec B603  # our own module; the list comes by its input
                command, stdin=file, stdout=subprocess.PIPE, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return ReadList(_UNREADABLE, [], [], [])
    read = ReadList(_UNREADABLE, [], [], [])
    for line in child.stdout.splitlines():
        match _decoder.decode(line):
            case ListRow() as row:
                read.rows.append(row)
            case RawRow() as raw:
                read.raw.append(raw)
            case ListProblem() as problem:
                read.problems.append(problem)
            case ListEnd() as end:
                read.end = end
    return read


def findings(
    stream: BinaryIO, chosen: Mapping[int, str] | None, *, preview: bool, first: int
) -> Iterator[ListRow | ListProblem | RawRow | ListEnd]:
    """Everything to tell of a list, its end last."""
    file = ListFile(stream, chosen, first=first)
    rows = skipped = problems = 0
    trouble = nobody = ""
    yield from _raw_rows(file)
    for found in file.read():
        match found:
            case ListRow():
                rows += 1
                if not preview:
                    yield found
            case ListProblem():
                problems += 1
                skipped += found.skipped
                if found.skipped and not nobody:
                    nobody = f"Nobody on this list could be read. {found.where}: {found.what}"
                if problems <= MOST_PROBLEMS:
                    yield found
        if rows + skipped > MOST_ROWS:
            trouble = (
                f"This list has more than {MOST_ROWS:,} rows. Split it, and import part by part."
            )
            break
    trouble = file.trouble or trouble
    if not trouble and not rows:
        trouble = nobody or "There is nobody on this list. Each person needs a name."
    yield ListEnd(trouble, file.columns, file.notes, rows, skipped, problems)


def _raw_rows(file: ListFile) -> Iterator[RawRow]:
    shown = 0
    # A file that ends within quotes is told of when its rows are read.
    with contextlib.suppress(NoCsvError):
        for number, cells in file.raw_rows():
            if cells is not None:
                yield RawRow(number, [cell.strip()[:_LONGEST_SHOWN] for cell in cells])
                shown += 1
            if shown == _SHOWN_RAW:
                return


def main(arguments: Sequence[str] | None = None) -> None:
    """The child process; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m firsthand.organising.list_reading")
    parser.add_argument("--preview", action="store_true")
    parser.add_argument("--columns", default="")
    parser.add_argument("--first", type=int, default=1)
    options = parser.parse_args(arguments)
    chosen = msgspec.json.decode(options.columns, type=dict[int, str]) if options.columns else None
    stdin = sys.stdin.buffer
    # A pipe cannot be rewound, and the list is read twice: once to find its encoding.
    stream = stdin if stdin.seekable() else io.BytesIO(stdin.read(LARGEST_LIST + 1))
    encoder = msgspec.json.Encoder()
    out = sys.stdout.buffer
    for found in findings(stream, chosen, preview=options.preview, first=options.first):
        out.write(encoder.encode(found) + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
