"""Prints badges as a PDF; run as a child process, so that a large event never slows the server.

    python -m firsthand.badges.pdf --layout a6 --output badges.pdf

reads lines of JSON: first `{"event": {"name", "dates"}}`, then per badge
`{"name", "headline", "company", "address", "short_code"}`; writes `{"done": n}` every 200 badges
and at the end, there with `"unprintable"`: characters that no font had, with their counts.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, NoReturn, TypeVar

import msgspec
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from firsthand.badges.drawing import draw_badge, draw_cut_marks, prepare
from firsthand.badges.geometry import DEFAULT_LAYOUT, LAYOUTS, Layout
from firsthand.badges.typeset import LONGEST_TEXT, Typesetter

PROGRESS_EVERY = 200

Progress = Callable[[int], None]
_T = TypeVar("_T")


class PrintableEvent(msgspec.Struct, frozen=True):
    """What a badge says about its event; `dates` is shown as it is."""

    name: str
    dates: str = ""


class PrintableBadge(msgspec.Struct, frozen=True):
    """What is printed of an attendee; `short_code` without its hyphen."""

    name: str
    address: str
    short_code: str
    headline: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """How many badges were printed, and the letters (with counts) that no font could draw."""

    badges: int
    unprintable: dict[str, int]


class UnprintableError(ValueError):
    """What was to be printed cannot be; the message says why."""


class _FirstLine(msgspec.Struct):
    event: PrintableEvent


def print_badges(
    badges: Iterable[PrintableBadge],
    event: PrintableEvent,
    layout: Layout,
    output: Path,
    progress: Progress | None = None,
) -> Printed:
    """Writes the PDF to `output`, which appears only when it is complete.

    Raises UnprintableError if there is no badge or a code cannot be printed, OSError if the file
    cannot be written.
    """
    badges = [_shortened(badge) for badge in badges]
    if not badges:
        raise UnprintableError("there are no badges to print")
    typesetter = Typesetter.of(_texts(badges, event))
    with tempfile.NamedTemporaryFile(dir=output.parent, delete=False) as file:
        try:
            _write(file, badges, event, layout, typesetter, progress)
            file.flush()
            os.replace(file.name, output)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return Printed(len(badges), dict(typesetter.unprintable))


def _write(
    file: IO[bytes],
    badges: list[PrintableBadge],
    event: PrintableEvent,
    layout: Layout,
    typesetter: Typesetter,
    progress: Progress | None,
) -> None:
    # Binary streams: writing them as text would cost a tenth of the time and a quarter of the size.
    rl_config.useA85 = 0
    canvas = Canvas(
        file, pagesize=(layout.page.width, layout.page.height), pageCompression=1, invariant=1
    )
    canvas.setTitle(f"{typesetter.printable(event.name)}: badges")
    canvas.setCreator("Firsthand")
    prepared = prepare(canvas, event.name, event.dates, layout, typesetter)
    places = list(layout.places())
    for index, badge in enumerate(badges):
        place = places[index % len(places)]
        try:
            draw_badge(canvas, place, badge, prepared)
        except ValueError as error:
            raise UnprintableError(f"badge {index + 1}: {error}") from error
        if place is places[-1] or index == len(badges) - 1:
            draw_cut_marks(canvas, layout)
            canvas.showPage()
        if progress and (index + 1) % PROGRESS_EVERY == 0:
            progress(index + 1)
    canvas.save()


def _shortened(badge: PrintableBadge) -> PrintableBadge:
    """Without the megabytes that a hostile field may hold: nothing beyond is ever drawn."""
    return msgspec.structs.replace(
        badge,
        name=badge.name[:LONGEST_TEXT],
        headline=badge.headline[:LONGEST_TEXT],
        company=badge.company[:LONGEST_TEXT],
    )


def _texts(badges: Iterable[PrintableBadge], event: PrintableEvent) -> Iterator[str]:
    yield from (event.name, event.dates)
    for badge in badges:
        yield from (badge.name, badge.headline, badge.company)


def _lines(stream: BinaryIO) -> Iterator[PrintableBadge]:
    decode = msgspec.json.Decoder(PrintableBadge).decode
    for number, line in enumerate(stream, start=2):
        yield _decoded(partial(decode, line), number)


def _decoded(decode: Callable[[], _T], number: int) -> _T:
    try:
        return decode()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnprintableError(f"line {number}: {error}") from error


def _fail(message: str) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise SystemExit(1)


def _say(**fields: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(fields) + b"\n")
    sys.stdout.buffer.flush()


def main(arguments: list[str] | None = None) -> None:
    """The child process; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m firsthand.badges.pdf")
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default=DEFAULT_LAYOUT)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    stdin = sys.stdin.buffer
    try:
        first = _decoded(lambda: msgspec.json.decode(stdin.readline(), type=_FirstLine), 1)
        printed = print_badges(
            _lines(stdin),
            first.event,
            LAYOUTS[options.layout],
            options.output,
            lambda done: _say(done=done),
        )
    except UnprintableError as error:
        _fail(f"badges: {error}")
    except OSError as error:
        _fail(f"badges: {options.output} cannot be written: {error.strerror}")
    _say(done=printed.badges, unprintable=printed.unprintable)


if __name__ == "__main__":
    main()
