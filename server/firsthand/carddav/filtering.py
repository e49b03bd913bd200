"""The filters of addressbook-query (RFC 6352, section 10.5), on the cards here. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from firsthand.carddav.xml_reading import Element
from firsthand.carddav.xml_writing import CARDDAV
from firsthand.contacts.exports import ExportedCard, given_and_family
from firsthand.handles.networks import Network
from firsthand.handles.parsing import profile_url

_MATCHES: Mapping[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "equals": str.__eq__,
    "starts-with": str.startswith,
    "ends-with": str.endswith,
}
_COLLATIONS: Mapping[str, Callable[[str], str]] = {
    "default": str.casefold,
    "i;unicode-casemap": str.casefold,
    "i;ascii-casemap": str.casefold,
    "i;octet": str,
}


class UnknownFilter(ValueError):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """``condition`` is the precondition that does not hold, in Clark's notation."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = f"{CARDDAV}{condition}"


@dataclass(frozen=True, slots=True)
class Match:
    """A text that a property must hold, or must not."""

    holds: Callable[[str, str], bool]
    folded: Callable[[str], str]
    text: str
    negated: bool

    def __call__(self, value: str) -> bool:
        return self.holds(self.folded(value), self.folded(self.text)) != self.negated


@dataclass(frozen=True, slots=True)
class Test:
    """One property: that it is there, that it is not, or that the matches hold."""

    name: str
    absent: bool
    matches: tuple[Match, ...]
    every: bool

    def __call__(self, values: Mapping[str, list[str]]) -> bool:
        said = values.get(self.name, [])
        if self.absent or not said:
            return self.absent and not said
        if not self.matches:
            return True
        combined = all if self.every else any
        return combined(any(match(value) for value in said) for match in self.matches)


@dataclass(frozen=True, slots=True)
class Filter:
    """No test at all lets everybody through."""

    tests: tuple[Test, ...] = ()
    every: bool = False

    def lets_through(self, card: ExportedCard) -> bool:
        if not self.tests:
            return True
        values = _values(card)
        combined = all if self.every else any
        return combined(test(values) for test in self.tests)


def read_filter(element: Element | None) -> Filter:
    """Raises UnknownFilter."""
    if element is None:
        return Filter()
    if any(child.name != f"{CARDDAV}prop-filter" for child in element.children):
        raise UnknownFilter("supported-filter")
    return Filter(tuple(map(_test, element.children)), _is_every(element))


def _test(element: Element) -> Test:
    known = {f"{CARDDAV}is-not-defined", f"{CARDDAV}text-match"}
    if any(child.name not in known for child in element.children):
        raise UnknownFilter("supported-filter")
    matches = tuple(map(_match, element.all(f"{CARDDAV}text-match")))
    # A name may stand in a group: item1.EMAIL.
    name = element.attributes.get("name", "").rpartition(".")[2].upper()
    absent = element.first(f"{CARDDAV}is-not-defined") is not None
    return Test(name, absent, matches, _is_every(element))


def _match(element: Element) -> Match:
    holds = _MATCHES.get(element.attributes.get("match-type", "contains"))
    if holds is None:
        raise UnknownFilter("supported-filter")
    folded = _COLLATIONS.get(element.attributes.get("collation", "default"))
    if folded is None:
        raise UnknownFilter("supported-collation")
    return Match(holds, folded, element.text, element.attributes.get("negate-condition") == "yes")


def _is_every(element: Element) -> bool:
    return element.attributes.get("test", "anyof") == "allof"


def _values(card: ExportedCard) -> dict[str, list[str]]:
    given, family = given_and_family(card.name)
    addresses = [profile_url(Network(network), name) for network, name in card.handles]
    single = {
        "UID": str(card.id),
        "FN": card.name,
        "N": f"{family};{given};;;",
        "TITLE": card.headline,
        "ORG": card.company,
        "EMAIL": card.email,
        "TEL": card.phone,
        "NOTE": card.note,
    }
    values = {name: [value] for name, value in single.items() if value}
    return values | ({"URL": addresses, "X-SOCIALPROFILE": addresses} if addresses else {})
