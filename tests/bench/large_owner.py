"""An owner with years of events behind them, put into a database straight away, in bulk.

    make_large_owner(house, size, slug) -> LargeOwner

20,000 cards, 50,000 meetings at ten events and at none, 20,000 follow-ups in every state, 5,000
touchpoints, 100,000 ties; at the current event, "seaside", 300 people met and 60 known online and
not met. The same numbers every time. ``Size`` makes a smaller one: with 5 or 300 met, for pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.contacts.models import Contact, ContactAttendee, Touchpoint
from firsthand.db import new_id
from firsthand.events.models import Event
from firsthand.followups.models import FollowUp, State
from firsthand.followups.staging import restage
from firsthand.handles.models import Handle
from firsthand.meetings.models import Meeting, Origin
from firsthand.ties.kind_bits import kind_bits
from firsthand.ties.kinds import KindCount, TieKind
from firsthand.ties.matching import AFTER_ALL, BEFORE_ALL, match_ties
from firsthand.ties.models import Import, ImportState, Tie, TieFact
from firsthand.ties.score import strength
from tests.bench.unmet import put
from tests.server.house import House, Person

SLUG = "seaside"
_EVENTS_BEFORE = 9
_NAMES = (
    *("Fenna Wouters", "Kerry Calloway", "Ivan Petrov", "Bea Ito", "山田 太郎", "محمد الأحمد"),
    *("Zoë Ångström", "Nguyễn Thị Hoa", "Maximiliane Wolfeschlegelsteinhausen", "Sam Lee"),
)
_INTENTS = ("coffee", "call", "send", "introduce", "message", "keep-in-touch", "collaborate")


@dataclass(frozen=True, slots=True)
class Size:
    """``here``: met at the current event; ``missed``: known online there and not met.

    Every card has a meeting but one in ten, which is known online or spoken with only.
    """

    cards: int = 20_000
    meetings: int = 50_000
    follow_ups: int = 20_000
    touchpoints: int = 5_000
    ties: int = 100_000
    here: int = 300
    missed: int = 60


@dataclass(frozen=True, slots=True)
class LargeOwner:
    """``cards`` in the order of making: the first ``size.here`` were met at the event ``slug``."""

    person: Person
    slug: str
    cards: list[UUID]
    size: Size


def make_large_owner(house: House, size: Size | None = None, slug: str = SLUG) -> LargeOwner:
    """Ana for the usual event; at another one, somebody of its own."""
    size = size or Size()
    email = "ana@example.org" if slug == SLUG else f"owner@{slug}.example.org"
    owner = house.person("Ana Oliveira", email)
    today = datetime.now(UTC).date()
    events = [
        house.event(owner, f"{slug}-{n}", f"Hiring Camp {n}", today - timedelta(days=90 * n))
        for n in range(1, _EVENTS_BEFORE + 1)
    ]
    here = house.event(
        owner, slug, starts=today - timedelta(days=1), ends=today + timedelta(days=1)
    )
    house.attendee(here, owner)
    maker = _Maker(owner.id, here, events, size, datetime.now(UTC))
    cards = house.db.write_now(maker.fill)
    for start in range(0, len(cards), 5_000):
        pairs = [(owner.id, card) for card in cards[start : start + 5_000]]
        house.db.write_now(restage, pairs)
    house.db.write_now(match_ties, owner.id, BEFORE_ALL, AFTER_ALL)
    if not house.db.is_sqlite:
        # What autovacuum does within a minute of so much.
        with house.db._write_engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                text("VACUUM ANALYZE")
            )
    return LargeOwner(owner, here.slug, cards, size)


class _Maker:
    def __init__(
        self, owner_id: UUID, here: Event, events: list[Event], size: Size, now: datetime
    ) -> None:
        self.owner_id, self.here, self.events, self.size, self.now = (
            *(owner_id, here, events, size),
            now.replace(microsecond=0),
        )
        self.cards = [new_id() for _ in range(size.cards)]
        # One place at an event for each card, then those here whom nobody has met.
        self.places = [new_id() for _ in range(size.cards + size.missed)]
        self.met = [n for n in range(size.cards) if n < size.here or n % 10 != 3]

    def fill(self, session: Session) -> list[UUID]:
        put(session, Attendee, self.attendees())
        put(session, Handle, self.handles())
        put(session, Contact, self.contacts())
        put(session, ContactAttendee, self.contact_attendees())
        meetings = list(self.meetings())
        put(session, Meeting, meetings)
        put(session, FollowUp, self.follow_ups(meetings))
        put(session, Touchpoint, self.touchpoints())
        brought = new_id()
        put(
            session,
            Import,
            [{"owner_id": self.owner_id, "id": brought, "state": ImportState.DONE}],
        )
        ties = [new_id() for _ in range(max(self.size.ties, len(self.places)))]
        put(session, Tie, self.ties(ties))
        put(session, TieFact, self.tie_facts(ties, brought))
        return self.cards

    def event_of(self, number: int) -> Event:
        is_here = number < self.size.here or number >= self.size.cards
        return self.here if is_here else self.events[number % len(self.events)]

    def attendees(self) -> Iterator[dict[str, Any]]:
        for number, place in enumerate(self.places):
            yield {
                "id": place,
                "event_id": self.event_of(number).id,
                "name": f"{_NAMES[number % len(_NAMES)]} {number}"
                if number > 50
                else _NAMES[number % len(_NAMES)],
                "headline": f"Engineer of {number % 97}",
                "company": f"Company {number % 313}",
                "listed": True,
            }

    def handles(self) -> Iterator[dict[str, Any]]:
        for number, place in enumerate(self.places):
            name = f"p{number}"
            yield {"id": new_id(), "attendee_id": place, "network": "x", "name": name, "key": name}

    def contacts(self) -> Iterator[dict[str, Any]]:
        for number, card in enumerate(self.cards):
            yield {
                "owner_id": self.owner_id,
                "id": card,
                "root_id": card,
                "attendee_id": self.places[number],
                "note": "Likes sailing" if number % 7 == 0 else "",
                "typed": number % 3 == 0,
                "created_at": self.now - timedelta(days=1 + number % 800),
            }

    def contact_attendees(self) -> Iterator[dict[str, Any]]:
        for number, card in enumerate(self.cards):
            yield {
                "owner_id": self.owner_id,
                "contact_id": card,
                "attendee_id": self.places[number],
            }

    def meetings(self) -> Iterator[dict[str, Any]]:
        for turn in range(self.size.meetings):
            # Further rounds go to ever fewer people, so that some were met once and some often.
            round_, place = divmod(turn, len(self.met))
            number = self.met[place]
            if round_ == 0:
                event = self.event_of(number)
                at = datetime(
                    event.starts.year, event.starts.month, event.starts.day, 9, tzinfo=UTC
                )
                at += timedelta(minutes=7 * (number % 75))
            else:
                number = self.met[place % (len(self.met) * 2 // 3)]
                event = None
                at = self.now - timedelta(days=15 + turn % 700 + 700 * round_, minutes=turn % 600)
                at -= timedelta(days=place // (len(self.met) * 2 // 3))
            yield {
                "owner_id": self.owner_id,
                "id": new_id(),
                "contact_id": self.cards[number],
                "event_id": event.id if event else None,
                "day": at.date(),
                "met_at": at,
                "origin": Origin.TYPED,
                "note": "Offered to help with the launch" if turn % 5 == 0 else "",
                "intents": [_INTENTS[turn % len(_INTENTS)]],
            }

    def follow_ups(self, meetings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        states = (State.OPEN, State.DONE, State.OPEN, State.DONE, State.SNOOZED, State.DROPPED)
        for number in range(self.size.follow_ups):
            meeting = meetings[number % len(meetings)]
            state = states[number % len(states)]
            due: date = meeting["day"] + timedelta(days=14 + number % 400)
            yield {
                "owner_id": self.owner_id,
                "id": new_id(),
                "contact_id": meeting["contact_id"],
                "meeting_id": meeting["id"],
                "intent": _INTENTS[(number // len(meetings) + number) % len(_INTENTS)],
                "text": "the salary survey" if number % 4 == 0 else "",
                "due": due,
                "state": state,
                "done_at": meeting["met_at"] + timedelta(days=2 + number % 40)
                if state == State.DONE
                else None,
            }

    def touchpoints(self) -> Iterator[dict[str, Any]]:
        for number in range(min(self.size.touchpoints, self.size.cards)):
            yield {
                "owner_id": self.owner_id,
                "id": new_id(),
                "contact_id": self.cards[-1 - number],
                "kind": ("call", "coffee", "message", "help-given")[number % 4],
                "at": self.now - timedelta(days=1 + number % 900),
            }

    def ties(self, ids: list[UUID]) -> Iterator[dict[str, Any]]:
        for number, tie_id in enumerate(ids):
            kinds = self.kinds(number)
            on_card = number < self.size.cards and number % 4 == 3
            yield {
                "owner_id": self.owner_id,
                "id": tie_id,
                "network": "x",
                "name": f"p{number}",
                "key": f"p{number}",
                "contact_id": self.cards[number] if on_card else None,
                "strength": strength(kinds),
                "kinds": kind_bits(kind.kind for kind in kinds),
            }

    def tie_facts(self, ids: list[UUID], brought: UUID) -> Iterator[dict[str, Any]]:
        for number, tie_id in enumerate(ids):
            for kind in self.kinds(number):
                yield {
                    "owner_id": self.owner_id,
                    "tie_id": tie_id,
                    "import_id": brought,
                    "kind": kind.kind.value,
                    "count": kind.count,
                    "first_at": kind.first_at,
                    "last_at": kind.last_at,
                }

    def kinds(self, number: int) -> list[KindCount]:
        follows = KindCount(TieKind.FOLLOWS, 1)
        if number % 3:
            return [follows]
        last = self.now - timedelta(days=number % 2_000)
        first = last - timedelta(days=300)
        return [follows, KindCount(TieKind.REPLIED, 2 + number % 40, first, last)]
