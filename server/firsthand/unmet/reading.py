"""What narrows the list of people not met, as a request sends it. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from firsthand.accounts.addresses import read_line
from firsthand.handles.networks import Network
from firsthand.problems import Invalid
from firsthand.ties.kind_bits import CONVERSATIONS
from firsthand.ties.kinds import TieKind
from firsthand.ties.score import LESS, MORE, USUAL, Tuning
from firsthand.unmet.reasons import UnmetFilter

NETWORKS = [(network.value, network.label) for network in Network if network != Network.WEBSITE]
# As chips, what says most first.
KINDS = [
    (CONVERSATIONS, "Conversations"),
    (TieKind.MESSAGED.value, "Messages"),
    (TieKind.FOLLOWS.value, "I follow"),
    (TieKind.FOLLOWED_BY.value, "Follow me"),
    (TieKind.CONNECTED.value, "Connected"),
    (TieKind.REPOSTED.value, "Reposted"),
    (TieKind.LIKED.value, "Liked"),
]
# Parts of the conversations: no chips of their own, but asked for by address.
_PARTS = {TieKind.REPLIED.value: "Replied", TieKind.MENTIONED.value: "Mentioned"}
# The parts of a Tuning in the order and the words of the page, and what may be chosen for each.
TUNED = [
    ("conversations", "Conversations"),
    ("messages", "Messages"),
    ("follows", "People I follow"),
    ("followed_by", "People who follow me"),
    ("connected", "Connected"),
    ("reposts", "Reposts and likes"),
    ("recent", "How recent"),
]
LEVELS = [("less", "Less", LESS), ("usual", "As usual", USUAL), ("more", "More", MORE)]


@dataclass(frozen=True, slots=True)
class Chip:
    """One kind to narrow the list to; the current one leads back to everybody."""

    href: str
    label: str
    current: bool


def kind_chips(slug: str, narrowed: UnmetFilter) -> list[Chip]:
    """The current one first, so that it is in sight; the search and the network stay."""
    words = dict(KINDS)
    if narrowed.kind in _PARTS:
        words |= {narrowed.kind: _PARTS[narrowed.kind]}
    chips = [
        Chip(
            list_address(slug, replace(narrowed, kind="" if kind == narrowed.kind else kind)),
            label,
            kind == narrowed.kind,
        )
        for kind, label in words.items()
    ]
    return sorted(chips, key=lambda chip: not chip.current)


def list_address(slug: str, narrowed: UnmetFilter) -> str:
    """Of the page, with only what narrows it."""
    given = {name: value for name, value in asdict(narrowed).items() if value}
    return f"/events/{slug}/unmet" + (f"?{urlencode(given)}" if given else "")


def read_filter(q: str, network: str, kind: str) -> UnmetFilter:
    """Raises Invalid."""
    if network and network not in set(Network):
        message = "Choose a network from the list."
        raise Invalid(message, {"network": message})
    if kind and kind != CONVERSATIONS and kind not in set(TieKind):
        message = "Choose a kind from the list."
        raise Invalid(message, {"kind": message})
    return UnmetFilter(read_line(q, "q"), network, kind)


def unmet_query(what: str, slug: str, narrowed: UnmetFilter) -> str:
    """What a cursor is bound to besides its owner."""
    return "\n".join(["unmet", what, slug, narrowed.q, narrowed.network, narrowed.kind])


def read_tuning(levels: Mapping[str, str]) -> Tuning:
    """Of the names of TUNED to those of LEVELS; what is not said stays as usual. Raises Invalid."""
    known = {name: level for name, _, level in LEVELS}
    chosen = {name: levels[name] for name, _ in TUNED if levels.get(name)}
    for name, level in chosen.items():
        if level not in known:
            raise Invalid("Choose less, as usual or more.", {name: "Choose one of the three."})
    return Tuning(**{name: known[level] for name, level in chosen.items()})


def tuning_words(tuning: Tuning) -> str:
    """``Messages more, How recent less``; empty where all is as usual."""
    words = {level: label.lower() for _, label, level in LEVELS}
    return ", ".join(
        f"{label} {words[level]}"
        for name, label in TUNED
        if (level := getattr(tuning, name)) != USUAL
    )
