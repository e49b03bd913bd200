"""Two worlds that differ in one hidden fact answer alike, whatever a forged archive asks.

Each fact is one that nobody has shown to Eve. She brings an archive that names every handle and
name there is, scans badges and the addresses of all these profiles, types guessed names, and then
asks every GET route of the matrix. What she is answered must not tell which world she is in.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account, ApiToken, Circle
from firsthand.accounts.tokens import add_feed
from firsthand.attendees.models import Attendee
from firsthand.badges.codes import badge_address
from firsthand.badges.models import Badge
from firsthand.db import new_id, now
from firsthand.events.models import Event
from firsthand.folding import fold
from firsthand.handles.keeping import HANDLE_PROVEN, MATCH_ACCOUNT, show_handle_to
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.outbox import enqueue
from firsthand.ties.kinds import FoundHandle, FoundPerson, KindCount, TieKind
from tests.server.access.comparing import Plain, differences
from tests.server.access.matrix import MATRIX
from tests.server.house import House, Person, Wearer, tie

# Not so long ago that nobody would call the way from there to a coffee quick.
BEFORE = now() - timedelta(days=37)
# What Eve's archive and scans ask for; nobody at all has the last one. None is one that Nora shows:
# it would tell all that a hidden one could.
GUESSES = ("owl", "una", "uwe", "far", "nobody_has_this")
NAMES = ("Nora Nightowl", "Una Unlisted", "Uwe Unlisted", "Far Away", "Anna Realname", "No Body")


@dataclass
class World:
    """``nora``: at Eve's event and listed; ``una``: somebody whom Eve may never see there."""

    house: House
    eve: Person
    olga: Person
    nora: Person
    una: Person
    event: Event
    elsewhere: Event
    wearers: dict[str, Wearer] = field(default_factory=dict)

    def place(self, event: Event, who: Person | str, *, listed: bool = True) -> Wearer:
        wearer = self.house.attendee(event, who, listed=listed)
        name = who if isinstance(who, str) else who.name
        return self.house.db.write_now(_with_a_known_code, wearer.id, f"{event.slug} {name}")

    def handle(
        self, whose: Person | Wearer, name: str, circle: Circle = Circle.BROWSING, **more: object
    ) -> UUID:
        """A handle that was never shown to anybody else, even for a moment."""

        def keep(session: Session) -> UUID:
            owner = {"account_id": whose.id} if isinstance(whose, Person) else {}
            of_list = {"attendee_id": whose.id} if isinstance(whose, Wearer) else {}
            handle = Handle(
                id=new_id(), network="x", name=name, key=name, circle=circle,
                **owner, **of_list, **more,
            )  # fmt: skip
            session.add(handle)
            session.flush()
            if isinstance(whose, Person):
                enqueue(session, MATCH_ACCOUNT, whose.id)
                enqueue(session, HANDLE_PROVEN, whose.id)
            return handle.id

        return self.house.db.write_now(keep)


def _with_a_known_code(session: Session, attendee_id: UUID, seed: str) -> Wearer:
    """A badge's codes are random; here the same in both worlds."""
    letters = re.sub(r"[^0-9A-HJKMNP-TV-Z]", "", seed.upper())
    token, short_code = (letters * 26)[:26], (letters[::-1] * 8)[:8]
    session.execute(
        update(Badge)
        .where(Badge.attendee_id == attendee_id)
        .values(token=token, short_code=short_code)
    )
    code = badge_address("http://127.0.0.1:8000", token)
    return Wearer(attendee_id, token, short_code, code)


def build(house: House, organiser: bool) -> World:
    olga, eve, nora, una = (
        house.person(name, f"{name.partition(' ')[0].lower()}@example.org")
        for name in ("Olga", "Eve Evers", "Nora Nightowl", "Una Unlisted")
    )
    far = house.person("Far Away", "far@example.org")
    event = house.event(eve if organiser else olga, timezone="UTC")
    elsewhere = house.event(olga, slug="elsewhere", name="Quiet Circle", timezone="UTC")
    for each, code in ((event, "joinhere"), (elsewhere, "joinelsewhere")):
        house.db.write_now(_join_by, each.id, code)
    world = World(house, eve, olga, nora, una, event, elsewhere)
    world.wearers = {
        "eve": world.place(event, eve),
        "nora": world.place(event, nora),
        "decoy": world.place(event, "Dee Decoy"),
        "known": world.place(event, "Kim Known"),
        "far": world.place(elsewhere, far),
    }
    house.db.write_now(_without_a_token, eve.id)
    world.handle(nora, "nora_open")
    world.handle(world.wearers["decoy"], "dee")
    world.handle(world.wearers["known"], "kim")
    world.handle(far, "far")
    world.handle(una, "una")
    return world


def _without_a_token(session: Session, account_id: UUID) -> None:
    """Me shows a digest of it."""
    session.execute(delete(ApiToken).where(ApiToken.account_id == account_id))


def _join_by(session: Session, event_id: UUID, code: str) -> None:
    session.execute(update(Event).where(Event.id == event_id).values(join_code=code))


Change = Callable[[World], None]


@dataclass(frozen=True)
class Fact:
    """What differs: ``before`` Eve does anything, and ``after`` she has met people."""

    name: str
    before: Change
    after: Change = lambda world: None


def _hidden_handle(world: World) -> None:
    world.handle(world.nora, "owl", Circle.NOBODY, stable_id="42", verified_at=now())


def _handle_of_people_met(world: World) -> None:
    world.handle(world.nora, "owl", Circle.MET, stable_id="42", verified_at=now())


def _shown_for_now(world: World) -> None:
    world.handle(world.nora, "owl", Circle.BROWSING, stable_id="42", verified_at=now())


def _hide(world: World) -> None:
    def hide(session: Session) -> None:
        handle = session.scalars(select(Handle.id).where(Handle.name == "owl")).one()
        show_handle_to(session, world.nora.id, handle, "nobody")

    world.house.db.write_now(hide)


def _unlisted_with_an_account(world: World) -> None:
    world.place(world.event, world.una, listed=False)


def _unlisted_on_the_list(world: World) -> None:
    world.handle(world.place(world.event, "Uwe Unlisted", listed=False), "uwe")


def _also_elsewhere(world: World) -> None:
    world.place(world.elsewhere, world.nora)


def _somebody_elsewhere(world: World) -> None:
    world.place(world.elsewhere, world.una)


def _kept_fields(world: World) -> None:
    values = {"headline": "Owl keeper", "company": "Barn", "phone": "+44 20 7946 0018"}
    circles = {f"{name}_circle": Circle.NOBODY for name in values}
    statement = update(Account).where(Account.id == world.nora.id).values(**values, **circles)
    world.house.db.write_now(lambda session: session.execute(statement) and None)


def _organisers_name(world: World) -> None:
    name = "Anna Realname"
    statement = update(Attendee).where(Attendee.account_id == world.nora.id)
    statement = statement.values(name=name, folded=fold(name), headline="Barn", company="Barn")
    world.house.db.write_now(lambda session: session.execute(statement) and None)


HIDDEN_HANDLE = Fact("a handle that is kept to oneself", _hidden_handle)
HIDDEN_LATER = Fact("a handle that was hidden after the meeting", _shown_for_now, _hide)
FOR_PEOPLE_MET = Fact("a handle for people met", _handle_of_people_met)
UNLISTED = Fact("somebody unlisted here", _unlisted_with_an_account)
UNLISTED_ON_THE_LIST = Fact("somebody unlisted on the list", _unlisted_on_the_list)
ALSO_ELSEWHERE = Fact("that one of those here is also elsewhere", _also_elsewhere)
SOMEBODY_ELSEWHERE = Fact("that somebody is elsewhere", _somebody_elsewhere)
KEPT_FIELDS = Fact("fields that are kept to oneself", _kept_fields)
ORGANISERS_NAME = Fact("the organiser's name of who has another", _organisers_name)


class Met(StrEnum):
    """Her own word alone opens nothing."""

    NOT = "not met"
    BY_HER_WORD = "met by her word"
    BY_SCAN = "met by a scan"


# The fact, how Eve has met Nora, and whether the event is Eve's own: she knows the list then.
CELLS = [
    (HIDDEN_HANDLE, Met.NOT, False),
    (HIDDEN_HANDLE, Met.BY_SCAN, False),
    (HIDDEN_HANDLE, Met.BY_SCAN, True),
    (HIDDEN_LATER, Met.BY_SCAN, False),
    (FOR_PEOPLE_MET, Met.NOT, False),
    (FOR_PEOPLE_MET, Met.BY_HER_WORD, False),
    (HIDDEN_LATER, Met.BY_HER_WORD, False),
    (UNLISTED, Met.BY_SCAN, False),
    (UNLISTED_ON_THE_LIST, Met.BY_SCAN, False),
    (ALSO_ELSEWHERE, Met.NOT, False),
    (ALSO_ELSEWHERE, Met.BY_SCAN, True),
    (SOMEBODY_ELSEWHERE, Met.BY_SCAN, False),
    (KEPT_FIELDS, Met.NOT, False),
    (KEPT_FIELDS, Met.BY_SCAN, False),
    (ORGANISERS_NAME, Met.BY_SCAN, False),
]


def scan(world: World, who: str, **more: object) -> None:
    """Its id comes from the device, and a list may go by it."""
    its_id = str(uuid5(NAMESPACE_URL, f"{who} {more.get('code')}"))
    wearer = world.wearers[who]
    told = world.house.scan(world.eve, wearer, id=its_id, event="seaside", **more)
    assert told["outcome"] == "recorded", told


def eve_asks(world: World, met: Met, fact: Fact | None) -> None:
    """All that she can do to find out, before she looks."""
    replied = KindCount(TieKind.REPLIED, 14, BEFORE, BEFORE)
    forged = [tie(name, replied) for name in (*GUESSES, "dee", "kim")]
    forged.append(tie("renamed", replied, stable_id="42"))
    named = [FoundPerson(name, emails=[f"{name[:3].lower()}@example.org"]) for name in NAMES]
    of_handles = [FoundPerson("Said So", handles=[FoundHandle(Network.X, n)]) for n in GUESSES]
    world.house.ties(world.eve, *forged, people=named)
    if met is Met.BY_HER_WORD:
        told = {"attendee": str(world.wearers["nora"].id)}
        known = world.eve.client.put("/events/seaside/unmet/known-before", data=told)
        assert known.status_code < 400, known.text
        typed = world.eve.client.post("/api/v1/meetings", json={**told, "event": "seaside"})
        assert typed.status_code < 400, typed.text
        contact = world.eve.client.get("/api/v1/contacts").json()["items"][0]["id"]
        world.eve.client.post(f"/api/v1/contacts/{contact}/touchpoints", json={"kind": "call"})
    if met is Met.BY_SCAN:
        scan(world, "nora", intents=["coffee"])
        follow_up = world.eve.client.get("/api/v1/follow-ups").json()["items"][0]["id"]
        world.eve.client.put(f"/api/v1/follow-ups/{follow_up}/completion")
    scan(world, "decoy")
    world.house.settle()
    if fact:
        fact.after(world)
        world.house.settle()
    for name in GUESSES:
        scan(world, "nora", code=f"https://x.com/{name}")
    for name in NAMES:
        world.eve.client.post("/api/v1/meetings", json={"name": name})
    world.house.ties(world.eve, *forged, people=of_handles)


def addresses(world: World) -> Iterator[str]:
    """Every GET route of the matrix, filled with each of what Eve can name."""
    told = world.eve.client.get("/api/v1/me/export").json()
    ids: dict[str, Sequence[str]] = {
        "slug": ["seaside", "elsewhere"],
        "contact_id": [row["id"] for row in told["contact"]],
        "scan_id": [row["id"] for row in told["scan"]],
        "import_id": [row["id"] for row in told["import"]],
        "attendee_id": [str(each.id) for each in world.wearers.values()],
        "token": [each.token for each in world.wearers.values()],
        "code": ["joinhere", "joinelsewhere"],
    }
    for path, methods in MATRIX.items():
        if "GET" not in methods or "{secret}" in path:
            continue
        name = next(iter(re.findall(r"\{(\w+)\}", path)), "")
        for value in ids.get(name, ["nothing"]) if name else [""]:
            filled = re.sub(r"\{\w+\}", value, path, count=1)
            yield re.sub(r"\{\w+\}", str(UUID(int=0)), filled)
    yield "/api/v1/events/seaside/attendees?q=o"
    yield "/api/v1/events/seaside/unmet?q=o"
    yield "/api/v1/contacts?stage=online"
    yield "/people?q=o"
    # Last, for lists of what can be taken back go by secrets.
    feed = world.house.db.write_now(add_feed, world.eve.id, "A calendar")
    yield from (path.format(secret=feed) for path in MATRIX if "{secret}" in path)


def answers(house: House, fact: Fact | None, *, met: Met, organiser: bool) -> dict[str, str]:
    house.clear()
    world = build(house, organiser)
    if fact:
        fact.before(world)
        house.settle()
    eve_asks(world, met, fact)
    plain = Plain()
    told = {}
    for path in addresses(world):
        answer = world.eve.client.get(path)
        told[plain(path)] = f"{answer.status_code} {plain(answer.content.decode('latin-1'))}"
    return told


@pytest.fixture(scope="module")
def without(request: pytest.FixtureRequest) -> dict[tuple[str, Met, bool], dict[str, str]]:
    """The answers of the world without any fact, which is the same for all of them."""
    return {}


def _words(value: object) -> str:
    return value.name if isinstance(value, Fact) else str(value)


# The statements are the same; each kind of viewer once on PostgreSQL, too.
@pytest.mark.parametrize(
    ("house", "fact", "met", "organiser"),
    [("sqlite", *cell) for cell in CELLS] + [("postgresql", *cell) for cell in CELLS[:3]],
    indirect=["house"],
    ids=_words,
)
def test_no_answer_tells_a_hidden_fact(
    house: House,
    without: dict[tuple[str, Met, bool], dict[str, str]],
    fact: Fact,
    met: Met,
    organiser: bool,
) -> None:
    key = (house.settings.database_url.partition(":")[0], met, organiser)
    if key not in without:
        without[key] = answers(house, None, met=met, organiser=organiser)
    told = answers(house, fact, met=met, organiser=organiser)
    found = differences(without[key], told)
    assert not found, "\n".join(found)
