"""The profile in what another app has shared. Pure."""

import re

from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, ParsedHandle, parse_handle

LONGEST_SHARED = 2_000
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
# What a sentence puts after an address.
_TRAILING = ".,;:!?)]}'\u2019\u201d"


def shared_addresses(*texts: str) -> list[str]:
    """The web addresses in the texts, in order: apps put a link into any of the fields."""
    found = [
        address.rstrip(_TRAILING)
        for text in texts
        for address in _ADDRESS.findall(text[:LONGEST_SHARED])
    ]
    return list(dict.fromkeys(found))


def shared_profile(addresses: list[str]) -> tuple[str, ParsedHandle] | None:
    """The first address that is somebody's profile on a network, and whose; a website is none."""
    for address in addresses:
        try:
            handle = parse_handle(address)
        except HandleProblem:
            continue
        if handle.network is not Network.WEBSITE:
            return address, handle
    return None
