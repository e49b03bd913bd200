"""The business cards that codes hold: vCard, MECARD, BIZCARD and MEMORY. Pure; never raises.

vCard: RFC 6350 and its forerunners. MECARD and BIZCARD: NTT DoCoMo's and a relative of it, fields
ended by semicolons. MEMORY: the address book of au (KDDI), a field a line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from firsthand.badges.code_fields import email_in, joined_name, line_in, phone_in, site_in
from firsthand.badges.content_line_reading import ContentLine, components, content_lines, unescaped
from firsthand.badges.profile_codes import profile_in, profile_named
from firsthand.handles.parsing import ParsedHandle

# A card that lists more is no person's.
_MOST_HANDLES = 20
_NETWORK_LINES = frozenset({"URL", "X-SOCIALPROFILE", "SOCIALPROFILE", "IMPP", "X-URL"})
_NO_CALLS = frozenset({"FAX", "PAGER", "MODEM"})


@dataclass(frozen=True, slots=True)
class PersonCode:
    """What a code says of a human; at least one field is filled.

    ``site`` is an address to look at, without anything in it that could be a secret.
    """

    name: str = ""
    headline: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    handles: tuple[ParsedHandle, ...] = ()
    site: str = ""


def read_card(text: str) -> PersonCode | None:
    """A business card of any make; None for what is none, or says nothing of anybody."""
    start = text[:20].upper()
    if start.startswith("BEGIN:VCARD"):
        person = _from_vcard(list(content_lines(text)))
    elif start.startswith("MECARD:"):
        person = _from_mecard(_fields(text[7:]))
    elif start.startswith("BIZCARD:"):
        person = _from_bizcard(_fields(text[8:]))
    elif start.startswith("MEMORY:"):
        person = _from_memory(text)
    else:
        return None
    return person if person != PersonCode() else None


def _from_vcard(lines: Sequence[ContentLine]) -> PersonCode:
    named = [component for line in _of(lines, "N") for component in [components(line.value)]]
    names = [
        *(unescaped(line.value) for line in _of(lines, "FN")),
        *(_structured_name(parts) for parts in named),
        *(unescaped(line.value) for line in _of(lines, "NICKNAME")),
    ]
    calls = [line for line in _of(lines, "TEL") if not line.types & _NO_CALLS]
    addresses = [unescaped(line.value) for line in lines if line.name in _NETWORK_LINES]
    handles = [handle for line in lines for handle in _handles_of(line)]
    return PersonCode(
        name=_first(line_in(name) for name in names),
        headline=_first(line_in(unescaped(line.value)) for line in _of(lines, "TITLE", "ROLE")),
        company=_first(
            line_in(", ".join(filter(None, components(line.value)))) for line in _of(lines, "ORG")
        ),
        email=_first(email_in(unescaped(line.value)) for line in _of(lines, "EMAIL")),
        phone=_first(phone_in(unescaped(line.value)) for line in calls),
        handles=_distinct(handles),
        site=_first(site_in(address) for address in addresses if not profile_in(address)),
    )


def _of(lines: Iterable[ContentLine], *names: str) -> list[ContentLine]:
    """The lines of these names, in the names' order; the preferred ones first."""
    found = [line for line in lines if line.name in names]
    return sorted(found, key=lambda line: (names.index(line.name), "PREF" not in line.types))


def _structured_name(parts: Sequence[str]) -> str:
    """RFC 6350, section 6.2.2: family, given, additional, prefixes, suffixes."""
    family, given, additional, prefix, suffix = (*parts[:5], *[""] * (5 - len(parts[:5])))
    spoken = joined_name(family, " ".join(filter(None, [given, additional])))
    return " ".join(filter(None, [prefix, spoken, suffix]))


def _handles_of(line: ContentLine) -> tuple[ParsedHandle, ...]:
    value = unescaped(line.value).strip()
    if line.name in _NETWORK_LINES:
        if found := profile_in(value):
            return (found,)
        # ``X-SOCIALPROFILE;TYPE=twitter;x-user=ana:``, ``IMPP;X-SERVICE-TYPE=...:x-apple:ana``
        named = line.parameter("X-USER") or value.removeprefix("x-apple:")
        services = {*line.types, line.parameter("SERVICE-TYPE"), line.parameter("X-SERVICE-TYPE")}
        found_all = (profile_named(service, named) for service in sorted(services))
        return tuple(each for each in found_all if each)
    if line.name.startswith("X-"):
        handle = profile_named(line.name[2:], value)
        return (handle,) if handle else ()
    return ()


def _fields(text: str) -> list[tuple[str, str]]:
    """``NAME:value;`` after ``NAME:value;``, the values still escaped."""
    fields = []
    for part in re.findall(r"(?:\\.|[^\\;])+", text, re.DOTALL):
        name, found, value = part.partition(":")
        if found:
            fields.append((name.strip().upper(), value))
    return fields


def _from_mecard(fields: Sequence[tuple[str, str]]) -> PersonCode:
    addresses = [unescaped(value) for value in _values(fields, "URL")]
    return PersonCode(
        name=_first(line_in(_comma_name(value)) for value in _values(fields, "N", "NICKNAME")),
        headline=_first(line_in(unescaped(v)) for v in _values(fields, "TITLE", "TIL")),
        company=_first(line_in(unescaped(v)) for v in _values(fields, "ORG", "COMPANY")),
        email=_first(email_in(unescaped(v)) for v in _values(fields, "EMAIL")),
        phone=_first(phone_in(unescaped(v)) for v in _values(fields, "TEL")),
        handles=_distinct(found for a in addresses if (found := profile_in(a))),
        site=_first(site_in(address) for address in addresses if not profile_in(address)),
    )


def _comma_name(value: str) -> str:
    """``Wouters,Fenna``: the family name first."""
    family, *given = components(value, ",")
    return joined_name(family, " ".join(filter(None, given)))


def _from_bizcard(fields: Sequence[tuple[str, str]]) -> PersonCode:
    names = [*_values(fields, "N")[:1], *_values(fields, "X")[:1]]
    return PersonCode(
        name=line_in(" ".join(unescaped(name) for name in names)),
        headline=_first(line_in(unescaped(v)) for v in _values(fields, "T")),
        company=_first(line_in(unescaped(v)) for v in _values(fields, "C")),
        email=_first(email_in(unescaped(v)) for v in _values(fields, "E")),
        phone=_first(phone_in(unescaped(v)) for v in _values(fields, "M", "B")),
    )


def _from_memory(text: str) -> PersonCode:
    """NAME2 is how NAME1 is pronounced, and MEMORY a note."""
    fields = []
    for line in re.split(r"[\r\n]+", text):
        name, found, value = line.partition(":")
        if found:
            fields.append((name.strip().upper(), value))
    return PersonCode(
        name=_first(line_in(value) for value in _values(fields, "NAME1", "NAME2")),
        email=_first(email_in(value) for value in _values(fields, "MAIL1", "MAIL2", "MAIL3")),
        phone=_first(phone_in(value) for value in _values(fields, "TEL1", "TEL2", "TEL3")),
    )


def _values(fields: Iterable[tuple[str, str]], *names: str) -> list[str]:
    """In the order of the names, then of the fields."""
    known = list(fields)
    return [value for name in names for field, value in known if field == name]


def _first(texts: Iterator[str]) -> str:
    return next(filter(None, texts), "")


def _distinct(handles: Iterable[ParsedHandle]) -> tuple[ParsedHandle, ...]:
    return tuple({(h.network, h.key): h for h in handles}.values())[:_MOST_HANDLES]
