"""Reasons to meet somebody, in words. Pure.

A line is never empty and never a bare number; dates that an export does not give are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from firsthand.handles.networks import Network
from firsthand.ties.kinds import TieKind

# What says most about two people comes first; a message says more than a like.
_ORDER = (
    TieKind.MESSAGED,
    TieKind.REPLIED,
    TieKind.MENTIONED,
    TieKind.CONNECTED,
    TieKind.FOLLOWED_BY,
    TieKind.FOLLOWS,
    TieKind.REPOSTED,
    TieKind.LIKED,
)
_OFTEN = {
    TieKind.MESSAGED: "You wrote to each other",
    TieKind.REPLIED: "You replied",
    TieKind.MENTIONED: "You mentioned them",
    TieKind.REPOSTED: "You reposted them",
    TieKind.LIKED: "You liked their posts",
}
_ONCE: dict[TieKind | None, str] = {
    TieKind.CONNECTED: "Connected on {network}",
    TieKind.FOLLOWED_BY: "Follows you on {network}",
    TieKind.FOLLOWS: "You follow them on {network}",
}
_MANY = {
    TieKind.MESSAGED: "messages",
    TieKind.REPLIED: "replies",
    TieKind.MENTIONED: "mentions",
    TieKind.REPOSTED: "reposts",
    TieKind.LIKED: "likes",
}
_FOLLOWING = {TieKind.FOLLOWS, TieKind.FOLLOWED_BY}


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of what the viewer has with a person on one network."""

    network: str
    kind: str
    count: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnmetFilter:
    """What narrows the list: part of a name, headline or company; a network; a kind of tie."""

    q: str = ""
    network: str = ""
    kind: str = ""


def network_words(network: str) -> str:
    """The network as it spells itself."""
    return Network(network).label if network in set(Network) else network


def reason_line(reasons: Sequence[Reason], today: date) -> str:
    """The one line of a list: the strongest, such as "You replied 14 times, last in March"."""
    lines = reason_lines(reasons, today)
    return lines[0] if lines else "You know each other online"


def reason_lines(reasons: Sequence[Reason], today: date, *, exact: bool = False) -> list[str]:
    """All of them, what says most first; following each other on a network is one.

    ``exact``: the last time with its day.
    """
    both = _both_ways(reasons)
    lines = []
    for reason in sorted(reasons, key=_place):
        if reason.network not in both or reason.kind not in _FOLLOWING:
            lines.append(_words(reason, today, exact=exact))
        elif reason.kind == TieKind.FOLLOWED_BY:
            words = f"You follow each other on {network_words(reason.network)}"
            lines.append(words + _since_both(both[reason.network], reason, today))
    return list(dict.fromkeys(lines))


def _both_ways(reasons: Sequence[Reason]) -> dict[str, Reason]:
    """By network: that the viewer follows somebody who follows them."""
    back = {reason.network for reason in reasons if reason.kind == TieKind.FOLLOWED_BY}
    return {
        reason.network: reason
        for reason in reasons
        if reason.kind == TieKind.FOLLOWS and reason.network in back
    }


def _since_both(follows: Reason, followed: Reason, today: date) -> str:
    """Each other is only since the later of the two; where one is undated, whose date it is."""
    if follows.first_at and followed.first_at:
        return _since(max(follows.first_at, followed.first_at), today)
    if follows.first_at:
        return f", you{_since(follows.first_at, today)}"
    return f", they{_since(followed.first_at, today)}" if followed.first_at else ""


def interest_line(tags: Sequence[str]) -> str:
    """``You both write about #databases and #sailing``; empty where there is nothing in common."""
    if not tags:
        return ""
    *others, last = [f"#{tag}" for tag in tags]
    return f"You both write about {', '.join(others)}{' and ' if others else ''}{last}"


def score_words(reasons: Sequence[Reason], score: float, today: date) -> list[tuple[str, str]]:
    """Why somebody stands where they stand: how much, how recent, how mutual, and together."""
    return [
        ("How much", _how_much(reasons)),
        ("How recent", _how_recent(reasons, today)),
        ("How mutual", _how_mutual(reasons)),
        ("Together", f"{_strong(score)}: {round(score * 100)} of 100"),
    ]


def _place(reason: Reason) -> tuple[int, int]:
    # An unknown kind, from a later version's import, comes last rather than failing.
    place = _ORDER.index(TieKind(reason.kind)) if reason.kind in set(TieKind) else len(_ORDER)
    return place, -reason.count


def _words(reason: Reason, today: date, *, exact: bool) -> str:
    network = network_words(reason.network)
    kind = TieKind(reason.kind) if reason.kind in set(TieKind) else None
    if kind in _OFTEN:
        where = "" if reason.network == "x" else f" on {network}"
        return f"{_OFTEN[kind]} {_times(reason.count)}{where}{_last(reason, today, exact=exact)}"
    said = _ONCE.get(kind, "You know each other on {network}")
    return said.format(network=network) + _since(reason.first_at, today)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(max(count, 1), f"{count:,} times")


def _last(reason: Reason, today: date, *, exact: bool) -> str:
    moment = reason.last_at
    if moment is None:
        return ""
    when = f"on {moment.day} {moment:%b %Y}" if exact else _when(moment.date(), today)
    return f", last {when}" if reason.count > 1 else f", {when}"


def _since(moment: datetime | None, today: date) -> str:
    if moment is None:
        return ""
    if moment.year == today.year:
        return f" since {moment:%B}"
    return f" since {moment.year}"


def _when(day: date, today: date) -> str:
    ago = (today - day).days
    if ago < 7:
        return "this week"
    if day.year == today.year or ago < 300:
        return f"in {day:%B}"
    return f"in {day:%B %Y}" if ago < 900 else f"in {day.year}"


def _how_much(reasons: Sequence[Reason]) -> str:
    often = [reason for reason in reasons if reason.kind in _MANY]
    counted = [
        f"{reason.count:,} {_MANY[TieKind(reason.kind)]} on {network_words(reason.network)}"
        for reason in sorted(often, key=_place)
        if reason.count > 1
    ]
    if counted:
        return ", ".join(counted)
    return "exchanged once" if often else "following or connected, no exchange in your archives"


def _how_recent(reasons: Sequence[Reason], today: date) -> str:
    moments = [moment for reason in reasons if (moment := reason.last_at or reason.first_at)]
    if not moments:
        return "your archives do not say when"
    return f"last {_when(max(moments).date(), today)}"


def _how_mutual(reasons: Sequence[Reason]) -> str:
    kinds = {(reason.network, reason.kind) for reason in reasons}
    both = any(
        (network, TieKind.FOLLOWED_BY) in kinds for network, kind in kinds if kind == "follows"
    )
    if both or any(kind in {TieKind.CONNECTED, TieKind.MESSAGED} for _, kind in kinds):
        return "both ways"
    if any(kind == TieKind.FOLLOWED_BY for _, kind in kinds):
        return "they follow you"
    return "from your side, as far as your archives tell"


def _strong(score: float) -> str:
    if score >= 0.6:
        return "close"
    return "familiar" if score >= 0.3 else "distant"


# For templates that show a person with their reasons.
REASON_WORDS: dict[str, Any] = {
    "reason_line": reason_line,
    "reason_lines": reason_lines,
    "interest_line": interest_line,
    "score_words": score_words,
}
