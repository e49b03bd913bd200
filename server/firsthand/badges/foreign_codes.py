"""Codes that this instance never printed: a person's card, a profile, or anything else. Pure.

A code that names a human is read (vCard of RFC 6350 and its forerunners, MECARD of NTT DoCoMo,
``mailto:`` and ``tel:``, a profile's address). Everything else may be an entry ticket: it is an
``OpaqueCode``, which must not be kept as text.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, ParsedHandle, parse_handle

_LONGEST_FIELD = 200


@dataclass(frozen=True, slots=True)
class PersonCode:
    """What a code says of a human; at least one field is filled."""

    name: str = ""
    headline: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    handles: tuple[ParsedHandle, ...] = ()


@dataclass(frozen=True, slots=True)
class OpaqueCode:
    """Nothing that can be read, perhaps a credential."""


def read_foreign_code(text: str) -> PersonCode | OpaqueCode:
    """What a foreign code is; never raises."""
    trimmed = text.strip()
    start = trimmed[:12].upper()
    if start.startswith("BEGIN:VCARD"):
        person = _from_fields(_vcard_fields(trimmed))
    elif start.startswith("MECARD:"):
        person = _from_fields(_mecard_fields(trimmed[7:]))
    elif start.startswith("MAILTO:"):
        person = PersonCode(email=_email(unquote(trimmed[7:].partition("?")[0])))
    elif start.startswith("TEL:"):
        person = PersonCode(phone=_phone(trimmed[4:]))
    else:
        person = PersonCode(handles=_profile(trimmed))
    return person if person != PersonCode() else OpaqueCode()


def _vcard_fields(text: str) -> list[tuple[str, str]]:
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    fields = []
    for line in lines:
        head, found, value = line.partition(":")
        # ``item1.TEL;TYPE=cell`` is a TEL; parameters say nothing that a card needs here.
        name = head.partition(";")[0].rpartition(".")[2].strip().upper()
        if found and name == "N":
            family, _, rest = value.partition(";")
            value = " ".join([rest.partition(";")[0], family])
        if found:
            fields.append((name, _unescape(value)))
    return fields


def _mecard_fields(text: str) -> list[tuple[str, str]]:
    fields = []
    for part in re.split(r"(?<!\\);", text):
        name, found, value = part.partition(":")
        if found and name.strip().upper() == "N":
            family, comma, given = value.partition(",")
            value = f"{given} {family}" if comma else value
        if found:
            fields.append((name.strip().upper(), _unescape(value)))
    return fields


def _from_fields(fields: list[tuple[str, str]]) -> PersonCode:
    first: dict[str, str] = {}
    for name, value in fields:
        first.setdefault(name, value)
    addresses = [value for name, value in fields if name in {"URL", "X-SOCIALPROFILE"}]
    handles = [handle for address in addresses for handle in _profile(address)]
    return PersonCode(
        name=_line(first.get("FN", "")) or _line(first.get("N", "")),
        headline=_line(first.get("TITLE", "")),
        company=_line(first.get("ORG", "").replace(";", " ")),
        email=_email(first.get("EMAIL", "")),
        phone=_phone(first.get("TEL", "")),
        handles=tuple(dict.fromkeys(handles)),
    )


def _profile(text: str) -> tuple[ParsedHandle, ...]:
    """A profile on a known network. Other addresses may hold a ticket's secret: not one of them."""
    try:
        if urlsplit(text).scheme.lower() not in {"http", "https"}:
            return ()
        handle = parse_handle(text)
    except (HandleProblem, ValueError):
        return ()
    return () if handle.network is Network.WEBSITE else (handle,)


def _unescape(value: str) -> str:
    return re.sub(r"\\([\\;,:\"])", r"\1", value.replace("\\n", " ").replace("\\N", " "))


def _line(value: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:_LONGEST_FIELD]


def _email(value: str) -> str:
    address = _line(value).lower()
    return address if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", address) else ""


def _phone(value: str) -> str:
    number = re.sub(r"[^\d+]", "", value)
    return number if 4 <= len(number) <= 20 else ""
