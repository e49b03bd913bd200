"""Sets a text as large as its box allows."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

ELLIPSIS = "…"
LEADING = 1.12
# How much smaller than the smallest size a name may be that would not be whole otherwise.
LEAST = 0.6
# Whole words are worth that much of the size that letters have where a word is broken.
_WORTH_IT = 0.8
_STEPS = 10
_LONGEST_PARTICLE = 3
_BREAK = re.compile(r" +|(?<=\w)-(?=\w)")

Measure = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines from the top, and their size in points."""

    lines: tuple[str, ...]
    size: float


def fit(
    text: str,
    measure: Measure,
    box: tuple[float, float],
    sizes: tuple[float, float],
    most_lines: int = 2,
) -> Fitted:
    """The text on at most so many lines in a box of (width, height) points.

    `measure` gives a text's width at size 1; `sizes` are the largest and the smallest allowed.
    Lines break at spaces and after hyphens. Where two do not hold the text at the smallest size, a
    third comes, if allowed, in type down to LEAST of it; a word is broken where that would be far
    smaller, and an ellipsis comes only where none of it suffices.
    """
    largest, smallest = sizes
    candidates = [(text,), *(_halves(text) if most_lines > 1 else ())]
    best = max(
        (Fitted(lines, _size(lines, measure, box, largest)) for lines in candidates),
        key=lambda fitted: (fitted.size, -len(fitted.lines), -max(map(measure, fitted.lines))),
    )
    if best.size >= smallest or not text:
        return best
    whole = _whole_words(text, measure, box, smallest, most_lines) if most_lines > 2 else None
    halved = _halved(text, measure, box, sizes, most_lines)
    if whole and (halved is None or whole.size >= _WORTH_IT * halved.size):
        return whole
    return halved or _cut_off(text, measure, box, smallest, most_lines)


def _breaks(text: str) -> list[int]:
    """Where a line may end: after a space, or a hyphen between two letters."""
    return [match.end() for match in _BREAK.finditer(text)]


def _halves(text: str) -> Iterator[tuple[str, ...]]:
    for index in _breaks(text):
        yield text[:index].rstrip(" "), text[index:]


def _whole_words(
    text: str, measure: Measure, box: tuple[float, float], smallest: float, most_lines: int
) -> Fitted | None:
    """As large as whole words allow; None where that is below LEAST of the smallest size."""
    width, height = box
    best = None
    low, high = LEAST * smallest, smallest
    for _ in range(_STEPS):
        size = (low + high) / 2 if best else low
        lines = _wrapped(text, measure, width / size)
        fits = (
            len(lines) <= min(most_lines, int(height / (LEADING * size)))
            and max(map(measure, lines)) * size <= width
        )
        if fits:
            best, low = Fitted(lines, size), size
        elif best:
            high = size
        else:
            return None
    return best


def _wrapped(text: str, measure: Measure, width: float) -> tuple[str, ...]:
    lines: list[str] = []
    pieces = [0, *_breaks(text), len(text)]
    for start, end in pairwise(pieces):
        piece = text[start:end]
        if lines and measure((lines[-1] + piece).rstrip(" ")) <= width:
            lines[-1] += piece
        else:
            lines.append(piece)
    return tuple(line.rstrip(" ") for line in lines)


def _size(
    lines: tuple[str, ...], measure: Measure, box: tuple[float, float], largest: float
) -> float:
    width, height = box
    widest = max(measure(line) for line in lines)
    by_width = width / widest if widest else largest
    return min(largest, by_width, height / (LEADING * len(lines)))


def _halved(
    text: str,
    measure: Measure,
    box: tuple[float, float],
    sizes: tuple[float, float],
    most_lines: int,
) -> Fitted | None:
    """Two lines as wide as each other, if the type is large enough then."""
    largest, smallest = sizes
    if min(most_lines, int(box[1] / (LEADING * smallest))) < 2:
        return None
    middle = _cut(text, measure, measure(text) / 2)
    head, tail = text[:middle], text[middle:]
    lines = (head + _hyphen(head, tail), tail.lstrip())
    size = _size(lines, measure, box, largest)
    return Fitted(lines, size) if size >= smallest else None


def _cut_off(
    text: str,
    measure: Measure,
    box: tuple[float, float],
    smallest: float,
    most_lines: int,
) -> Fitted:
    """As many lines of the smallest type as there is room for, the last with an ellipsis."""
    width, height = box
    lines: list[str] = []
    rest = text
    room = min(most_lines, max(1, int(height / (LEADING * smallest))))
    for _ in range(room - 1):
        index = _cut(rest, measure, width / smallest - measure("-"))
        index = max((each for each in _breaks(rest) if each <= index), default=index)
        head, rest = rest[:index], rest[index:]
        lines.append(head.rstrip() + _hyphen(head, rest))
        rest = rest.lstrip()
    index = _cut(rest, measure, width / smallest - measure(ELLIPSIS))
    lines.append(_without_loose_end(rest[:index], rest[index:]) + ELLIPSIS)
    return Fitted(tuple(lines), _size(tuple(lines), measure, box, smallest))


def _without_loose_end(kept: str, lost: str) -> str:
    """Without half a word or a "y" or "de" at the end, as long as something stays."""
    words = kept.rstrip().split(" ")
    if len(words) > 1 and not (kept.endswith(" ") or lost.startswith(" ")):
        words.pop()
    while len(words) > 1 and words[-1].islower() and len(words[-1]) <= _LONGEST_PARTICLE:
        words.pop()
    return " ".join(words)


def _cut(text: str, measure: Measure, width: float) -> int:
    """The number of characters, at least one, that fit; never between a letter and its mark."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    while low < len(text) and unicodedata.combining(text[low]):
        low += 1
    return low


def _hyphen(head: str, tail: str) -> str:
    # Scripts without case break between any two characters, and take no hyphen.
    cased = head[-1:].lower() != head[-1:].upper() and tail[:1].lower() != tail[:1].upper()
    return "-" if cased else ""
