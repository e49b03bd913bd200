"""Codes that this instance never printed: a person's card, a profile, or anything else. Pure.

A code that names a human is read. Everything else may be an entry ticket: it is an ``OpaqueCode``,
which must not be kept as text, whatever it looks like.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from firsthand.badges.code_fields import email_in, phone_in
from firsthand.badges.person_codes import PersonCode, read_card
from firsthand.badges.profile_codes import profile_in
from firsthand.handles.parsing import ParsedHandle

__all__ = ["CodeKind", "OpaqueCode", "PersonCode", "ProfileCode", "read_foreign_code"]


class CodeKind(StrEnum):
    """What an opaque code looks like; only a word for the page, never a reason to keep it."""

    TICKET = "ticket"
    BADGE = "badge"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class ProfileCode:
    """A profile's address and nothing else."""

    handle: ParsedHandle


@dataclass(frozen=True, slots=True)
class OpaqueCode:
    """Nobody can be read from it. ``identity`` is equal for two readings of it; hash it, drop it.

    ``system`` is whose format it looks like, or empty.
    """

    kind: CodeKind
    identity: str
    system: str = ""


ForeignPerson = PersonCode | ProfileCode | OpaqueCode

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_WEB = r"https?://[^\s/?#]+"
# What prints them: formats as their own sources and documentation describe them.
_SYSTEMS = [
    (CodeKind.TICKET, "Indico", re.compile(r'\{\s*"i"\s*:\s*\[.*', re.DOTALL)),
    (CodeKind.TICKET, "eventyay", re.compile(r'\{.*"ticket"\s*:.*', re.DOTALL)),
    (CodeKind.TICKET, "eventyay", re.compile(rf"{_UUID}-[0-9]+", re.IGNORECASE)),
    (CodeKind.TICKET, "alf.io", re.compile(rf"{_UUID}/\S+", re.IGNORECASE)),
    (CodeKind.TICKET, "Hi.Events", re.compile(r"A-[A-Z0-9]{7}")),
    (
        CodeKind.TICKET,
        "Luma",
        re.compile(r"https?://(?:www\.)?(?:lu\.ma|luma\.com)/check-in/\S+", re.IGNORECASE),
    ),
    (CodeKind.TICKET, "pgeu", re.compile(rf"{_WEB}/t/id/\S+", re.IGNORECASE)),
    (CodeKind.BADGE, "pgeu", re.compile(rf"{_WEB}/t/at/\S+", re.IGNORECASE)),
    (
        CodeKind.BADGE,
        "Swapcard",
        re.compile(
            r"https?://(?:app|login)\.swapcard\.com/(?:[^/?#\s]+/)*person/[^/?#\s]+\S*",
            re.IGNORECASE,
        ),
    ),
    (CodeKind.TICKET, "SpotMe", re.compile(r"SB[A-Za-z0-9]{3,40}")),
    (CodeKind.TICKET, "Tito", re.compile(r"ti_[A-Za-z0-9]{10,60}")),
    (CodeKind.TICKET, "pretix", re.compile(r"[abcdefghjkmnpqrstuvwxyz2-9]{16,64}")),
    (CodeKind.TICKET, "", re.compile(r"[0-9][0-9. -]{3,40}")),
    # Another address, and anything with a scheme: a network's name, a place on a map.
    (CodeKind.TEXT, "", re.compile(r"[a-z][a-z0-9+.-]{1,20}:.*", re.IGNORECASE | re.DOTALL)),
    (CodeKind.TEXT, "", re.compile(r"\S{1,40}(?:\s+\S{1,40})+")),
]


def read_foreign_code(text: str) -> ForeignPerson:
    """What a foreign code is; never raises."""
    trimmed = text.strip()
    person = read_card(trimmed) or _way_to_reach(trimmed)
    if person:
        return person
    handle = profile_in(trimmed)
    return ProfileCode(handle) if handle else _opaque(trimmed)


def _way_to_reach(text: str) -> PersonCode | None:
    """An e-mail address or a telephone number alone."""
    scheme, colon, rest = text.partition(":")
    known = scheme.lower() if colon else ""
    person = PersonCode()
    if known == "mailto" or not colon:
        person = PersonCode(email=email_in(text))
    elif known == "tel":
        person = PersonCode(phone=phone_in(unquote(rest)))
    elif known in {"sms", "smsto"}:
        person = PersonCode(phone=phone_in(rest.partition(":")[0].partition("?")[0]))
    elif known == "matmsg" and (found := re.match(r"\s*TO:([^;]*);", rest, re.IGNORECASE)):
        person = PersonCode(email=email_in(found[1]))
    elif found := re.fullmatch(r"https://wa\.me/([0-9]{6,15})(?:\?\S*)?", text, re.IGNORECASE):
        person = PersonCode(phone=f"+{found[1]}")
    return person if person != PersonCode() else None


def _opaque(text: str) -> OpaqueCode:
    for kind, system, pattern in _SYSTEMS:
        if pattern.fullmatch(text):
            # A person's address is the same whatever campaign is counted behind it.
            identity = re.split(r"[?#]", text)[0].rstrip("/") if system == "Swapcard" else text
            return OpaqueCode(kind, identity, system)
    return OpaqueCode(CodeKind.TICKET, text)
