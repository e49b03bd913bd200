"""Where the two already talk, and a first line that recalls where they met. Pure.

Addresses that open a conversation, from their makers' own pages: X, "Direct Message deeplinks"
(developer.x.com); Messenger, "m.me links", and Instagram, "ig.me links" (developers.facebook.com);
Mastodon, "Share" (docs.joinmastodon.org); Bluesky, "Action Intent Links" (docs.bsky.app); WhatsApp,
"click to chat" (faq.whatsapp.com); Signal, "signal.me" (support.signal.org); mailto, RFC 6068; sms,
RFC 5724; tel, RFC 3966. LinkedIn, GitHub and Threads have none that names a person by the name of
their profile, so it is the profile that opens.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from firsthand.handles.networks import Network
from firsthand.handles.parsing import display_name, handle_key, profile_url

LONGEST_MESSAGE = 2_000
_TITLES = {"dr", "prof", "mr", "mrs", "ms", "sir", "dame", "ing", "mag", "herr", "frau"}
_NOT_DIALLED = re.compile(r"[^0-9+]")
_SUBJECT = "Good to meet you"
# Nobody writes to people there.
_NO_MAILBOX = {Network.GITHUB, Network.WEBSITE}
_ASKS = {
    "coffee": "Shall we find a time for that coffee?",
    "call": "When would a call suit you?",
    "message": "I would like to go on where we stopped.",
    "introduce": "I promised to introduce you to somebody. May I?",
    "send": "Here is what I promised to send.",
    "collaborate": "Shall we talk about doing something together?",
    "hire": "Shall we talk about the job?",
    "keep-in-touch": "How have you been since?",
}


@dataclass(frozen=True, slots=True)
class TalkedOn:
    """A tie as far as writing needs it: when the two last talked there, if they did."""

    network: Network
    name: str | None
    stable_id: str | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach somebody.

    ``address`` opens it. Where it takes the words along, it ends in a parameter that is theirs
    (``takes_words``), to be followed by the words themselves, escaped.
    """

    name: str
    label: str
    shown: str
    address: str
    takes_words: bool = False
    last_at: datetime | None = None

    def address_with(self, words: str) -> str:
        return self.address + quote(words, safe="") if self.takes_words else self.address


def ways_to_reach(
    handles: Iterable[tuple[str, str]],
    email: str,
    phone: str,
    talked: Sequence[TalkedOn] = (),
    own: Mapping[str, str] | None = None,
) -> list[Way]:
    """Where they talked last comes first, then mail and telephone, then the other networks.

    ``handles`` (network, name), ``email`` and ``phone`` are what the other shares: nothing else is
    ever opened. ``own`` are the owner's names by network.
    """
    online = [
        way for network, name in handles if (way := _online(Network(network), name, talked, own))
    ]
    spoken = sorted(
        ((way.last_at, way) for way in online if way.last_at),
        key=lambda pair: pair[0],
        reverse=True,
    )
    silent = [way for way in online if not way.last_at]
    return [*(way for _, way in spoken), *_by_mail(email), *_by_phone(phone), *silent]


def first_line(
    name: str,
    *,
    event_name: str | None,
    met_on: date | None,
    today: date,
    intent: str = "",
) -> str:
    """Words to start from: who, where they met, what comes next.

    Never what the owner noted of it: that was written for nobody else.
    """
    words = [f"Hello {_called(name)}," if _called(name) else "Hello,"]
    if met_on and met_on <= today:
        words.append(f"it was good to meet you{_where(event_name)} {_when(met_on, today)}.")
    else:
        words.append("we know each other online, and I would be glad to meet you.")
    if intent:
        words.append(_ASKS.get(intent, f"We spoke about this: {intent}."))
    return " ".join(word for word in words if word)


def _online(
    network: Network, name: str, talked: Sequence[TalkedOn], own: Mapping[str, str] | None
) -> Way | None:
    if network in _NO_MAILBOX:
        return None
    key = handle_key(network, name)
    ties = [
        tie
        for tie in talked
        if tie.network is network and (not tie.name or handle_key(network, tie.name) == key)
    ]
    last_at = max((tie.last_at for tie in ties if tie.last_at), default=None)
    stable_id = next((tie.stable_id for tie in ties if tie.stable_id and tie.name), None)
    label, address, takes_words = _place(network, name, stable_id, (own or {}).get(network))
    return Way(network.value, label, display_name(network, name), address, takes_words, last_at)


def _place(
    network: Network, name: str, stable_id: str | None, own: str | None
) -> tuple[str, str, bool]:
    """In words, its address, and whether it takes the words along."""
    if network is Network.X and stable_id and stable_id.isascii() and stable_id.isdigit():
        compose = f"https://x.com/messages/compose?recipient_id={stable_id}&text="
        return "Message on X", compose, True
    if network is Network.FACEBOOK and not name.isdigit():
        return "Messenger", f"https://m.me/{quote(name, safe='.')}", False
    if network is Network.INSTAGRAM:
        return "Message on Instagram", f"https://ig.me/m/{quote(name, safe='.')}", False
    if network is Network.MASTODON and own and "@" in own:
        # Their own server's page: whom the post reaches is chosen there.
        server = own.rpartition("@")[2]
        return "Write on Mastodon", f"https://{server}/share?text={quote(f'@{name} ')}", True
    label = {
        Network.X: "Their page on X",
        Network.LINKEDIN: "Message on LinkedIn",
        Network.MASTODON: "Their page on Mastodon",
        Network.BLUESKY: "Message on Bluesky",
        Network.THREADS: "Their page on Threads",
        Network.FACEBOOK: "Message on Facebook",
    }[network]
    return label, profile_url(network, name), False


def _by_mail(email: str) -> list[Way]:
    if not email:
        return []
    address = f"mailto:{quote(email, safe='@')}?subject={quote(_SUBJECT)}&body="
    return [Way("email", "E-mail", email, address, takes_words=True)]


def _by_phone(phone: str) -> list[Way]:
    """WhatsApp and Signal know people by their whole number only."""
    number = _NOT_DIALLED.sub("", phone)
    number = number[:1] + number[1:].replace("+", "")
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if sum(each.isdigit() for each in number) < 3:
        return []
    ways = [Way("sms", "Text message", phone, f"sms:{number}?&body=", takes_words=True)]
    if number.startswith("+"):
        chat = f"https://wa.me/{number[1:]}?text="
        ways.append(Way("whatsapp", "WhatsApp", phone, chat, takes_words=True))
        ways.append(Way("signal", "Signal", phone, f"https://signal.me/#p/{number}"))
    ways.append(Way("call", "Call", phone, f"tel:{number}"))
    return ways


def _called(name: str) -> str:
    """What follows "Hello": the first name where the first word is one, else all of it."""
    words = [word for word in name.split() if word.rstrip(".").lower() not in _TITLES]
    return words[0].strip(",;") if words else ""


def _where(event_name: str | None) -> str:
    return f" at {event_name}" if event_name else ""


def _when(met_on: date, today: date) -> str:
    days = (today - met_on).days
    if days == 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"on {met_on.day} {met_on:%B}" + (f" {met_on.year}" if met_on.year != today.year else "")


# What a way is drawn with; a network has its own name.
WAY_ICONS: Mapping[str, str] = {
    "email": "mail",
    "sms": "message-square",
    "whatsapp": "message-circle",
    "signal": "shield",
    "call": "phone",
}
