"""What narrows the list of people not met, as a request sends it. Pure."""

from firsthand.accounts.addresses import read_line
from firsthand.handles.networks import Network
from firsthand.problems import Invalid
from firsthand.ties.kinds import TieKind
from firsthand.unmet.reasons import UnmetFilter

NETWORKS = [(network.value, network.label) for network in Network if network != Network.WEBSITE]
KINDS = [
    (TieKind.MESSAGED.value, "messages"),
    (TieKind.REPLIED.value, "replies"),
    (TieKind.MENTIONED.value, "mentions"),
    (TieKind.CONNECTED.value, "connected"),
    (TieKind.FOLLOWED_BY.value, "follows you"),
    (TieKind.FOLLOWS.value, "you follow"),
    (TieKind.REPOSTED.value, "reposts"),
    (TieKind.LIKED.value, "likes"),
]


def read_filter(q: str, network: str, kind: str) -> UnmetFilter:
    """Raises Invalid."""
    if network and network not in set(Network):
        message = "Choose a network from the list."
        raise Invalid(message, {"network": message})
    if kind and kind not in set(TieKind):
        message = "Choose a kind from the list."
        raise Invalid(message, {"kind": message})
    return UnmetFilter(read_line(q, "q"), network, kind)


def unmet_query(what: str, slug: str, narrowed: UnmetFilter) -> str:
    """What a cursor is bound to besides its owner."""
    return "\n".join(["unmet", what, slug, narrowed.q, narrowed.network, narrowed.kind])
