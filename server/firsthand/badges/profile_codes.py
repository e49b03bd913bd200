"""Whose profile a code's address is. Pure; never raises.

Stricter than what a person pastes: an address that nobody vouches for may be an entry ticket, so
only a network's own hosts count, and for Mastodon the form that people share (``/@ana``).
"""

import re

from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, ParsedHandle, parse_handle

_WEB = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?", re.IGNORECASE)
_BARE = re.compile(r"[a-z0-9.-]+\.[a-z]{2,}/[^?#\s]+", re.IGNORECASE)
_FEDIVERSE = re.compile(r"/(?:web/)?@[^/]+/?")
_SERVICES = {network.value.upper(): network for network in Network} | {"TWITTER": Network.X}
del _SERVICES["WEBSITE"]


def profile_in(text: str) -> ParsedHandle | None:
    """The profile that an address shows, its query left aside but where it is the name."""
    address = text.strip()
    web = _WEB.match(address)
    bare = _BARE.match(address)
    if not (web or bare or re.fullmatch(r"@[^@\s]+@[^@\s]+|acct:\S+", address)):
        return None
    handle = _parsed(address, None)
    if handle is None or handle.network is Network.WEBSITE:
        return None
    if handle.network is not Network.MASTODON:
        return handle
    # Anybody runs a server, a ticket shop too: ``/users/…`` there may be a secret.
    shared = _FEDIVERSE.fullmatch(web[1] or "") if web else not bare
    return handle if shared else None


def profile_named(service: str, name: str) -> ParsedHandle | None:
    """A profile from a service's name ("twitter") and a name there, or its address."""
    network = _SERVICES.get(service.upper())
    if network is None or not name:
        return None
    if "://" in name or "/" in name:
        return profile_in(name)
    return _parsed(name, network)


def _parsed(text: str, network: Network | None) -> ParsedHandle | None:
    try:
        return parse_handle(text, network)
    except HandleProblem:
        return None
