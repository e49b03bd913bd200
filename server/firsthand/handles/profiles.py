"""Whose profile a page of a network is. Pure."""

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs

from firsthand.handles.addresses import WebAddress
from firsthand.handles.names import is_mastodon_name, spell
from firsthand.handles.networks import Network
from firsthand.handles.problem import HandleProblem

_FACEBOOK_ID = re.compile(r"[0-9]{1,20}")
_EXAMPLES = {
    Network.X: "x.com/ana",
    Network.LINKEDIN: "linkedin.com/in/ana",
    Network.FACEBOOK: "facebook.com/ana.lima",
    Network.MASTODON: "mastodon.social/@ana",
    Network.BLUESKY: "bsky.app/profile/ana.bsky.social",
    Network.GITHUB: "github.com/ana",
    Network.INSTAGRAM: "instagram.com/ana",
    Network.THREADS: "threads.net/@ana",
}


def profile_name(network: Network, address: WebAddress) -> str:
    """The name of whose profile this is, on one of the network's own hosts.

    Not for Mastodon, whose servers are anybody's. Raises HandleProblem.
    """
    return _READERS[network](address)


def expected(network: Network) -> str:
    """What to paste instead, in words."""
    return f"Paste a personal profile such as {_EXAMPLES[network]}."


def mastodon_name(path: tuple[str, ...]) -> str | None:
    """``/@ana``, ``/web/@ana``, ``/users/ana``, and ``/@ana@other.server`` seen from here."""
    if path[:1] == ("web",):
        path = path[1:]
    name = None
    if path and path[0].startswith("@"):
        name = path[0][1:]
    elif len(path) == 2 and path[0] == "users":
        name = path[1]
    return name if name and is_mastodon_name(name) else None


def _first_part(network: Network, address: WebAddress) -> str:
    if not address.path:
        raise HandleProblem(
            f"That address of {network.label} names no profile. {expected(network)}"
        )
    return spell(network, address.path[0].removeprefix("@"))


def _on_instagram(address: WebAddress) -> str:
    if address.path[:1] in {("_u",), ("stories",)} and len(address.path) > 1:
        return spell(Network.INSTAGRAM, address.path[1])
    return _first_part(Network.INSTAGRAM, address)


def _on_facebook(address: WebAddress) -> str:
    path = address.path
    if path == ("profile.php",):
        number = parse_qs(address.query).get("id", [""])[0]
    elif path[:1] == ("people",) and len(path) > 2:
        number = path[2]
    else:
        return _first_part(Network.FACEBOOK, address)
    if not _FACEBOOK_ID.fullmatch(number):
        raise HandleProblem(f"That address has no profile's number. {expected(Network.FACEBOOK)}")
    return number


def _on_bluesky(address: WebAddress) -> str:
    if address.path[:1] != ("profile",) or len(address.path) < 2:
        raise HandleProblem(f"That page of Bluesky is no profile. {expected(Network.BLUESKY)}")
    return spell(Network.BLUESKY, address.path[1].removeprefix("@"))


def _on_linkedin(address: WebAddress) -> str:
    # Links in LinkedIn's mails and on phones carry a part before it.
    path = address.path[1:] if address.path[:1] in {("comm",), ("mwlite",)} else address.path
    kind = path[0].lower() if path else ""
    if kind == "in" and len(path) > 1:
        return spell(Network.LINKEDIN, path[1])
    what = {"company": "company page", "school": "school page", "groups": "group"}.get(kind)
    problem = f"That looks like a LinkedIn {what}." if what else "That is no LinkedIn profile."
    raise HandleProblem(f"{problem} {expected(Network.LINKEDIN)}")


_READERS: dict[Network, Callable[[WebAddress], str]] = {
    Network.X: partial(_first_part, Network.X),
    Network.LINKEDIN: _on_linkedin,
    Network.FACEBOOK: _on_facebook,
    Network.BLUESKY: _on_bluesky,
    Network.GITHUB: partial(_first_part, Network.GITHUB),
    Network.INSTAGRAM: _on_instagram,
    Network.THREADS: partial(_first_part, Network.THREADS),
}
