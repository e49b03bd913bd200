"""What the owner and one person already share online, network by network. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from firsthand.contacts.card_handles import CardHandle
from firsthand.contacts.card_ties import CardTie
from firsthand.handles.exchanges import exchanges_url
from firsthand.handles.networks import Network
from firsthand.handles.parsing import handle_key
from firsthand.ties.kinds import TieKind
from firsthand.unmet.reasons import Reason, reason_lines

# Said in posts or comments, which a network's own search finds; messages are found by nobody else.
_PUBLIC = {TieKind.REPLIED, TieKind.MENTIONED}


@dataclass(frozen=True, slots=True)
class SharedOnline:
    """On one network: sentences, what says most first; the person's name there, if they show it.

    ``exchanges`` is the network's own search for what the two wrote to each other.
    """

    network: str
    lines: Sequence[str]
    name: str | None
    exchanges: str | None


def shared_online(
    ties: Sequence[CardTie],
    shown: Sequence[CardHandle],
    own_names: Mapping[str, str],
    today: date,
) -> list[SharedOnline]:
    """The strongest network first, as ``ties`` are; ``shown`` is what the card shows of them now.

    What the person does not show (any more) is not linked to.
    """
    by_network: dict[str, list[CardTie]] = defaultdict(list)
    for tie in ties:
        by_network[tie.network].append(tie)
    return [_on(network, of_one, shown, own_names, today) for network, of_one in by_network.items()]


def _on(
    network: str,
    ties: Sequence[CardTie],
    shown: Sequence[CardHandle],
    own_names: Mapping[str, str],
    today: date,
) -> SharedOnline:
    kinds = [kind for tie in ties for kind in tie.kinds]
    reasons = [
        Reason(network, kind.kind.value, kind.count, kind.first_at, kind.last_at) for kind in kinds
    ]
    name, own = _name_of(network, ties, shown), own_names.get(network)
    is_public = any(kind.kind in _PUBLIC for kind in kinds)
    return SharedOnline(
        network,
        reason_lines(reasons, today, exact=True),
        name,
        exchanges_url(Network(network), own, name) if own and name and is_public else None,
    )


def _name_of(network: str, ties: Sequence[CardTie], shown: Sequence[CardHandle]) -> str | None:
    """The tie's name as the card shows it; the only one there after a rename."""
    there = [handle.name for handle in shown if handle.network == network]
    keys = {handle_key(Network(network), tie.name) for tie in ties if tie.name}
    same = [name for name in there if handle_key(Network(network), name) in keys]
    return next(iter(same), there[0] if len(there) == 1 else None)
