"""Puts the characters of a text, in any script, in the order and the fonts they are drawn in.

Characters that no face has are reported, never printed as empty boxes.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO

from arabic_reshaper import ArabicReshaper  # type: ignore[import-untyped]  # publishes no types
from bidi import get_base_level, get_display  # type: ignore[import-untyped]  # publishes no types
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from firsthand.badges.faces import ALPHABETIC, Face, Style, east_asian
from firsthand.badges.text_fit import ELLIPSIS

# More than any badge holds; what is cut off here would be behind the ellipsis anyway.
LONGEST_TEXT = 240

_RIGHT_TO_LEFT = {"R", "AL"}
_ZERO_WIDTH_NON_JOINER = "\u200c"
_SIMPLE = frozenset(map(chr, range(0x20, 0x7F)))


def clean(text: str) -> str:
    """One line without control and format characters, at most 240 characters."""
    if _SIMPLE.issuperset(text[:LONGEST_TEXT]):
        return " ".join(text[:LONGEST_TEXT].split())
    kept = (
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", text[:LONGEST_TEXT])
        if character.isspace() or _is_drawn(character)
    )
    return " ".join("".join(kept).split())


def is_right_to_left(text: str) -> bool:
    """Whether the text as a whole runs from right to left."""
    return not _SIMPLE.issuperset(text) and get_base_level(text) == 1


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in drawing order, and the font that has them all."""

    font: str
    text: str


@dataclass
class Typesetter:
    """Fonts for one document; `wanted` are the characters that its large fonts will have."""

    wanted: frozenset[str]
    unprintable: Counter[str] = field(default_factory=Counter)
    fonts: dict[str, TTFont] = field(default_factory=dict)
    _runs: dict[tuple[str, Style], list[Run]] = field(default_factory=dict)
    _reshaper: ArabicReshaper = field(
        default_factory=lambda: ArabicReshaper({"delete_harakat": True})
    )

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Typesetter":
        """A typesetter for these texts, in small letters or capitals."""
        cleaned = frozenset().union(*map(clean, texts))
        capitals = {capital for character in cleaned for capital in character.upper()}
        return cls(cleaned | capitals | _SIMPLE | {ELLIPSIS})

    def printable(self, text: str) -> str:
        """The cleaned text without what no face can draw; letters among that are counted."""
        cleaned = clean(text)
        if _SIMPLE.issuperset(cleaned):
            return cleaned
        lost = [character for character in cleaned if not self._has_face(character)]
        self.unprintable.update(c for c in lost if unicodedata.category(c)[0] in "LMN")
        return " ".join("".join(c for c in cleaned if c not in lost).split())

    def runs(self, text: str, style: Style) -> list[Run]:
        """The printable text in drawing order, left to right, by font."""
        key = (text, style)
        if key not in self._runs:
            if len(self._runs) > 1000:
                self._runs.clear()
            self._runs[key] = self._split(text, style)
        return self._runs[key]

    def width(self, text: str, style: Style) -> float:
        """The text's width at size 1."""
        return sum(self.fonts[run.font].stringWidth(run.text, 1) for run in self.runs(text, style))

    def _split(self, text: str, style: Style) -> list[Run]:
        if _SIMPLE.issuperset(text):
            return [Run(self._font(ALPHABETIC[0], style), text)]
        drawn = self._in_drawing_order(text)
        order = (*ALPHABETIC, *east_asian(text))
        runs: list[Run] = []
        for index, word in enumerate(drawn.split(" ")):
            face = next((face for face in order if face.characters.issuperset(word)), None)
            for piece in [word] if face else word:
                chosen = face or next(face for face in order if piece in face.characters)
                _append(runs, self._font(chosen, style), " " * bool(index and not runs) + piece)
            if index < drawn.count(" "):
                _append(runs, runs[-1].font if runs else self._font(order[0], style), " ")
        return runs

    def _in_drawing_order(self, text: str) -> str:
        if not any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
            return text.replace(_ZERO_WIDTH_NON_JOINER, "")
        joined = self._reshaper.reshape(text).replace(_ZERO_WIDTH_NON_JOINER, "")
        return _mirrored(get_display(joined, base_dir="R" if is_right_to_left(text) else "L"))

    def _font(self, face: Face, style: Style) -> str:
        name = f"{face.name}-{style}"
        if name not in self.fonts:
            font = TTFont(name, BytesIO(face.pinned(style, self.wanted)))
            # Both styles of a face come with one name, by which reportlab would confuse them.
            font.face.name = name.encode()
            font.face.filename = name
            pdfmetrics.registerFont(font)
            self.fonts[name] = font
        return name

    def _has_face(self, character: str) -> bool:
        return character == _ZERO_WIDTH_NON_JOINER or any(
            character in face.characters for face in (*ALPHABETIC, *east_asian(character))
        )


def _is_drawn(character: str) -> bool:
    if character == _ZERO_WIDTH_NON_JOINER:  # Persian names are spelt with it
        return True
    # Vowel points of Hebrew would need positioning that this typesetting does not do.
    category = unicodedata.category(character)
    return category[0] != "C" and not (category == "Mn" and "\u0591" <= character <= "\u05c7")


def _mirrored(drawn: str) -> str:
    """Brackets turned round where the text within a pair runs from right to left.

    The bidi package orders characters without this last rule (L4 of Unicode's annex 9); a pair that
    must be turned is one that it left closing before it opens.
    """
    characters = list(drawn)
    for opening, closing in ("()", "[]", "{}", "«»"):
        opened = turned = 0
        for index, character in enumerate(drawn):
            if character == closing and opened:
                opened -= 1
            elif character == closing:
                characters[index] = opening
                turned += 1
            elif character == opening and turned:
                characters[index] = closing
                turned -= 1
            elif character == opening:
                opened += 1
    return "".join(characters)


def _append(runs: list[Run], font: str, text: str) -> None:
    if runs and runs[-1].font == font:
        runs[-1] = Run(font, runs[-1].text + text)
    elif text:
        runs.append(Run(font, text))
