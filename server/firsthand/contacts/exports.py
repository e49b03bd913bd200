"""People as a vCard 4.0 (RFC 6350) and as a row of a CSV (RFC 4180). Pure."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firsthand.content_lines import escaped, uri, written
from firsthand.handles.networks import Network
from firsthand.handles.parsing import profile_url

CSV_HEADER = ("name", "headline", "company", "email", "phone", "stage", "last", "note", "handles")
# A spreadsheet would run a cell that starts so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    ]
    single = {"TITLE": card.headline, "ORG": card.company, "EMAIL": card.email, "NOTE": card.note}
    lines += [f"{name}:{escaped(value)}" for name, value in single.items() if value]
    if card.phone:
        lines.append(f"TEL;VALUE=text:{escaped(card.phone)}")
    for network, name in card.handles:
        address = profile_url(Network(network), name)
        # X-SOCIALPROFILE is what address books read; URL is what the standard has.
        lines.append(f"URL:{uri(address)}")
        lines.append(f"X-SOCIALPROFILE;TYPE={network}:{uri(address)}")
    lines.append(f"REV:{card.last_at:%Y%m%dT%H%M%SZ}")
    lines.append("END:VCARD")
    return written(lines)


def csv_line(cells: tuple[str, ...]) -> str:
    """One line with CRLF; no cell is a formula."""
    out = io.StringIO()
    csv.writer(out).writerow([_cell(cell) for cell in cells])
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


def _cell(text: str) -> str:
    shown = text.replace("\0", "").encode("utf-8", "ignore").decode()
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
