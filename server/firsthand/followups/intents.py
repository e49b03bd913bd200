"""Intents: what should come next, and how soon. Pure."""

from collections.abc import Iterable

from firsthand.accounts.addresses import one_line

DAYS_UNTIL_DUE = {
    "coffee": 14,
    "call": 7,
    "message": 3,
    "introduce": 7,
    "send": 2,
    "collaborate": 14,
    "hire": 14,
    "keep-in-touch": 90,
}
_DAYS_FOR_AN_OWN_INTENT = 14
LONGEST_INTENT = 60
MOST_INTENTS = 12
# Several scans of one day unite theirs.
MOST_UNITED = 5 * MOST_INTENTS


def days_until_due(intent: str) -> int:
    return DAYS_UNTIL_DUE.get(intent, _DAYS_FOR_AN_OWN_INTENT)


def intent_label(intent: str) -> str:
    """The intent as a person reads it; the owner's own stays as typed."""
    return intent.replace("-", " ").capitalize() if intent in DAYS_UNTIL_DUE else intent


def clean_intents(raw: Iterable[str], most: int = MOST_INTENTS) -> list[str]:
    """Trimmed, without empty ones or repeats, in the order given.

    Raises ValueError, with words for a person, when there are too many or one is too long.
    """
    intents: list[str] = []
    for text in raw:
        words = one_line(text[: 10 * LONGEST_INTENT])
        known = words.lower().replace(" ", "-")
        intent = known if known in DAYS_UNTIL_DUE else words
        if len(intent) > LONGEST_INTENT:
            raise ValueError(f"An intent has at most {LONGEST_INTENT} characters.")
        if intent and intent not in intents:
            intents.append(intent)
    if len(intents) > most:
        raise ValueError(f"At most {most} intents a meeting.")
    return intents


def unite(*lists: Iterable[str]) -> list[str]:
    """Every intent once, in the order of first appearance."""
    return list(dict.fromkeys(intent for intents in lists for intent in intents))
