"""People as rows of the CSV that Google Contacts imports, with its columns since 2023. Pure."""

import re

from firsthand.contacts.exports import (
    ExportedCard,
    given_and_family,
    plain_line,
    without_formula,
)
from firsthand.handles.networks import Network
from firsthand.handles.parsing import profile_url

_NAMES = ("First Name", "Middle Name", "Last Name")
_OF_THE_NAME = (
    *("Phonetic First Name", "Phonetic Middle Name", "Phonetic Last Name"),
    *("Name Prefix", "Name Suffix", "Nickname", "File As"),
)
_WORK = ("Organization Name", "Organization Title", "Organization Department")
_ABOUT = ("Birthday", "Notes", "Photo", "Labels")
_REACHED = ("E-mail 1 - Label", "E-mail 1 - Value", "Phone 1 - Label", "Phone 1 - Value")
GOOGLE_HEADER = (
    *_NAMES,
    *_OF_THE_NAME,
    *_WORK,
    *_ABOUT,
    *_REACHED,
    *(
        f"Website {number} - {part}"
        for number in range(1, len(Network) + 1)
        for part in ("Label", "Value")
    ),
)
# What Google puts between several values of a label.
_TOGETHER = " ::: "
_LABELS = f"Firsthand{_TOGETHER}* myContacts"
_BETWEEN_DIGITS = re.compile(r"[ ().\u00a0-]+")
_NUMBER = re.compile(r"\+[0-9][0-9 ]{3,30}", re.ASCII)


def google_line(card: ExportedCard) -> str:
    """One line in the order of GOOGLE_HEADER; no cell is a formula."""
    given, family = given_and_family(card.name)
    cells = [given, "", family]
    cells += [""] * len(_OF_THE_NAME)
    cells += [card.company, card.headline, ""]
    cells += ["", card.note, "", _LABELS]
    cells += ["*" if card.email else "", card.email, "Mobile" if card.phone else ""]
    words = [without_formula(cell) for cell in cells]
    return plain_line([*words, _phone(card.phone), *_websites(card)])


def _phone(phone: str) -> str:
    """A mere number keeps its plus: Google would take an apostrophe for a part of it."""
    spaced = _BETWEEN_DIGITS.sub(" ", phone).strip()
    return spaced if _NUMBER.fullmatch(spaced) else without_formula(phone)


def _websites(card: ExportedCard) -> list[str]:
    """A label and a value for each network, empty where there is no handle."""
    cells = []
    for network in Network:
        addresses = [profile_url(network, name) for where, name in card.handles if where == network]
        cells.append(network.label if addresses else "")
        cells.append(without_formula(_TOGETHER.join(addresses)))
    return cells
