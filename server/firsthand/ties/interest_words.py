"""What the owner writes about, by the hashtags of their own posts, and who else does. Pure.

A tag is kept in small letters, without its ``#``.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

# So many of an owner's are kept, those used most.
MOST_INTERESTS = 200
_MOST_SAID = 3
# Once may be chance.
_OFTEN_ENOUGH = 2
# An archive may have any number of tags; whoever uses more does not write about them.
_MOST_COUNTED = 20_000
_WORD = re.compile(r"\w+")
_LETTERS = range(3, 51)
# Said in most profiles, so that they say nothing.
_EMPTY = frozenset(
    _WORD.findall(
        "and are for from has have her his into its new not now our out the their them this was "
        "who with you your head lead senior junior chief officer team work people person company"
    )
)


def interest_tag(written: str) -> str:
    """``#DataBases`` is ``databases``; empty where it says nothing."""
    tag = "".join(_WORD.findall(_fold(written)))
    says = len(tag) in _LETTERS and not tag.isdigit() and tag not in _EMPTY
    return tag if says else ""


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class InterestCounts:
    """Counts the tags of one archive's posts."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, written: Iterable[str]) -> None:
        """The tags of one post, each counted once."""
        for tag in {interest_tag(one) for one in written} - {""}:
            if tag in self._counts or len(self._counts) < _MOST_COUNTED:
                self._counts[tag] += 1

    def most(self) -> list[tuple[str, int]]:
        often = [(tag, n) for tag, n in self._counts.items() if n >= _OFTEN_ENOUGH]
        return sorted(often, key=lambda one: (-one[1], one[0]))[:MOST_INTERESTS]


def common_interests(interests: Mapping[str, int], *texts: str) -> list[str]:
    """Which of the owner's tags the texts name, as a word or as two side by side; most used first.

    ``machinelearning`` is named by "Machine learning at Harbour Labs" and by "#MachineLearning".
    """
    named: set[str] = set()
    for text in texts if interests else ():
        words = _WORD.findall(_fold(text))
        named.update(words, (one + other for one, other in pairwise(words)))
    found = [tag for tag in named if tag in interests]
    return sorted(found, key=lambda tag: (-interests[tag], tag))[:_MOST_SAID]
