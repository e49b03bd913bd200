"""From anything that a person would paste to a handle. Pure; raises only HandleProblem.

An address speaks for itself: only a network's own hosts make a handle of that network, whatever
was chosen beside it. The choice says what a bare name belongs to.
"""

import re
from dataclasses import dataclass

from firsthand.handles import names
from firsthand.handles.addresses import (
    WebAddress,
    decode,
    read_domain,
    read_web_address,
    tidy,
)
from firsthand.handles.networks import Network
from firsthand.handles.problem import HandleProblem
from firsthand.handles.profiles import expected, mastodon_name, profile_name
from firsthand.handles.sites import (
    is_bluesky_host,
    is_commonly_a_site,
    is_mail_host,
    may_be_mastodon,
    network_of,
)

__all__ = [
    "HandleProblem",
    "ParsedHandle",
    "display_name",
    "handle_key",
    "parse_handle",
    "profile_url",
]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_IN = re.compile(r"in/([^/?#]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedHandle:
    """Somebody on a network; ``name`` as the network spells it, without an @ before it.

    A Mastodon name is ``user@server``, a Facebook name may be the numeric id, a Bluesky name the
    DID, a website's name its host and path. Domains stand in A-labels.
    """

    network: Network
    name: str

    @property
    def key(self) -> str:
        """What to compare names by: equal for two spellings of the same name."""
        return handle_key(self.network, self.name)


def parse_handle(text: str, network: Network | None = None) -> ParsedHandle:
    """Read one handle; ``network`` is what the form or the column says. Raises HandleProblem."""
    pasted = tidy(text)
    scheme = _SCHEME.match(pasted)
    if scheme:
        return _from_scheme(scheme[1].lower(), pasted[scheme.end() :], network)
    if found := _IN.fullmatch(pasted):
        return _named(Network.LINKEDIN, decode(found[1]))
    if any(end in pasted for end in "/?#"):
        return _from_web(read_web_address(pasted), network, certain=False)
    name = pasted.removeprefix("@")
    if "@" in name:
        return _from_address(name, network, certain=pasted.startswith("@"))
    if is_bluesky_host(name.lower()):
        return _named(Network.BLUESKY, name)
    if "." in name and network in {None, Network.WEBSITE} and not pasted.startswith("@"):
        return _from_web(read_web_address(name), network, certain=False)
    return _bare(name, network)


def handle_key(network: Network, name: str) -> str:
    """The form in which two spellings of one name are equal; any text has one."""
    return names.key_of(network, name)


def profile_url(network: Network, name: str) -> str:
    """The https address of the profile."""
    return names.url_of(network, name)


def display_name(network: Network, name: str) -> str:
    """The name as people there write it: ``@ana``, ``ana@mastodon.social``, ``in/ana``."""
    return names.shown(network, name)


def _named(network: Network, name: str) -> ParsedHandle:
    return ParsedHandle(network, names.spell(network, name))


def _bare(name: str, network: Network | None) -> ParsedHandle:
    if network is None:
        raise HandleProblem(
            "Which network is this name on? Choose it, or paste the address of the profile."
        )
    if network is Network.WEBSITE:
        raise HandleProblem("That is no website. Paste its address, such as https://ana.dev.")
    return _named(network, decode(name) if network is Network.LINKEDIN else name)


def _from_scheme(scheme: str, rest: str, network: Network | None) -> ParsedHandle:
    if scheme in {"http", "https"} and rest.startswith("//"):
        return _from_web(read_web_address(rest[2:]), network, certain=True)
    if scheme == "did":
        return _named(Network.BLUESKY, f"did:{rest}")
    if scheme == "at" and rest.startswith("//"):
        return _named(Network.BLUESKY, rest[2:].partition("/")[0])
    if scheme == "acct":
        return _from_address(rest.removeprefix("@"), Network.MASTODON, certain=True)
    if scheme == "mailto":
        # Mail programs make such a link of every Mastodon address.
        address = decode(rest.partition("?")[0]).removeprefix("@")
        return _from_address(address, network or Network.WEBSITE, certain=False)
    raise HandleProblem("Only addresses that start with https:// can be a profile.")


def _from_address(address: str, network: Network | None, *, certain: bool) -> ParsedHandle:
    """``ana@mastodon.social``: on Mastodon, unless it can only be an e-mail address."""
    server = read_domain(address.rpartition("@")[2])
    on = network_of(server)
    if on is Network.THREADS:
        return _named(Network.THREADS, address.rpartition("@")[0])
    if is_mail_host(server) or (not certain and network not in {None, Network.MASTODON}):
        raise HandleProblem(
            "That looks like an e-mail address. Paste the profile's address, or for Mastodon "
            "something like @ana@mastodon.social."
        )
    if on or not may_be_mastodon(server):
        raise HandleProblem(f"{server} is no Mastodon server. Paste the profile's address instead.")
    return _named(Network.MASTODON, address)


def _from_web(address: WebAddress, hint: Network | None, *, certain: bool) -> ParsedHandle:
    on = network_of(address.host)
    if on:
        return ParsedHandle(on, profile_name(on, address))
    if is_bluesky_host(address.host):
        return _named(Network.BLUESKY, address.host)
    if may_be_mastodon(address.host) and (name := mastodon_name(address.path)):
        return _from_address(
            name if "@" in name else f"{name}@{address.host}", Network.MASTODON, certain=True
        )
    if hint is Network.BLUESKY and not address.path:
        return _named(Network.BLUESKY, address.host)
    if hint is not None and hint is not Network.WEBSITE:
        raise HandleProblem(f"That address is not on {hint.label}. {expected(hint)}")
    if not (certain or hint or is_commonly_a_site(address.host)):
        raise HandleProblem(
            "Is this a website? Put https:// before it. For a name, choose its network."
        )
    return ParsedHandle(Network.WEBSITE, names.spell_site(address.host, address.path))
