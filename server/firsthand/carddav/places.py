"""Where things stand below the address book's server, and what is to be said of each. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote, urlsplit
from uuid import UUID

from firsthand.carddav.asking import ADDRESS_DATA, Version
from firsthand.carddav.xml_writing import (
    CALENDARSERVER,
    CARDDAV,
    DAV,
    element,
    href,
    text,
)
from firsthand.contacts.exports import ExportedCard, vcard, vcard3

ROOT = "/carddav"
BOOK_NAME = "Firsthand"
CTAG = f"{CALENDARSERVER}getctag"
_RESOURCE_TYPE, _ETAG = f"{DAV}resourcetype", f"{DAV}getetag"
_COLLECTION = element(f"{DAV}collection")
# What "all" leaves out: it takes long to say, or is of the standard that says to leave it out.
_ONLY_BY_NAME = frozenset({CTAG, ADDRESS_DATA, f"{DAV}supported-report-set"})


class Place(Enum):
    """The collections, by their paths."""

    START = f"{ROOT}/"
    PRINCIPAL = f"{ROOT}/me/"
    HOME = f"{ROOT}/books/"
    BOOK = f"{ROOT}/books/firsthand/"


_BELOW = {Place.START: (Place.PRINCIPAL, Place.HOME), Place.HOME: (Place.BOOK,)}
_BY_PATH = {place.value.rstrip("/"): place for place in Place}


@dataclass(frozen=True, slots=True)
class Owner:
    """As the principal shows them."""

    name: str
    email: str


def place_at(path: str) -> Place | UUID | None:
    """The collection, the id in a card's address, or None; with or without the slash at the end."""
    bare = path.rstrip("/")
    return _BY_PATH.get(bare) or _card_id(bare)


def place_of_href(said: str) -> Place | UUID | None:
    """The same for what a client says, which may be a whole address and percent-encoded."""
    try:
        return place_at(unquote(urlsplit(said).path))
    except ValueError:
        return None


def below(place: Place) -> tuple[Place, ...]:
    """The collections in this one."""
    return _BELOW.get(place, ())


def path_of_card(card_id: UUID) -> str:
    return f"{Place.BOOK.value}{card_id}.vcf"


def written_card(card: ExportedCard, version: Version) -> str:
    return vcard(card) if version == "4.0" else vcard3(card)


def etag(card: ExportedCard) -> str:
    """Of the card's whole text, in either version, so that any change shows."""
    return f'"{hashlib.sha256(vcard3(card).encode()).hexdigest()[:32]}"'


def said_of_place(place: Place, owner: Owner, ctag: str) -> Mapping[str, str]:
    """The properties of a collection as XML, by name."""
    principal = href(Place.PRINCIPAL.value)
    said = {
        _RESOURCE_TYPE: _COLLECTION,
        f"{DAV}displayname": BOOK_NAME,
        f"{DAV}current-user-principal": principal,
        f"{DAV}owner": principal,
        f"{DAV}current-user-privilege-set": element(f"{DAV}privilege", element(f"{DAV}read")),
        f"{DAV}supported-report-set": "",
    }
    if place is Place.PRINCIPAL:
        said |= {
            _RESOURCE_TYPE: _COLLECTION + element(f"{DAV}principal"),
            f"{DAV}displayname": text(owner.name or owner.email),
            f"{DAV}principal-URL": principal,
            f"{CARDDAV}addressbook-home-set": href(Place.HOME.value),
        }
    if place is Place.BOOK:
        said |= {
            _RESOURCE_TYPE: _COLLECTION + element(f"{CARDDAV}addressbook"),
            f"{CARDDAV}addressbook-description": "The people you have met",
            f"{CARDDAV}supported-address-data": _VERSIONS,
            f"{DAV}supported-report-set": _REPORTS,
            CTAG: text(ctag),
        }
    return said


def said_of_card(card: ExportedCard, version: Version | None) -> Mapping[str, str]:
    """The properties of a card as XML, by name; the card itself where a version is asked for."""
    said = {
        _RESOURCE_TYPE: "",
        _ETAG: text(etag(card)),
        f"{DAV}getcontenttype": "text/vcard; charset=utf-8",
        f"{DAV}displayname": text(card.name),
    }
    return said | ({ADDRESS_DATA: text(written_card(card, version))} if version else {})


def in_all(name: str) -> bool:
    """Whether a question for all properties gets this one."""
    return name not in _ONLY_BY_NAME


def _card_id(path: str) -> UUID | None:
    name = path.removeprefix(Place.BOOK.value).removesuffix(".vcf")
    try:
        found = UUID(name)
    except ValueError:
        return None
    return found if path_of_card(found) == path else None


_VERSIONS = "".join(
    element(f"{CARDDAV}address-data-type", "", f' content-type="text/vcard" version="{version}"')
    for version in ("3.0", "4.0")
)
_REPORTS = "".join(
    element(f"{DAV}supported-report", element(f"{DAV}report", element(f"{CARDDAV}{name}")))
    for name in ("addressbook-multiget", "addressbook-query")
)
