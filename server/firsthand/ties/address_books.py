"""Which networks an address book's own words mean, and what one of its people becomes. Pure."""

from collections.abc import Iterable

from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, ParsedHandle, parse_handle
from firsthand.ties.kinds import FoundPerson, KindCount, TieKind
from firsthand.ties.people_found import MOST_OF_A_KIND, PeopleFound, found_handles

_WORDS = {
    "twitter": Network.X,
    "x": Network.X,
    "x (twitter)": Network.X,
    **{network.value: network for network in Network if network is not Network.WEBSITE},
    **{network.label.lower(): network for network in Network if network is not Network.WEBSITE},
}
_KNOWN = KindCount(TieKind.CONNECTED, 1)


def network_called(word: str) -> Network | None:
    """The network that a label (``Twitter``, ``* LinkedIn profile``) means."""
    said = word.strip().lstrip("* ").lower()
    for around in (" profile", " handle", " url", " account", " username"):
        said = said.removesuffix(around)
    return _WORDS.get(said)


def handle_in(text: str, network: Network | None = None) -> ParsedHandle | None:
    """A profile's address on a known network, or a bare name where the label says the network.

    Websites are no handles here: an address book gives its companies' pages.
    """
    if not text or (network is None and "/" not in text):
        return None
    try:
        handle = parse_handle(text, network)
    except HandleProblem:
        # "Twitter" written above the address of a page elsewhere.
        return handle_in(text) if network and "/" in text else None
    return None if handle.network is Network.WEBSITE else handle


def add_person(
    people: PeopleFound,
    handles: Iterable[ParsedHandle],
    name: str,
    headline: str,
    company: str,
    emails: list[str],
    phones: list[str],
) -> bool:
    """False for one of whom nothing is said that tells who it is."""
    found = found_handles(handles)[:MOST_OF_A_KIND]
    if not (name or emails or found):
        return False
    for handle in found:
        if handle.name:
            people.add_tie(handle.network, handle.name, _KNOWN)
    people.add_person(FoundPerson(name, headline, company, emails, phones, found))
    return True
