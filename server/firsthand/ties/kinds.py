"""The kinds of a tie, and what an export's parser yields."""

from datetime import datetime
from enum import StrEnum

import msgspec

from firsthand.handles.networks import Network


class TieKind(StrEnum):
    """How the owner and the other person are connected on a network."""

    FOLLOWS = "follows"
    FOLLOWED_BY = "followed_by"
    CONNECTED = "connected"
    REPLIED = "replied"
    MENTIONED = "mentioned"
    MESSAGED = "messaged"
    REPOSTED = "reposted"
    LIKED = "liked"


class KindCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often one kind happened, and when first and last (UTC; None where it is not said).

    ``ended_at``: by when a later export's whole list had this person no more; no parser says it.
    """

    kind: TieKind
    count: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    ended_at: datetime | None = None


class FoundOwner(msgspec.Struct, frozen=True, tag="owner", omit_defaults=True):
    """The export's own account: whose archive this is."""

    network: Network
    name: str | None
    stable_id: str | None
    aliases: list[str] = []


class FoundTie(msgspec.Struct, frozen=True, tag="tie", omit_defaults=True):
    """One person whom the owner is connected with; at least one of name and stable_id is there.

    ``name`` is the newest known name as the network spells it, ``aliases`` the older ones.
    """

    network: Network
    name: str | None
    stable_id: str | None
    kinds: list[KindCount]
    aliases: list[str] = []


class FoundBlock(msgspec.Struct, frozen=True, tag="block", omit_defaults=True):
    """Somebody whom the owner blocked or muted there: never to be suggested.

    At least one of the two is there.
    """

    network: Network
    stable_id: str | None = None
    name: str | None = None


class FoundHandle(msgspec.Struct, frozen=True, omit_defaults=True):
    """A handle that an export shows beside a person."""

    network: Network
    name: str | None = None
    stable_id: str | None = None


class FoundPerson(msgspec.Struct, frozen=True, tag="person", omit_defaults=True):
    """What an export says of a human beyond their tie: it names and suggests, it ties nobody.

    ``handles`` are the FoundTies of the same export which this is about; without any (a friend's
    name on Facebook, a row of an address book) it is a hint. At least one of name, emails and
    handles is there; ``at`` is the export's own date of it (connected on, friends since).
    """

    name: str = ""
    headline: str = ""
    company: str = ""
    emails: list[str] = []
    phones: list[str] = []
    handles: list[FoundHandle] = []
    at: datetime | None = None


class FoundInterest(msgspec.Struct, frozen=True, tag="interest"):
    """What the owner writes about: a tag as firsthand.ties.interest_words spells it; its posts."""

    tag: str
    count: int


class FoundList(msgspec.Struct, frozen=True, tag="list"):
    """The export holds the whole list of this kind: whoever is not on it any more has ended."""

    network: Network
    kind: TieKind


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far the parser is, in bytes of the (inflated) input."""

    done: int
    total: int


class Problem(msgspec.Struct, frozen=True, tag="problem"):
    """Something that was left out or looks wrong, in words for the owner; where = the file."""

    where: str
    what: str


class Summary(msgspec.Struct, frozen=True, tag="summary", omit_defaults=True):
    """The last record of every successful parse.

    ``format`` is the network's name (or ``vcard``, ``google-contacts``); ``unresolved`` counts the
    people known only by an id or a name; ``skipped`` counts records that could not be used;
    ``made_at`` is when the export says that it was made.
    """

    format: str
    unresolved: int
    skipped: int
    made_at: datetime | None = None


class Unreadable(msgspec.Struct, frozen=True, tag="unreadable"):
    """Ends a parse that failed: what is wrong, in words for the owner; nothing of it counts."""

    what: str


Found = (
    FoundOwner
    | FoundTie
    | FoundPerson
    | FoundList
    | FoundBlock
    | FoundInterest
    | Progress
    | Problem
    | Summary
)


class UnreadableExport(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The file is no export that can be read; the message tells the owner what to do."""
