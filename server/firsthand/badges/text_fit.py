"""Sets a text as large as its box allows."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ELLIPSIS = "…"
LEADING = 1.12

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
    """The text on one or two lines in a box of (width, height) points.

    `measure` gives a text's width at size 1; `sizes` are the largest and the smallest allowed.
    Lines break at spaces; a word is broken only where the text would be smaller than the smallest
    size, and an ellipsis comes only where that does not suffice.
    """
    largest, smallest = sizes
    candidates = [(text,), *(_halves(text) if most_lines > 1 else ())]
    best = max(
        (Fitted(lines, _size(lines, measure, box, largest)) for lines in candidates),
        key=lambda fitted: (fitted.size, -len(fitted.lines), -max(map(measure, fitted.lines))),
    )
    if best.size >= smallest or not text:
        return best
    return _broken(text, measure, box, sizes, most_lines)


def _halves(text: str) -> Iterator[tuple[str, ...]]:
    words = text.split(" ")
    for index in range(1, len(words)):
        yield " ".join(words[:index]), " ".join(words[index:])


def _size(
    lines: tuple[str, ...], measure: Measure, box: tuple[float, float], largest: float
) -> float:
    width, height = box
    widest = max(measure(line) for line in lines)
    by_width = width / widest if widest else largest
    return min(largest, by_width, height / (LEADING * len(lines)))


def _broken(
    text: str,
    measure: Measure,
    box: tuple[float, float],
    sizes: tuple[float, float],
    most_lines: int,
) -> Fitted:
    """The text cut by width: as many lines as allowed, the last with an ellipsis if need be."""
    largest, smallest = sizes
    width, height = box
    lines: list[str] = []
    rest = text
    room = min(most_lines, max(1, int(height / (LEADING * smallest))))
    if room > 1:
        middle = _cut(rest, measure, measure(rest) / 2)
        head, tail = rest[:middle], rest[middle:]
        fitted = (head + _hyphen(head, tail), tail.lstrip())
        size = _size(fitted, measure, box, largest)
        if size >= smallest:
            return Fitted(fitted, size)
    for _ in range(room - 1):
        index = _cut(rest, measure, width / smallest - measure("-"))
        head, rest = rest[:index], rest[index:]
        lines.append(head.rstrip() + _hyphen(head, rest))
        rest = rest.lstrip()
    index = _cut(rest, measure, width / smallest - measure(ELLIPSIS))
    lines.append(rest[:index].rstrip() + ELLIPSIS)
    return Fitted(tuple(lines), _size(tuple(lines), measure, box, smallest))


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
