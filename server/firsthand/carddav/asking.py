"""What a request's body asks for: PROPFIND (RFC 4918, 9.1) and the reports of RFC 6352. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from firsthand.carddav.filtering import Filter, UnknownFilter, read_filter
from firsthand.carddav.xml_reading import Element, UnreadableXml, read_xml
from firsthand.carddav.xml_writing import CARDDAV, DAV

Version = Literal["3.0", "4.0"]
ADDRESS_DATA = f"{CARDDAV}address-data"


@dataclass(frozen=True, slots=True)
class AskedProperties:
    """``names`` in Clark's notation; None asks for all, and ``names_only`` for what there is."""

    names: Sequence[str] | None = None
    names_only: bool = False

    def wants(self, name: str) -> bool:
        """Whether its value is asked for by its name."""
        return self.names is not None and name in self.names


@dataclass(frozen=True, slots=True)
class Report:
    """Cards with these properties: at these addresses, or all that the filter lets through."""

    asked: AskedProperties
    version: Version
    hrefs: Sequence[str] | None
    filter: Filter
    most: int | None


def read_propfind(body: bytes) -> AskedProperties:
    """An empty body asks for all. Raises UnreadableXml."""
    if not body.strip():
        return AskedProperties()
    root = read_xml(body)
    if root.name != f"{DAV}propfind":
        raise UnreadableXml("this is no propfind")
    if root.first(f"{DAV}propname") is not None:
        return AskedProperties(names_only=True)
    return _asked(root)


def read_report(body: bytes) -> Report | None:
    """None for a report that is not made here. Raises UnreadableXml, UnknownFilter."""
    root = read_xml(body)
    version = _version(root)
    if root.name == f"{CARDDAV}addressbook-multiget":
        hrefs = [each.text.strip() for each in root.all(f"{DAV}href")]
        return Report(_asked(root), version, hrefs, Filter(), None)
    if root.name == f"{CARDDAV}addressbook-query":
        cards = read_filter(root.first(f"{CARDDAV}filter"))
        return Report(_asked(root), version, None, cards, _most(root))
    return None


def _asked(root: Element) -> AskedProperties:
    listed = root.first(f"{DAV}prop")
    if listed is None:
        return AskedProperties()
    # Once each, in the order of asking.
    return AskedProperties(list(dict.fromkeys(child.name for child in listed.children)))


def _version(root: Element) -> Version:
    """The vCard that address-data asks for. Raises UnknownFilter."""
    listed = root.first(f"{DAV}prop")
    data = listed.first(ADDRESS_DATA) if listed else None
    if data is None:
        return "3.0"
    kind = data.attributes.get("content-type", "text/vcard")
    version = data.attributes.get("version", "3.0")
    if kind != "text/vcard" or version not in ("3.0", "4.0"):
        raise UnknownFilter("supported-address-data")
    return "4.0" if version == "4.0" else "3.0"


def _most(root: Element) -> int | None:
    limit = root.first(f"{CARDDAV}limit")
    said = limit.first(f"{CARDDAV}nresults") if limit else None
    if said is None:
        return None
    number = said.text.strip()
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise UnreadableXml("nresults is no number")
    return int(number)
