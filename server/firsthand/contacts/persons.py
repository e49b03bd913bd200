"""Whom a card is for, as a scan or a list knows them; and the cards found or made for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from firsthand.contacts.models import Stage
from firsthand.db import new_id, now


@dataclass(frozen=True, slots=True)
class SomeAttendee:
    """A person known by their place on an event's list."""

    owner_id: UUID
    attendee_id: UUID
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class SomeCode:
    """A person known only by a foreign badge's code; ``hint`` is what the card may show of it."""

    owner_id: UUID
    code_hash: str
    hint: str


@dataclass(frozen=True, slots=True)
class SomeProfile:
    """A person known by a profile's address, or by what a business card's code says.

    ``called`` is what to call them while no ``name`` is known: the one on the profile, an address.
    ``code_hash`` finds the card that has nothing else to know it by.
    """

    owner_id: UUID
    handles: tuple[tuple[str, str, str], ...]  # network, key, name
    called: str = ""
    name: str = ""
    headline: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    note: str = ""
    code_hash: str = ""


Person = SomeAttendee | SomeCode | SomeProfile


@dataclass(slots=True)
class Cards:
    """The root contact of each person, and which of them were made just now.

    ``told_on``: the card that a meeting with them stands on, where it is not the root: it is told
    to the account of that card, and the root may have another one.

    ``met_at`` says who was scanned: a card made for them starts as met. ``tied`` are those (owner,
    root) that ties were put on: their rings are derived anew. ``unsettled`` are those (owner,
    contact) whom a scan may let into a circle: they are judged once it is recorded.
    """

    met_at: Mapping[Person, datetime]
    root_of: dict[Person, UUID] = field(default_factory=dict)
    told_on: dict[Person, UUID] = field(default_factory=dict)
    made: set[tuple[UUID, UUID]] = field(default_factory=set)
    tied: set[tuple[UUID, UUID]] = field(default_factory=set)
    unsettled: set[tuple[UUID, UUID]] = field(default_factory=set)

    def card_of(self, person: Person) -> UUID:
        return self.told_on.get(person) or self.root_of[person]

    def make(self, person: Person, **known: object) -> tuple[UUID, dict[str, object]]:
        """A fresh card's id and row."""
        root = new_id()
        self.made.add((person.owner_id, root))
        moment = now()
        return root, {
            "owner_id": person.owner_id,
            "id": root,
            "root_id": root,
            "account_id": None,
            "attendee_id": None,
            "name": "",
            "headline": "",
            "company": "",
            "email": "",
            "phone": "",
            "note": "",
            "code_hint": "",
            "typed": False,
            "stage": Stage.MET if person in self.met_at else Stage.NEW,
            "has_tie": False,
            "in_circle": False,
            "seen_name": "",
            "last_at": self.met_at.get(person, moment),
            "created_at": moment,
            **known,
        }
