"""How a person is drawn: the initials, and the ring around them whose shape says the stage.

Pure. Lengths are in units of the drawing: a ring's view box is 56 wide, a dial's 280, both square.
Angles are in degrees, clockwise from twelve o'clock.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Tone = Literal["cool", "turning", "warm", "hair"]

STAGE_WORDS: Final = {
    "new": "new to you",
    "online": "known online",
    "spoken": "spoken",
    "met": "met",
    "followed-up": "followed up",
    "met-again": "met again",
}
WARM_STAGES: Final = frozenset({"met", "followed-up", "met-again"})

RING_SIZE: Final = 56
DIAL_SIZE: Final = 280
MOST_TICKS: Final = 72

_CENTRE = RING_SIZE / 2
_RADIUS = 26.0
_DOTS = 24
_DASHES: Final[tuple[Tone, ...]] = (
    *("cool", "cool", "cool", "cool", "cool", "cool"),
    *("turning", "turning", "warm", "warm"),
)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One line of a ring: an SVG path, its width, and its dash pattern ("" where it is whole)."""

    tone: Tone
    path: str
    width: float
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of a dial, from the inner end to the outer."""

    tone: Tone
    x1: float
    y1: float
    x2: float
    y2: float


def ring(stage: str, tied: bool) -> tuple[Stroke, ...]:
    """The strokes for a stage; ``tied`` says whether the viewer has a tie with the person."""
    if stage == "online":
        gap = 2 * math.pi * _RADIUS / _DOTS
        return (Stroke("cool", _circle(_RADIUS), 2.6, f"0 {gap:.3f}"),)
    if stage == "spoken":
        return _dashes()
    if stage == "met":
        other = Stroke("cool", _arc(7, 173), 2.8) if tied else Stroke("hair", _arc(5, 175), 1.2)
        return (other, Stroke("warm", _arc(187, 353), 2.8))
    if stage == "followed-up":
        return (Stroke("warm", _circle(_RADIUS), 2.8),)
    if stage == "met-again":
        return (
            Stroke("warm", _circle(_RADIUS + 0.6), 2.2),
            Stroke("warm", _circle(_RADIUS - 3.2), 1.6),
        )
    return (Stroke("hair", _circle(_RADIUS), 1.2),)


def mark() -> tuple[Stroke, ...]:
    """The product's mark: a ring about to close, half online and half in person."""
    # A hair less than an eighth, so that the ninth dot is still on the arc.
    gap = math.radians(151.9) * 22 / 8
    return (
        Stroke("cool", _arc(14, 166, 22), 6, f"0 {gap:.3f}"),
        Stroke("warm", _arc(192, 348, 22), 7.5),
    )


def dial(known: int, met: int) -> tuple[Tick, ...]:
    """One tick a person, the met ones first and warm; above ``MOST_TICKS`` people, in proportion.

    Somebody met always shows, and so does somebody not met yet, however many there are.
    """
    met = max(0, min(met, known))
    count = min(known, MOST_TICKS)
    if count <= 0:
        return tuple(_tick("hair", place / 48, 6) for place in range(48))
    warm = round(met * count / known)
    if met:
        warm = max(1, warm)
    if met < known:
        warm = min(warm, count - 1)
    return tuple(
        _tick("warm", place / count, 22) if place < warm else _tick("cool", place / count, 14)
        for place in range(count)
    )


def badge_ending(name: str) -> str | None:
    """``1fce`` of "Unknown, badge 1fce" (contacts.showing), "" of "Unknown", else None."""
    found = _UNNAMED.fullmatch(name)
    return found and (found[1] or "")


def initials(name: str) -> str:
    """One or two letters for a name of any script, "?" where there is nothing to show.

    First and last word, without titles and particles; of a Han or Hangul name the part that comes
    first, which is the family's; Arabic letters are kept from joining, so that they are not read
    as a word. A badge that nobody has named yet is nobody's initials.
    """
    if badge_ending(name) is not None:
        return "?"
    words = _words(name)
    if not words:
        return _first_symbol(name)
    if _is_han_or_hangul(words[0][0]):
        return _family_part(words)
    first = _letter(words[0])
    if len(words) == 1:
        return first
    last = _letter(words[-1])
    return f"{first}\u200c{last}" if _joins(first) and _joins(last) else first + last


_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "mx", "sir", "dame", "ing", "dipl.-ing"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "ph.d", "md", "mba", "msc", "bsc"})
_PARTICLES = frozenset(
    {"'t", "af", "al", "ap", "bin", "da", "das", "de", "dei", "del", "della", "den", "der", "di"}
    | {"do", "dos", "du", "e", "el", "ibn", "la", "le", "los", "te", "ten", "ter", "van", "vom"}
    | {"von", "y", "zu", "zum", "zur"}
)
_UNNAMED = re.compile(r"Unknown(?:, badge ([0-9a-f]{4}))?")
_BRACKETED = re.compile(r"[(\[\uff08].*?[)\]\uff09]")
_SEPARATORS = str.maketrans("\u30fb\u00b7\u3001\uff0c", "  ,,")


def _words(name: str) -> list[str]:
    parts = [_known_words(part) for part in _plain(name).split(",")]
    surname, *rest = [part for part in parts if part] or [[]]
    words = rest[0] + surname if rest else surname
    if len(words) > 2:
        middle = [word for word in words[1:-1] if word not in _PARTICLES]
        words = [words[0], *middle, words[-1]]
    if len(words) == 2 and words[0] in _PARTICLES:
        words = words[1:]
    return words


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFC", "".join(char for char in name if _is_shown(char)))
    without_nickname = _BRACKETED.sub(" ", text)
    if any(char.isalnum() for char in without_nickname):
        text = without_nickname
    return text.translate(_SEPARATORS)


def _is_shown(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in {"Cc", "Cs"}


def _known_words(text: str) -> list[str]:
    words = [word for word in (_from_first_letter(word) for word in text.split()) if word]
    plain = [word for word in words if _bare(word) not in _TITLES | _SUFFIXES]
    if plain:
        return plain
    # Nothing but a suffix after a comma is no first name; a person may yet be called "Sir".
    return [] if all(_bare(word) in _SUFFIXES for word in words) else words


def _bare(word: str) -> str:
    return word.casefold().rstrip(".")


def _from_first_letter(word: str) -> str:
    if word in _PARTICLES:
        return word
    for place, char in enumerate(word):
        if char.isalnum():
            return word[place:]
    return ""


def _letter(word: str) -> str:
    if word.startswith("ال") and len(word) > 3:
        word = word[2:]
    found = _cluster(word.lstrip("'"))
    upper = found.upper()
    return upper if len(upper) == len(found) else found


def _family_part(words: list[str]) -> str:
    if len(words) > 1:
        return words[0][:2]
    only = words[0]
    return only[:1] if len(only) == 3 else only[:2]


def _first_symbol(name: str) -> str:
    for place, char in enumerate(name):
        if unicodedata.category(char) in {"So", "Sk", "Sm", "Sc"}:
            return _cluster(name[place:])
    return "?"


def _cluster(text: str) -> str:
    """The first character as a person sees it: with its accents, joiners and second half."""
    end = 1
    while end < len(text) and end < 12:
        before, char = text[end - 1], text[end]
        pair = end == 1 and _is_flag_half(before) and _is_flag_half(char)
        joined = before == "\u200d" or unicodedata.combining(before) == 9
        if not (pair or joined or char == "\u200d" or _extends(char)):
            break
        end += 1
    return text[:end].rstrip("\u200d")


def _extends(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Mc", "Me"} or "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_han_or_hangul(char: str) -> bool:
    return unicodedata.name(char, "").startswith(("CJK", "HANGUL"))


def _joins(letter: str) -> bool:
    return unicodedata.name(letter[0], "").startswith(("ARABIC", "SYRIAC", "NKO"))


def _dashes() -> tuple[Stroke, ...]:
    step = 360 / len(_DASHES)
    return tuple(
        Stroke(tone, _arc(place * step + 7, (place + 1) * step - 7), 2.8)
        for place, tone in enumerate(_DASHES)
    )


def _point(angle: float, radius: float, centre: float) -> tuple[float, float]:
    turned = math.radians(angle)
    return (
        round(centre + radius * math.sin(turned), 2),
        round(centre - radius * math.cos(turned), 2),
    )


def _arc(start: float, end: float, radius: float = _RADIUS) -> str:
    x1, y1 = _point(start, radius, _CENTRE)
    x2, y2 = _point(end, radius, _CENTRE)
    return f"M{x1:g} {y1:g}A{radius:g} {radius:g} 0 0 1 {x2:g} {y2:g}"


def _circle(radius: float) -> str:
    top, bottom = _CENTRE - radius, _CENTRE + radius
    return (
        f"M{_CENTRE:g} {top:g}A{radius:g} {radius:g} 0 0 1 {_CENTRE:g} {bottom:g}"
        f"A{radius:g} {radius:g} 0 0 1 {_CENTRE:g} {top:g}"
    )


def _tick(tone: Tone, turn: float, length: float) -> Tick:
    centre = DIAL_SIZE / 2
    outer = centre - 8
    x1, y1 = _point(turn * 360, outer - length, centre)
    x2, y2 = _point(turn * 360, outer, centre)
    return Tick(tone, x1, y1, x2, y2)
