"""Where a network itself shows what two people said to each other. Pure."""

from collections.abc import Callable
from urllib.parse import urlencode

from firsthand.handles.networks import Network


def exchanges_url(network: Network, own: str, other: str) -> str | None:
    """A search for what these two names wrote to each other; None where there is no such search.

    X: help.x.com, "How to use advanced search". GitHub: docs.github.com, "Searching issues and pull
    requests" (``involves`` is whoever wrote it, is named in it, or commented).
    """
    search = _SEARCHES.get(network)
    return search(own, other) if search else None


def _on_x(own: str, other: str) -> str:
    query = f"(from:{own} to:{other}) OR (from:{other} to:{own})"
    return "https://x.com/search?" + urlencode({"q": query, "f": "live"})


def _on_github(own: str, other: str) -> str:
    query = f"involves:{own} involves:{other} sort:updated-desc"
    return "https://github.com/search?" + urlencode({"q": query, "type": "issues"})


_SEARCHES: dict[Network, Callable[[str, str], str]] = {
    Network.X: _on_x,
    Network.GITHUB: _on_github,
}
