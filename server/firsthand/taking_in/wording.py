"""What is wrong with a row, in words for a person. Pure."""

import re

_AT = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"^Object missing required field `([^`]+)`")
_GOT = re.compile(r"^Expected `([^`]+)`, got `([^`]+)`$")
# How a message of msgspec begins, and what it means.
_MEANT = (
    (re.compile(r"^Expected `(?:str|array)` of length <= "), "is too long"),
    (re.compile(r"^Expected `str` of length >= "), "is empty"),
    (re.compile(r"^Expected `str` matching "), "holds a character that cannot be kept"),
    (re.compile(r"^Expected `int` [<>]= "), "is out of range"),
    (re.compile(r"^Integer value out of range"), "is out of range"),
    (re.compile(r"^Invalid UUID"), "is no id"),
    (re.compile(r"^Expected `datetime` with a timezone"), "has no time zone"),
    (re.compile(r"^Invalid RFC3339 encoded datetime"), "is no moment like 2026-11-23T10:42:07Z"),
    (re.compile(r"^Invalid RFC3339 encoded date"), "is no date like 2026-11-23"),
    (re.compile(r"^Invalid enum value"), "is none of the values that it may have"),
)
_CALLED = {
    "array": "a list",
    "bool": "true or false",
    "date": "a date",
    "datetime": "a moment",
    "float": "a number",
    "int": "a whole number",
    "null": "null",
    "object": "an object",
    "str": "text",
    "uuid": "an id",
}


def flaw_words(message: str) -> str:
    """A validation message of msgspec for one row: ``name is missing``."""
    at = _AT.search(message)
    column = at[1] if at else ""
    said = message[: at.start()] if at else message
    if missing := _MISSING.match(said):
        return f"{f'{column}.' if column else ''}{missing[1]} is missing"
    subject = column or "it"
    if got := _GOT.match(said):
        expected = " or ".join(_called(each) for each in got[1].split(" | "))
        return f"{subject} should be {expected}, not {_called(got[2])}"
    for begins, meant in _MEANT:
        if begins.match(said):
            return f"{subject} {meant}"
    return f"{subject} is not what it should be"


def _called(type_: str) -> str:
    return _CALLED.get(type_, type_)
