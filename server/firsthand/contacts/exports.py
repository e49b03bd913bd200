"""People as a vCard 4.0 (RFC 6350) or 3.0 (RFC 2426) and as a row of a CSV (RFC 4180). Pure."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firsthand.content_lines import escaped, uri, written
from firsthand.handles.networks import Network
from firsthand.handles.parsing import profile_url

CSV_HEADER = ("name", "headline", "company", "email", "phone", "stage", "last", "note", "handles")
# A spreadsheet would run a cell that starts so as a formula; some know the wide signs, too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# How programs that write vCards 3.0 call it.
_SOCIAL = {Network.X: "twitter"}


@dataclass(frozen=True, slots=True)
class ExportedCard:
    """What the owner may see of somebody; ``handles`` are pairs of network and name."""

    id: UUID
    name: str
    headline: str
    company: str
    email: str
    phone: str
    note: str
    stage: str
    last_at: datetime
    handles: tuple[tuple[str, str], ...]


def vcard(card: ExportedCard) -> str:
    """One vCard 4.0 with CRLF line ends."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"UID:urn:uuid:{card.id}",
        f"FN:{escaped(card.name)}",
        *_texts(card, "EMAIL"),
    ]
    if card.phone:
        lines.append(f"TEL;VALUE=text:{escaped(card.phone)}")
    for network, name in card.handles:
        address = uri(profile_url(Network(network), name))
        # X-SOCIALPROFILE is what address books read; URL is what the standard has.
        lines += [f"URL:{address}", f"X-SOCIALPROFILE;TYPE={network}:{address}"]
    return written([*lines, *_end(card)])


def vcard3(card: ExportedCard) -> str:
    """One vCard 3.0 with CRLF line ends, for address books that read nothing newer."""
    given, family = given_and_family(card.name)
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{card.id}",
        f"N:{escaped(family)};{escaped(given)};;;",
        f"FN:{escaped(card.name)}",
        *_texts(card, "EMAIL;TYPE=INTERNET"),
    ]
    if card.phone:
        lines.append(f"TEL;TYPE=VOICE:{escaped(card.phone)}")
    for network, name in card.handles:
        address = uri(profile_url(Network(network), name))
        kind = _SOCIAL.get(Network(network), network)
        lines += [f"URL:{address}", f"X-SOCIALPROFILE;TYPE={kind}:{address}"]
    return written([*lines, *_end(card)])


def given_and_family(name: str) -> tuple[str, str]:
    """A guess for formats that must know; joined by a blank the two are the name again.

    The last of several words is the family's, with the particles before it (van, de la) that start
    small.
    """
    words = name.split(" ")
    last = max(len(words) - 1, 1)
    start = next((at for at in range(1, last) if words[at][:1].islower()), last)
    return " ".join(words[:start]), " ".join(words[start:])


def _texts(card: ExportedCard, email: str) -> list[str]:
    said = {"TITLE": card.headline, "ORG": card.company, email: card.email, "NOTE": card.note}
    return [f"{name}:{escaped(value)}" for name, value in said.items() if value]


def _end(card: ExportedCard) -> list[str]:
    return [f"REV:{card.last_at:%Y%m%dT%H%M%SZ}", "END:VCARD"]


def csv_line(cells: Sequence[str]) -> str:
    """One line with CRLF; no cell is a formula."""
    return plain_line([without_formula(cell) for cell in cells])


def plain_line(cells: Sequence[str]) -> str:
    """One line with CRLF, of cells that are no formulas."""
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def csv_cells(card: ExportedCard) -> tuple[str, ...]:
    """In the order of CSV_HEADER."""
    handles = " ".join(profile_url(Network(network), name) for network, name in card.handles)
    return (
        card.name,
        card.headline,
        card.company,
        card.email,
        card.phone,
        card.stage,
        card.last_at.isoformat(),
        card.note,
        handles,
    )


def without_formula(text: str) -> str:
    """The text as a cell; what a spreadsheet would run starts with an apostrophe instead."""
    shown = text.replace("\0", "").encode("utf-8", "ignore").decode()
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
