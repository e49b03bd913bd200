"""Intents: what should come next, and how soon. Pure."""

from collections.abc import Iterable

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


def days_until_due(intent: str) -> int:
    return DAYS_UNTIL_DUE.get(intent, _DAYS_FOR_AN_OWN_INTENT)


def intent_label(intent: str) -> str:
    """The intent as a person reads it; the owner's own stays as typed."""
    return intent.replace("-", " ").capitalize() if intent in DAYS_UNTIL_DUE else intent


def clean_intents(raw: Iterable[str]) -> list[str]:
    """Trimmed, without empty ones or repeats, in the order given.

    Raises ValueError, with words for a person, when there are too many or one is too long.
    """
    intents: list[str] = []
    for text in raw:
        words = " ".join(text.split())
        known = words.lower().replace(" ", "-")
        intent = known if known in DAYS_UNTIL_DUE else words
        if len(intent) > LONGEST_INTENT or not intent.isprintable():
            raise ValueError(f"An intent has at most {LONGEST_INTENT} characters.")
        if intent and intent not in intents:
            intents.append(intent)
    if len(intents) > MOST_INTENTS:
        raise ValueError(f"At most {MOST_INTENTS} intents a meeting.")
    return intents


def unite(*lists: Iterable[str]) -> list[str]:
    """Every intent once, in the order of first appearance."""
    return list(dict.fromkeys(intent for intents in lists for intent in intents))
