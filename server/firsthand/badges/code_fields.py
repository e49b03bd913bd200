"""One field of what a code says, tidied or empty. Pure; never raises."""

import re
from urllib.parse import unquote

from firsthand.handles.addresses import read_web_address
from firsthand.handles.problem import HandleProblem

LONGEST_FIELD = 200
# Names in these scripts are written family first, with nothing between: kana, Han, Hangul.
_FAMILY_FIRST = re.compile(
    "[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)
_EMAIL = re.compile(r"[^\s@,;:<>\"()]{1,64}@[^\s@,;:<>\"()]+\.[^\s@,;:<>\"()]+")
_WEB = re.compile(r"https?://", re.IGNORECASE)


def line_in(text: str) -> str:
    """The text on one line, without controls and direction marks, not too long."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:LONGEST_FIELD].rstrip()


def email_in(text: str) -> str:
    """An e-mail address in lower case; ``mailto:`` may stand before it."""
    bare = text.strip()
    if bare[:7].lower() == "mailto:":
        bare = unquote(bare[7:].partition("?")[0])
    address = bare.lower()
    fits = len(address) <= LONGEST_FIELD and address.isprintable() and _EMAIL.fullmatch(address)
    return address if fits else ""


def phone_in(text: str) -> str:
    """A telephone number: digits, perhaps with a plus before them; ``tel:`` may stand before it."""
    bare = re.sub(r"^\s*tel:", "", text, flags=re.IGNORECASE).partition(";")[0]
    digits = re.sub(r"[^0-9]", "", bare)
    number = f"+{digits}" if bare.strip().startswith("+") else digits
    return number if 4 <= len(digits) <= 20 else ""


def joined_name(family: str, given: str) -> str:
    """The two as their script orders them."""
    if given and family and _FAMILY_FIRST.fullmatch(family + given):
        return family + given
    return " ".join(filter(None, [given, family]))


def site_in(text: str) -> str:
    """A website to note: host, and a path of one word.

    Whatever else stands in an address (a name, a query, a longer path, digits) may open a door.
    """
    bare = _WEB.sub("", text.strip(), count=1)
    try:
        address = read_web_address(bare)
    except HandleProblem:
        return ""
    path = address.path if len(address.path) == 1 else ()
    word = path[0] if path and re.fullmatch(r"@?[A-Za-z._-]{1,30}", path[0]) else ""
    return f"https://{address.host}/{word}".rstrip("/")
