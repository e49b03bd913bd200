"""The recap in one sentence. Pure."""

from typing import Literal

# A piece of the sentence, and what it speaks of: online (cool), in person (warm), neither.
Piece = tuple[str, Literal["", "cool", "warm"]]


def sentence(came_knowing: int, met_known: int, met_new: int, *, many: bool = False) -> list[Piece]:
    """``You came knowing 23 people online. You met 9 of them, and 14 more.``

    ``many``: they knew more than were counted.
    """
    return [*_came(came_knowing, many), *_met(came_knowing, met_known, met_new)]


def _came(knowing: int, many: bool) -> list[Piece]:
    if not knowing:
        return [("You came knowing nobody online. ", "")]
    words = f"{knowing:,}{'+' if many else ''} {'person' if knowing == 1 else 'people'}"
    return [("You came knowing ", ""), (words, "cool"), (" online. ", "")]


def _met(knowing: int, known: int, new: int) -> list[Piece]:
    if not known and not new:
        return [("You have met nobody here yet.", "")]
    if not knowing:
        return [
            ("You met ", ""),
            (f"{new:,} {'person' if new == 1 else 'people'}", "warm"),
            (".", ""),
        ]
    if not known:
        others = f"{new:,} {'other' if new == 1 else 'others'}"
        return [("You met none of them, and ", ""), (others, "warm"), (".", "")]
    met: list[Piece] = [("You met ", ""), (f"{known:,} of them", "warm")]
    if new:
        met += [(", and ", ""), (f"{new:,} more", "warm")]
    return [*met, (".", "")]
