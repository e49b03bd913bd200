"""What a recap to keep is drawn with: text in any script, rings as on the pages. Pure."""

import math
import re
from itertools import pairwise
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from firsthand.badges.faces import Style
from firsthand.badges.text_fit import fit
from firsthand.badges.typeset import Typesetter
from firsthand.rings import RING_SIZE, WARM_STAGES, initials, ring

UNPRINTABLE: Final = "A name that this page has no letters for"

Colour = tuple[float, float, float]
# The light colours of web/css/tokens.css.
INK: Final[Colour] = (0.07, 0.09, 0.16)
QUIET: Final[Colour] = (0.29, 0.31, 0.37)
HAIR: Final[Colour] = (0.84, 0.83, 0.80)
TONES: Final[dict[str, Colour]] = {
    "": INK,
    "cool": (0.23, 0.36, 0.80),
    "turning": (0.75, 0.24, 0.62),
    "warm": (0.88, 0.33, 0.09),
    "hair": (0.49, 0.50, 0.55),
}
WORDS: Final[dict[str, Colour]] = {
    "": INK,
    "cool": (0.12, 0.24, 0.62),
    "warm": (0.50, 0.18, 0.04),
}
_WASHES: Final[dict[str, Colour]] = {
    "cool": (0.91, 0.93, 0.99),
    "warm": (1.0, 0.93, 0.88),
    "": (0.95, 0.94, 0.92),
}
_ARC: Final = re.compile(r"(?:M|0 0 1 )([\d.]+) ([\d.]+)")


class Pen:
    """A canvas that can write in any script."""

    def __init__(self, canvas: Canvas, setter: Typesetter) -> None:
        self.canvas, self.setter = canvas, setter

    def colour(self, colour: Colour) -> None:
        self.canvas.setFillColorRGB(*colour)

    def name(self, name: str) -> str:
        return self.setter.printable(name) or UNPRINTABLE

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
            self.canvas.setStrokeColorRGB(*TONES[stroke.tone])
            # A small ring must still be seen.
            self.canvas.setLineWidth(stroke.width * scale * (1.2 if radius > 9 else 1.7))
            dashes = [float(length) * scale for length in stroke.dash.split()]
            self.canvas.setDash(dashes or [])
            points = [(float(a), float(b)) for a, b in _ARC.findall(stroke.path)]
            for start, end in pairwise(points):
                self._arc(start, end, x, y, scale)
        self.canvas.setDash([])
        self.colour(WORDS[tone])

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
