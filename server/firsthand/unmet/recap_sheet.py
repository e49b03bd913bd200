"""Draws a recap to keep on A4: the sentence, the picture, who was met and what is open. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import msgspec
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from firsthand.badges.faces import Style
from firsthand.badges.typeset import LONGEST_TEXT, Typesetter
from firsthand.rings import STAGE_WORDS, WARM_STAGES
from firsthand.unmet.picture import CENTRE, MANY, SIZE, YOU, Beside, Face, Picture, Placed, picture
from firsthand.unmet.recap_pen import HAIR, INK, QUIET, TONES, UNPRINTABLE, WORDS, Pen
from firsthand.unmet.sentence import Piece

WIDTH, HEIGHT = 595.28, 841.89  # A4 in points
_MARGIN: Final = 48.0
_PICTURE: Final = 430.0
_COLUMN_GAP: Final = 24.0
_ROW, _PROMISE, _AFTER = 13.0, 11.5, 6.0
_CAPTION: Final = (
    "The nearer to you, the further along. Fine lines join people met within ten minutes, "
    "dotted ones people of one company."
)


class MetPerson(msgspec.Struct, frozen=True):
    """Somebody met; ``promises`` are what is open with them, in words."""

    name: str
    stage: str
    tied: bool
    promises: Sequence[str] = ()


class RecapSheet(msgspec.Struct, frozen=True):
    """Everything on the pages; ``dates`` is shown as it is."""

    event: str
    dates: str
    sentence: Sequence[Piece]
    faces: Sequence[Face]
    links: Sequence[Beside]
    people: Sequence[MetPerson]


def draw_recap(sheet: RecapSheet, file: BinaryIO) -> None:
    """Writes the PDF; who has something open stands first in the list."""
    rl_config.useA85 = 0
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1)
    pen = Pen(canvas, Typesetter.of(_texts(sheet)))
    canvas.setTitle(pen.setter.printable(f"Recap: {sheet.event}"))
    canvas.setCreator("Firsthand")
    top = _draw_head(pen, sheet)
    if sheet.faces:
        _draw_picture(pen, picture(sheet.faces, sheet.links), top)
        top -= _PICTURE + 12
        pen.colour(QUIET)
        pen.say(_CAPTION, _MARGIN, top, 8, Style.PLAIN, WIDTH - 2 * _MARGIN)
        top -= 26
    _draw_people(pen, sheet.people, top)
    canvas.save()


def _texts(sheet: RecapSheet) -> Iterator[str]:
    yield from (sheet.event, sheet.dates, UNPRINTABLE, _CAPTION, "Recap: · …")
    yield from (words for words, _ in sheet.sentence)
    for face in sheet.faces:
        yield face.name[:LONGEST_TEXT]
    for person in sheet.people:
        yield person.name[:LONGEST_TEXT]
        yield from (promise[:LONGEST_TEXT] for promise in person.promises)


def _draw_head(pen: Pen, sheet: RecapSheet) -> float:
    """Event, dates and the sentence; returns how far down they reach."""
    y = HEIGHT - _MARGIN - 12
    pen.colour(QUIET)
    dates = pen.setter.printable(sheet.dates)
    beside = pen.setter.width(dates, Style.PLAIN) * 10 + 16
    pen.say(dates, WIDTH - _MARGIN - beside + 16, y, 10, Style.PLAIN)
    pen.say(sheet.event, _MARGIN, y, 13, Style.STRONG, WIDTH - 2 * _MARGIN - beside)
    y -= 36
    x, size, leading = _MARGIN, 23.0, 28.0
    for word, tone, is_apart in _words(sheet.sentence):
        width = pen.setter.width(pen.setter.printable(word), Style.STRONG) * size
        gap = size * 0.26 if is_apart and x > _MARGIN else 0
        if gap and x + gap + width > WIDTH - _MARGIN:
            x, y, gap = _MARGIN, y - leading, 0
        pen.colour(WORDS[tone])
        pen.say(word, x + gap, y, size, Style.STRONG)
        x += gap + width
    return y - 16


def _words(pieces: Sequence[Piece]) -> Iterator[tuple[str, str, bool]]:
    """Each word with its tone, and whether a space stands before it."""
    is_apart = False
    for text, tone in pieces:
        for space, word in re.findall(r"(\s*)(\S+)", text):
            yield word, tone, bool(space) or is_apart
            is_apart = False
        is_apart = text[-1:].isspace()


def _draw_picture(pen: Pen, drawn: Picture, top: float) -> None:
    """In units of the picture, turned the PDF's way up."""
    canvas = pen.canvas
    canvas.saveState()
    canvas.translate((WIDTH - _PICTURE) / 2, top - _PICTURE)
    canvas.scale(_PICTURE / SIZE, _PICTURE / SIZE)
    canvas.setLineCap(1)
    canvas.setStrokeColorRGB(*TONES["warm"])
    crowd = len(drawn.placed) > MANY
    canvas.setStrokeAlpha(0.3 if crowd else 0.42)
    for each in drawn.placed:
        if each.line:
            canvas.setLineWidth(each.line)
            canvas.line(CENTRE, CENTRE, each.x, SIZE - each.y)
    canvas.setStrokeColorRGB(*TONES["hair"])
    canvas.setStrokeAlpha(0.5 if crowd else 0.75)
    for line in drawn.lines:
        canvas.setDash([0, 3] if line.why == "company" else [])
        canvas.setLineWidth(1.4 if line.why == "company" else 0.9)
        canvas.line(line.x1, SIZE - line.y1, line.x2, SIZE - line.y2)
    canvas.setDash([])
    canvas.setStrokeAlpha(1)
    for each in drawn.placed:
        _draw_face(pen, each)
    pen.colour(INK)
    canvas.circle(CENTRE, CENTRE, YOU, stroke=0, fill=1)
    pen.colour((1, 1, 1))
    pen.say_at("you", CENTRE, CENTRE - 4.5, 14, "middle")
    canvas.restoreState()


def _draw_face(pen: Pen, each: Placed) -> None:
    y = SIZE - each.y
    pen.ring(each.face.stage, each.face.tied, each.x, y, each.radius)
    if each.letters:
        pen.letters(each.face.name, each.x, y, each.radius)
    if each.label:
        pen.colour(INK)
        pen.say_at(
            each.label.text, each.label.x, SIZE - each.label.y, each.label.size, each.label.anchor
        )


def _draw_people(pen: Pen, people: Sequence[MetPerson], top: float) -> None:
    """In two columns, page after page; who has something open first."""
    if not people:
        return
    ordered = sorted(people, key=lambda person: not person.promises)
    width = (WIDTH - 2 * _MARGIN - _COLUMN_GAP) / 2
    top = _draw_list_heading(pen, top)
    column, y, page = 0, top, 1
    for person in ordered:
        height = _ROW + _PROMISE * len(person.promises) + _AFTER
        if y - height < _MARGIN and y < top:
            column, y = column + 1, top
        if column > 1:
            _draw_foot(pen, page)
            pen.canvas.showPage()
            top = HEIGHT - _MARGIN - 12
            column, y, page = 0, top, page + 1
        _draw_person(pen, person, _MARGIN + column * (width + _COLUMN_GAP), y, width)
        y -= height
    _draw_foot(pen, page)


def _draw_list_heading(pen: Pen, top: float) -> float:
    pen.colour(INK)
    pen.say("Who you met, and what is still open", _MARGIN, top, 12, Style.STRONG)
    pen.canvas.setStrokeColorRGB(*HAIR)
    pen.canvas.setLineWidth(0.7)
    pen.canvas.line(_MARGIN, top - 7, WIDTH - _MARGIN, top - 7)
    return top - 23


def _draw_person(pen: Pen, person: MetPerson, x: float, y: float, width: float) -> None:
    pen.ring(person.stage, person.tied, x + 6, y + 3, 6)
    word = STAGE_WORDS[person.stage]
    word_width = pen.setter.width(word, Style.PLAIN) * 8
    pen.colour(WORDS["warm" if person.stage in WARM_STAGES else ""])
    pen.say(word, x + width - word_width, y, 8, Style.PLAIN)
    pen.colour(INK)
    pen.say(pen.name(person.name), x + 18, y, 10, Style.STRONG, width - word_width - 26)
    pen.colour(QUIET)
    for number, promise in enumerate(person.promises, start=1):
        pen.say(promise, x + 18, y - number * _PROMISE, 8.5, Style.PLAIN, width - 18)


def _draw_foot(pen: Pen, page: int) -> None:
    pen.colour(QUIET)
    pen.say(f"Firsthand. Private: for you alone. Page {page}", _MARGIN, 26, 7.5, Style.PLAIN)
