"""The path from the first exchange online to the last meeting. Pure.

Each function turns one part of what is known into moments; ``newest_first`` puts them together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from firsthand.handles.networks import Network
from firsthand.ties.kinds import KindCount, TieKind

_TOUCHES = {
    "call": "Call",
    "coffee": "Coffee",
    "message": "Message",
    "help-given": "You helped them",
    "help-received": "They helped you",
    "other": "In touch",
}
_FIRST = {
    TieKind.FOLLOWS: "You followed them",
    TieKind.FOLLOWED_BY: "They followed you",
    TieKind.CONNECTED: "Connected",
    TieKind.REPLIED: "Your first reply",
    TieKind.MENTIONED: "You first mentioned them",
    TieKind.MESSAGED: "First message",
    TieKind.REPOSTED: "Your first repost",
    TieKind.LIKED: "Your first like",
}
_MANY = {
    TieKind.REPLIED: "replies",
    TieKind.MENTIONED: "mentions",
    TieKind.MESSAGED: "messages",
    TieKind.REPOSTED: "reposts",
    TieKind.LIKED: "likes",
}
_ENDED = {
    TieKind.FOLLOWS: "You no longer followed them",
    TieKind.FOLLOWED_BY: "They no longer followed you",
    TieKind.CONNECTED: "No longer connected",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One step: what happened (``title``), the owner's words about it (``text``), and where.

    ``kind`` is ``met``, ``met-again``, ``known-before``, ``follow-up``, a touchpoint's or a tie's.
    ``event`` is a slug. ``zone`` names the time zone to show it in, "" for UTC.
    """

    at: datetime
    kind: str
    title: str
    text: str = ""
    event: str | None = None
    network: str | None = None
    zone: str = ""

    @property
    def is_meeting(self) -> bool:
        return self.kind in {"met", "met-again", "known-before"}

    @property
    def is_in_person(self) -> bool:
        """Warm rather than cool."""
        return self.is_meeting or self.kind in _TOUCHES or self.kind == "follow-up"


@dataclass(frozen=True, slots=True)
class MetOn:
    """A meeting as the timeline needs it."""

    at: datetime
    day: date
    event: str | None
    event_name: str | None
    zone: str
    note: str
    known_before: bool


def meeting_moments(meetings: Iterable[MetOn]) -> list[Moment]:
    """The first day is "Met", a later day "Met again"; two on one day are the same."""
    moments = []
    first_day = None
    for met in sorted(meetings, key=lambda met: (met.day, met.at)):
        first_day = first_day or met.day
        again = met.day != first_day
        where = f" at {met.event_name}" if met.event_name else ""
        if met.known_before:
            kind, title = "known-before", "You had met already"
        elif again:
            kind, title = "met-again", f"Met again{where}"
        else:
            kind, title = "met", f"Met{where}"
        moments.append(Moment(met.at, kind, title, met.note, met.event, zone=met.zone))
    return moments


def touch_moment(kind: str, at: datetime, note: str) -> Moment:
    return Moment(at, kind, _TOUCHES.get(kind, _TOUCHES["other"]), note)


def kept_promise(intent_words: str, text: str, done_at: datetime, event: str | None) -> Moment:
    return Moment(done_at, "follow-up", f"Followed up: {intent_words}", text, event)


def tie_moments(network: str, kinds: Sequence[KindCount]) -> list[Moment]:
    """The first and, where there were several, the last of each kind; undated ones are left out."""
    label = Network(network).label
    moments = []
    for each in kinds:
        kind = each.kind.value
        if each.first_at:
            title = f"{_FIRST[each.kind]} on {label}"
            moments.append(Moment(each.first_at, kind, title, network=network))
        if each.kind in _MANY and each.count > 1 and each.last_at and each.last_at != each.first_at:
            title = f"{each.count:,} {_MANY[each.kind]} on {label}"
            moments.append(Moment(each.last_at, kind, title, "the last of them", network=network))
        if each.ended_at and each.kind in _ENDED:
            title = f"{_ENDED[each.kind]} on {label}"
            said = "as your newer export tells"
            moments.append(Moment(each.ended_at, kind, title, said, network=network))
    return moments


def newest_first(*parts: Iterable[Moment]) -> list[Moment]:
    moments = [moment for part in parts for moment in part]
    return sorted(moments, key=lambda moment: (moment.at, moment.is_meeting), reverse=True)
