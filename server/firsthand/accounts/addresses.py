"""E-mail addresses and names as people type them. Pure."""

import re
import unicodedata

from firsthand.problems import Invalid

LONGEST_NAME = 120
LONGEST_LINE = 200
_LONGEST_EMAIL = 254
# Deliberately simple: the mail that arrives is the proof. No quotes, no comments, no blanks.
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f]{1,64}@[^\s@<>\"(),:;\\\[\]\x00-\x1f]{1,190}")


def read_email(text: str) -> str:
    """The address, trimmed and in lower case. Raises Invalid."""
    if len(text) > 4 * _LONGEST_EMAIL:
        text = ""
    address = unicodedata.normalize("NFC", text).strip().lower()
    domain = address.rpartition("@")[2]
    if (
        len(address) > _LONGEST_EMAIL
        or not _EMAIL.fullmatch(address)
        or any(_is_unwanted(character) for character in address)
        or "." not in domain.strip(".")
        or domain.startswith(".")
        or ".." in domain
    ):
        message = "That is no e-mail address. One looks like ana@example.org."
        raise Invalid(message, {"email": message})
    return address


def read_line(text: str, field: str, longest: int = LONGEST_LINE) -> str:
    """One line of text without control or direction-override characters. Raises Invalid."""
    line = one_line(text[: 10 * longest])
    if len(line) > longest:
        message = f"This is too long: at most {longest} characters."
        raise Invalid(message, {field: message})
    return line


def one_line(text: str) -> str:
    """Without control and direction-override characters, blanks as single spaces, in NFC."""
    kept = "".join(" " if c in "\t\r\n" else c for c in text if not _is_unwanted(c))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def read_name(text: str, field: str = "name") -> str:
    """Somebody's or something's name: one line, not empty. Raises Invalid."""
    name = read_line(text, field, LONGEST_NAME)
    if not name:
        raise Invalid("A name is needed.", {field: "A name is needed."})
    return name


def _is_unwanted(character: str) -> bool:
    # Cf holds the direction overrides that make one name look like another, and also the joiners
    # that emoji and Persian need: those two stay.
    if character in "\t\r\n\u200c\u200d":
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
