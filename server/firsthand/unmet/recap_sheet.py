"""Draws a recap to keep on A4: the sentence, the picture, who was met and what is open. Pure."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO, Final

import msgspec
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from firsthand.badges.faces import Style
from firsthand.badges.text_fit import fit
from firsthand.badges.typeset import LONGEST_TEXT, Typesetter
from firsthand.rings import RING_SIZE, STAGE_WORDS, WARM_STAGES, initials, ring
from firsthand.unmet.picture import CENTRE, MANY, SIZE, YOU, Beside, Face, Picture, Placed, picture
from firsthand.unmet.sentence import Piece

WIDTH, HEIGHT = 595.28, 841.89  # A4 in points
_MARGIN: Final = 48.0
_PICTURE: Final = 430.0
_COLUMN_GAP: Final = 24.0
_ROW, _PROMISE, _AFTER = 13.0, 11.5, 6.0
_UNPRINTABLE: Final = "A name that this page has no letters for"
_CAPTION: Final = (
    "The nearer to you, the further along. Fine lines join people met within ten minutes, "
    "dotted ones people of one company."
)

Colour = tuple[float, float, float]
# The light colours of web/css/tokens.css.
_INK: Final[Colour] = (0.07, 0.09, 0.16)
_QUIET: Final[Colour] = (0.29, 0.31, 0.37)
_HAIR: Final[Colour] = (0.84, 0.83, 0.80)
_TONES: Final[dict[str, Colour]] = {
    "": _INK,
    "cool": (0.23, 0.36, 0.80),
    "turning": (0.75, 0.24, 0.62),
    "warm": (0.88, 0.33, 0.09),
    "hair": (0.49, 0.50, 0.55),
}
_WORDS: Final[dict[str, Colour]] = {
    "": _INK,
    "cool": (0.12, 0.24, 0.62),
    "warm": (0.50, 0.18, 0.04),
}
_WASHES: Final[dict[str, Colour]] = {
    "cool": (0.91, 0.93, 0.99),
    "warm": (1.0, 0.93, 0.88),
    "": (0.95, 0.94, 0.92),
}
_ARC: Final = re.compile(r"(?:M|0 0 1 )([\d.]+) ([\d.]+)")


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
    pen = _Pen(canvas, Typesetter.of(_texts(sheet)))
    canvas.setTitle(pen.setter.printable(f"Recap: {sheet.event}"))
    canvas.setCreator("Firsthand")
    top = _draw_head(pen, sheet)
    if sheet.faces:
        _draw_picture(pen, picture(sheet.faces, sheet.links), top)
        top -= _PICTURE + 12
        pen.colour(_QUIET)
        pen.say(_CAPTION, _MARGIN, top, 8, Style.PLAIN, WIDTH - 2 * _MARGIN)
        top -= 26
    _draw_people(pen, sheet.people, top)
    canvas.save()


def _texts(sheet: RecapSheet) -> Iterator[str]:
    yield from (sheet.event, sheet.dates, _UNPRINTABLE, _CAPTION, "Recap: · …")
    yield from (words for words, _ in sheet.sentence)
    for face in sheet.faces:
        yield face.name[:LONGEST_TEXT]
    for person in sheet.people:
        yield person.name[:LONGEST_TEXT]
        yield from (promise[:LONGEST_TEXT] for promise in person.promises)


class _Pen:
    """A canvas that can write in any script."""

    def __init__(self, canvas: Canvas, setter: Typesetter) -> None:
        self.canvas, self.setter = canvas, setter

    def colour(self, colour: Colour) -> None:
        self.canvas.setFillColorRGB(*colour)

    def name(self, name: str) -> str:
        return self.setter.printable(name) or _UNPRINTABLE

    def say(
        self, text: str, x: float, y: float, size: float, style: Style, width: float = math.inf
    ) -> float:
        """One line from its baseline, cut with an ellipsis at the width; returns its width."""
        words = self.setter.printable(text)
        if width < math.inf:
            box = (width, size * 2)
            words = fit(words, lambda t: self.setter.width(t, style), box, (size, size), 1).lines[0]
        line = self.canvas.beginText(x, y)
        for run in self.setter.runs(words, style):
            line.setFont(run.font, size)
            line.textOut(run.text)
        self.canvas.drawText(line)
        return self.setter.width(words, style) * size

    def say_at(self, text: str, x: float, y: float, size: float, anchor: str) -> None:
        words = self.setter.printable(text)
        width = self.setter.width(words, Style.STRONG) * size
        self.say(
            words, x - width * {"start": 0, "middle": 0.5, "end": 1}[anchor], y, size, Style.STRONG
        )

    def ring(self, stage: str, tied: bool, x: float, y: float, radius: float) -> None:
        """As firsthand.rings draws it, about its centre."""
        tone = "warm" if stage in WARM_STAGES else "cool" if stage in ("online", "spoken") else ""
        scale = radius / (RING_SIZE / 2)
        self.colour(_WASHES[tone])
        self.canvas.circle(x, y, radius * 0.82, stroke=0, fill=1)
        self.canvas.setLineCap(1)
        for stroke in ring(stage, tied):
            self.canvas.setStrokeColorRGB(*_TONES[stroke.tone])
            # A small ring must still be seen.
            self.canvas.setLineWidth(stroke.width * scale * (1.2 if radius > 9 else 1.7))
            dashes = [float(length) * scale for length in stroke.dash.split()]
            self.canvas.setDash(dashes or [])
            points = [(float(a), float(b)) for a, b in _ARC.findall(stroke.path)]
            for start, end in pairwise(points):
                self._arc(start, end, x, y, scale)
        self.canvas.setDash([])
        self.colour(_WORDS[tone])

    def _arc(
        self, start: tuple[float, float], end: tuple[float, float], x: float, y: float, scale: float
    ) -> None:
        """Clockwise on the screen from start to end, both in the ring's own units."""
        middle = RING_SIZE / 2
        radius = math.hypot(start[0] - middle, start[1] - middle) * scale
        first, last = (
            math.degrees(math.atan2(middle - point[1], point[0] - middle)) for point in (start, end)
        )
        extent = (first - last) % 360
        self.canvas.arc(
            x - radius, y - radius, x + radius, y + radius, startAng=first, extent=-extent
        )

    def letters(self, name: str, x: float, y: float, radius: float) -> None:
        letters = self.setter.printable(initials(name)) or "?"
        size = radius * (0.75 if len(letters) == 1 else 0.6)
        self.say_at(letters, x, y - size * 0.35, size, "middle")


def _draw_head(pen: _Pen, sheet: RecapSheet) -> float:
    """Event, dates and the sentence; returns how far down they reach."""
    y = HEIGHT - _MARGIN - 12
    pen.colour(_QUIET)
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
        pen.colour(_WORDS[tone])
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


def _draw_picture(pen: _Pen, drawn: Picture, top: float) -> None:
    """In units of the picture, turned the PDF's way up."""
    canvas = pen.canvas
    canvas.saveState()
    canvas.translate((WIDTH - _PICTURE) / 2, top - _PICTURE)
    canvas.scale(_PICTURE / SIZE, _PICTURE / SIZE)
    canvas.setLineCap(1)
    canvas.setStrokeColorRGB(*_TONES["warm"])
    crowd = len(drawn.placed) > MANY
    canvas.setStrokeAlpha(0.3 if crowd else 0.42)
    for each in drawn.placed:
        if each.line:
            canvas.setLineWidth(each.line)
            canvas.line(CENTRE, CENTRE, each.x, SIZE - each.y)
    canvas.setStrokeColorRGB(*_TONES["hair"])
    canvas.setStrokeAlpha(0.5 if crowd else 0.75)
    for line in drawn.lines:
        canvas.setDash([0, 3] if line.why == "company" else [])
        canvas.setLineWidth(1.4 if line.why == "company" else 0.9)
        canvas.line(line.x1, SIZE - line.y1, line.x2, SIZE - line.y2)
    canvas.setDash([])
    canvas.setStrokeAlpha(1)
    for each in drawn.placed:
        _draw_face(pen, each)
    pen.colour(_INK)
    canvas.circle(CENTRE, CENTRE, YOU, stroke=0, fill=1)
    pen.colour((1, 1, 1))
    pen.say_at("you", CENTRE, CENTRE - 4.5, 14, "middle")
    canvas.restoreState()


def _draw_face(pen: _Pen, each: Placed) -> None:
    y = SIZE - each.y
    pen.ring(each.face.stage, each.face.tied, each.x, y, each.radius)
    if each.letters:
        pen.letters(each.face.name, each.x, y, each.radius)
    if each.label:
        pen.colour(_INK)
        pen.say_at(
            each.label.text, each.label.x, SIZE - each.label.y, each.label.size, each.label.anchor
        )


def _draw_people(pen: _Pen, people: Sequence[MetPerson], top: float) -> None:
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


def _draw_list_heading(pen: _Pen, top: float) -> float:
    pen.colour(_INK)
    pen.say("Who you met, and what is still open", _MARGIN, top, 12, Style.STRONG)
    pen.canvas.setStrokeColorRGB(*_HAIR)
    pen.canvas.setLineWidth(0.7)
    pen.canvas.line(_MARGIN, top - 7, WIDTH - _MARGIN, top - 7)
    return top - 23


def _draw_person(pen: _Pen, person: MetPerson, x: float, y: float, width: float) -> None:
    pen.ring(person.stage, person.tied, x + 6, y + 3, 6)
    word = STAGE_WORDS[person.stage]
    word_width = pen.setter.width(word, Style.PLAIN) * 8
    pen.colour(_WORDS["warm" if person.stage in WARM_STAGES else ""])
    pen.say(word, x + width - word_width, y, 8, Style.PLAIN)
    pen.colour(_INK)
    pen.say(pen.name(person.name), x + 18, y, 10, Style.STRONG, width - word_width - 26)
    pen.colour(_QUIET)
    for number, promise in enumerate(person.promises, start=1):
        pen.say(promise, x + 18, y - number * _PROMISE, 8.5, Style.PLAIN, width - 18)


def _draw_foot(pen: _Pen, page: int) -> None:
    pen.colour(_QUIET)
    pen.say(f"Firsthand. Private: for you alone. Page {page}", _MARGIN, 26, 7.5, Style.PLAIN)
