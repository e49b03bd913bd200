"""Draws one badge: event, name, role, QR code and short code, in ink that any printer has."""

from dataclasses import dataclass
from typing import Protocol

from reportlab.pdfgen.canvas import Canvas

from firsthand.badges.codes import spoken_short_code
from firsthand.badges.faces import Style
from firsthand.badges.geometry import (
    NAME_LINES,
    QUIET_MODULES,
    ROLE_LINES,
    Box,
    Layout,
    Type,
    qr_module,
)
from firsthand.badges.qr import qr_bars
from firsthand.badges.text_fit import LEADING, Fitted, fit
from firsthand.badges.typeset import Typesetter, is_right_to_left

_INK = (0.09, 0.10, 0.15)
_QUIET = (0.30, 0.32, 0.38)
_WARM = (0.86, 0.36, 0.16)
_COOL = (0.23, 0.36, 0.77)

_CAPITALS_TRACKING = 0.09  # of the size, as type set in capitals needs
_CODE_TRACKING = 0.06
_ASCENT = 0.90  # of the size: from the top of a line to its baseline, with room for accents
_MARK = 14.0  # length of a cut mark, points


class Badge(Protocol):
    """What is printed of an attendee."""

    @property
    def name(self) -> str: ...
    @property
    def headline(self) -> str: ...
    @property
    def company(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def short_code(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """What every badge of a document shares."""

    layout: Layout
    typesetter: Typesetter
    masthead: str


def prepare(canvas: Canvas, event: str, dates: str, layout: Layout, setter: Typesetter) -> Prepared:
    """Draws once, to be reused on each badge, what they all show: the event and the ring."""
    masthead = "masthead"
    canvas.beginForm(masthead, 0, 0, layout.badge.width, layout.badge.height)
    _draw_event(canvas, setter.printable(event), setter.printable(dates), layout, setter)
    _draw_ring(canvas, layout.ring)
    canvas.endForm()
    return Prepared(layout, setter, masthead)


def draw_badge(canvas: Canvas, place: Box, badge: Badge, prepared: Prepared) -> None:
    """Draws the badge at its place on the page; ValueError if its address fits no QR code."""
    layout, setter = prepared.layout, prepared.typesetter
    canvas.saveState()
    canvas.translate(place.x, place.y)
    canvas.doForm(prepared.masthead)
    canvas.setFillColorRGB(*_INK)
    _draw_name(canvas, setter.printable(badge.name), layout, setter)
    _draw_role(canvas, badge, layout, setter)
    code = spoken_short_code(setter.printable(badge.short_code))
    _draw_block(
        canvas, code, layout.short_code, layout.short_code_type, setter, tracking=_CODE_TRACKING
    )
    _draw_qr(canvas, badge.address, layout.qr)
    canvas.restoreState()


def draw_cut_marks(canvas: Canvas, layout: Layout) -> None:
    """Marks in the sheet's margin where to cut; none where a page is one badge."""
    if layout.badges_per_page == 1:
        return
    places = list(layout.places())
    canvas.setStrokeColorRGB(*_QUIET)
    canvas.setLineWidth(0.4)
    left, right = min(place.x for place in places), max(place.right for place in places)
    bottom, top = min(place.y for place in places), max(place.top for place in places)
    for x in sorted({edge for place in places for edge in (place.x, place.right)}):
        canvas.line(x, top + 4, x, top + 4 + _MARK)
        canvas.line(x, bottom - 4, x, bottom - 4 - _MARK)
    for y in sorted({edge for place in places for edge in (place.y, place.top)}):
        canvas.line(left - 4, y, left - 4 - _MARK, y)
        canvas.line(right + 4, y, right + 4 + _MARK, y)


def _draw_event(canvas: Canvas, event: str, dates: str, layout: Layout, setter: Typesetter) -> None:
    box = layout.event
    share = 0.58 if dates else 1.0
    name = Box(box.x, box.top - box.height * share, box.width, box.height * share)
    canvas.setFillColorRGB(*_INK)
    _draw_block(
        canvas, event.upper(), name, layout.event_type, setter, tracking=_CAPITALS_TRACKING, lines=1
    )
    canvas.setFillColorRGB(*_QUIET)
    under = Box(box.x, box.y, box.width, box.height * (1 - share))
    _draw_block(canvas, dates, under, layout.event_type, setter, style=Style.PLAIN, lines=1)


def _draw_ring(canvas: Canvas, box: Box) -> None:
    """The ring of someone met: online is cool, in person is warm."""
    width = box.width * 0.13
    inset = width / 2
    corners = (box.x + inset, box.y + inset, box.right - inset, box.top - inset)
    canvas.setLineWidth(width)
    canvas.setLineCap(1)
    for colour, start in ((_WARM, 102), (_COOL, 282)):
        canvas.setStrokeColorRGB(*colour)
        canvas.arc(*corners, startAng=start, extent=156)


def _draw_name(canvas: Canvas, name: str, layout: Layout, setter: Typesetter) -> None:
    box = layout.attendee
    if not name:
        # Nothing that the fonts could print: a line to write the name on.
        canvas.setStrokeColorRGB(*_QUIET)
        canvas.setLineWidth(0.7)
        canvas.line(box.x, box.y + box.height * 0.2, box.right, box.y + box.height * 0.2)
        return
    # Name and role stand together, however short the name is.
    _draw_block(canvas, name, box, layout.attendee_type, setter, lines=NAME_LINES, at_bottom=True)


def _draw_role(canvas: Canvas, badge: Badge, layout: Layout, setter: Typesetter) -> None:
    headline, company = setter.printable(badge.headline), setter.printable(badge.company)
    box = layout.role
    share = 0.5 if headline and company else 1.0
    used = 0.0
    for text, style in ((company, Style.STRONG), (headline, Style.PLAIN)):
        part = Box(box.x, box.y, box.width, box.height * share)
        part = part.moved(0, box.top - used - part.top)
        used += _draw_block(
            canvas, text, part, layout.role_type, setter, style=style, lines=ROLE_LINES
        )


def _draw_block(
    canvas: Canvas,
    text: str,
    box: Box,
    type_: Type,
    setter: Typesetter,
    *,
    style: Style = Style.STRONG,
    tracking: float = 0.0,
    lines: int = 1,
    at_bottom: bool = False,
) -> float:
    """Sets the text at the top of the box, or its bottom, and returns the height that it took."""
    if not text:
        return 0.0
    right = is_right_to_left(text)
    # Letters of scripts that join must not be spaced apart.
    spacing = 0.0 if right else tracking

    def measure(line: str) -> float:
        return setter.width(line, style) + spacing * len(line)

    fitted = fit(text, measure, (box.width, box.height), (type_.largest, type_.smallest), lines)
    height = len(fitted.lines) * fitted.size * LEADING
    top = box.y + height if at_bottom else box.top
    _draw_lines(canvas, fitted, box, setter, style, spacing, right=right, top=top)
    return height


def _draw_lines(
    canvas: Canvas,
    fitted: Fitted,
    box: Box,
    setter: Typesetter,
    style: Style,
    spacing: float,
    *,
    right: bool,
    top: float,
) -> None:
    baseline = top - fitted.size * _ASCENT
    for line in fitted.lines:
        indent = box.width - setter.width(line, style) * fitted.size if right else 0.0
        words = canvas.beginText(box.x + indent, baseline)
        words.setCharSpace(spacing * fitted.size)
        for run in setter.runs(line, style):
            words.setFont(run.font, fitted.size)
            words.textOut(run.text)
        canvas.drawText(words)
        baseline -= fitted.size * LEADING


def _draw_qr(canvas: Canvas, address: str, box: Box) -> None:
    """The code's bars in one path, so that no seam shows between rows."""
    code = qr_bars(address)
    module = qr_module(box, code.modules)
    canvas.saveState()
    canvas.setFillColorRGB(0, 0, 0)
    canvas.translate(box.x + QUIET_MODULES * module, box.top - QUIET_MODULES * module)
    canvas.scale(module, -module)
    # Written as PDF operators: reportlab's path object takes four times as long for the same.
    bars = [f"{column} {row} {width} 1 re" for column, row, width in code.bars]
    canvas.addLiteral(" ".join((*bars, "f")))
    canvas.restoreState()
