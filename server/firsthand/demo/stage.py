"""The conference of the demo before Ana does anything: two events, their people, their meetings.

Everything is made by the verbs that the pages use, so that whatever they demand holds here too.
"""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.profile import ProfileChange, change_profile
from firsthand.accounts.signing_in import account_of
from firsthand.attendees.membership import arrive, choose_listed
from firsthand.attendees.models import Attendee
from firsthand.badges.codes import badge_address
from firsthand.badges.models import Badge
from firsthand.db import Database, now
from firsthand.demo.crowd import Invented, invent_people, invent_person
from firsthand.demo.doors import ANA, DOORS, NOOR, ORGANISER
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.events.verbs import EventDraft, add_event
from firsthand.handles.networks import Network
from firsthand.organising.list_file import ListRow
from firsthand.organising.list_import import import_list
from firsthand.outbox import Outbox
from firsthand.scans.judged import ScanBatch, ScanOutcome
from firsthand.scans.reading import ReadScan
from firsthand.scans.recording import record_scans
from firsthand.settling import HANDLERS
from firsthand.ties.filling import write_ties
from firsthand.ties.importing import finish_import, start_import
from firsthand.ties.kinds import FoundTie, KindCount, Summary, TieKind

SLUG = "hiring-by-the-harbour"
NAME = "Hiring by the Harbour"
ZONE = "Europe/Lisbon"
EARLIER_SLUG, EARLIER_NAME = "spring-sourcing-day", "Spring Sourcing Day"
SEED = 20_26
_ATTENDEES = 300
_REGULARS = 40
_EARLIER_ATTENDEES = 60
_FIRST_OF_SPRING = (4, 16)
_LONG_AGO = timedelta(days=60)
# Codes of foreign badges are hashed under it; nobody ever scans those of the seed again.
_CODE_KEY = b"the demo's"


@dataclass(frozen=True, slots=True)
class Wearer:
    """Somebody at one of the events, with what a scanner reads off their badge."""

    attendee: UUID
    account: UUID | None
    code: str
    invented: Invented


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan to come: whom, when, and the words; a badge of ours tells its event by itself."""

    code: str
    at: datetime
    intents: Sequence[str] = ()
    note: str = ""
    event: str | None = None


@dataclass
class Stage:
    """The conference while it is being filled. ``here`` and ``earlier``: wearers by their e-mail.

    ``regulars`` have accounts; ``today`` is the second of the event's three days.
    """

    db: Database
    base_url: str
    chance: random.Random
    today: date
    people: Sequence[Invented]
    regulars: Sequence[Invented]
    here: Mapping[str, Wearer] = field(default_factory=dict)
    earlier: Mapping[str, Wearer] = field(default_factory=dict)

    @property
    def earlier_day(self) -> date:
        """Last spring, long enough ago to be another event."""
        this_year = date(self.today.year, *_FIRST_OF_SPRING)
        is_long_ago = self.today - this_year > _LONG_AGO
        return this_year if is_long_ago else date(self.today.year - 1, *_FIRST_OF_SPRING)

    def account(self, person: Invented) -> UUID:
        return self.db.read_now(account_of, person.email)

    def settle(self) -> None:
        Outbox(self.db, HANDLERS).settle_now()

    def moment(self, day: date, hour: float) -> datetime:
        """An hour of a past day at the event; of today, as far into it as 24 h go into a day."""
        zone = ZoneInfo(ZONE)
        if day != self.today:
            local = datetime.combine(day, time(), zone) + timedelta(hours=hour)
            return local.astimezone(UTC)
        # Days run from 04:00: before that it is still the day that the calendar calls yesterday.
        start = datetime.combine(day, time(4), zone).astimezone(UTC)
        return start + (now() - start) * (hour / 24)

    def scan(self, owner: UUID, scans: Sequence[Scanned]) -> list[ScanOutcome]:
        """What a phone uploads. Each is received when it was made."""
        outcomes: list[ScanOutcome] = []
        for number, each in enumerate(scans, start=1):
            read = ReadScan(
                id=UUID(int=self.chance.getrandbits(128), version=4),
                code=each.code,
                scanned_at=each.at,
                event=each.event,
                sequence=number,
                intents=list(each.intents),
                note=each.note,
            )
            batch = ScanBatch(owner, "demo", [read], self.base_url, _CODE_KEY, received_at=each.at)
            outcomes += self.db.write_grouped_now(record_scans, batch)
        return outcomes

    def bring(self, owner: UUID, network: Network, found: Sequence[FoundTie]) -> None:
        """What an export of this network says about the owner's ties."""

        def write(session: Session) -> None:
            import_id = start_import(session, owner, f"{network.value}-export.zip")
            session.flush()
            write_ties(session, owner, import_id, found)
            finish_import(session, owner, import_id, Summary(network.value, 0, 0), [], None)

        self.db.write_now(write)


def set_stage(db: Database, base_url: str) -> Stage:
    """The events with their attendees and badges; nobody has met anybody yet."""
    chance = random.Random(SEED)  # noqa: S311  # nosec B311  # made-up people, no secrets
    doors = [
        invent_person(ANA.name, ANA.email, "Talent partner, here for the data people", "Tidemark"),
        invent_person(NOOR.name, NOOR.email, "Engineering manager, hiring in Porto", "Gannet Aero"),
        invent_person(ORGANISER.name, ORGANISER.email, "Runs this event", NAME),
    ]
    crowd = invent_people(_ATTENDEES - len(doors), SEED)
    able = [person for person in crowd if person.listed and person.handle(Network.X)]
    regulars = chance.sample(able, _REGULARS - len(doors))
    today = local_day(now(), ZoneInfo(ZONE))
    stage = Stage(db, base_url, chance, today, crowd, regulars)
    for person in (*doors, *regulars):
        db.write_now(account_of, person.email)
    organiser = db.write_now(_named_organiser)
    earlier = [doors[0], *regulars[: _EARLIER_ATTENDEES // 3], *crowd[: _EARLIER_ATTENDEES // 2]]
    day = stage.earlier_day
    stage.earlier = _hold(stage, organiser, EARLIER_SLUG, EARLIER_NAME, (day, day), earlier)
    days = (today - timedelta(days=1), today + timedelta(days=1))
    stage.here = _hold(stage, organiser, SLUG, NAME, days, [*doors, *crowd])
    return stage


def fill(stage: Stage) -> None:
    """What everybody but Ana has done: chosen who sees them, brought ties, arrived, met each
    other.
    """
    for door in DOORS:
        stage.db.write_now(_arrive, door.email)
    shares = {"email": "met", "phone": "met"}
    for number, person in enumerate(stage.regulars):
        account_id = stage.account(person)
        stage.db.write_now(choose_listed, account_id, SLUG, person.listed)
        if number % 3:
            stage.db.write_now(arrive, account_id, SLUG, now())
        if number % 4 == 0:
            change = ProfileChange(phone=f"+44 20 7946 0{100 + number}", circles=shares)
            stage.db.write_now(change_profile, account_id, change)
        if number % 2:
            known = stage.chance.sample(stage.people, 30)
            stage.bring(account_id, Network.X, list(x_ties(stage.chance, known, stage.today)))
    _meet_each_other(stage)
    stage.settle()


def x_ties(chance: random.Random, people: Collection[Invented], today: date) -> Iterator[FoundTie]:
    """Ties with whoever of them is on X: some are spoken to often, most are followed."""
    for number, person in enumerate(people):
        handle = person.handle(Network.X)
        if handle is None:
            continue
        kinds = [KindCount(TieKind.FOLLOWS, 1)]
        if number % 2 == 0:
            kinds.append(KindCount(TieKind.FOLLOWED_BY, 1))
        last = datetime.combine(today, time(11), UTC) - timedelta(days=chance.randint(9, 700))
        first = last - timedelta(days=chance.randint(30, 1500))
        if number % 3 == 0:
            kinds.append(KindCount(TieKind.REPLIED, chance.randint(2, 22), first, last))
        if number % 5 == 0:
            kinds.append(KindCount(TieKind.MENTIONED, chance.randint(1, 6), first, last))
        if number % 7 == 0:
            kinds.append(KindCount(TieKind.MESSAGED, chance.randint(1, 40), first, last))
        stable_id = str(chance.randrange(10**9, 10**10))
        yield FoundTie(Network.X, handle.name, stable_id, kinds)


def _hold(
    stage: Stage,
    organiser: UUID,
    slug: str,
    name: str,
    days: tuple[date, date],
    people: Sequence[Invented],
) -> Mapping[str, Wearer]:
    """Make an event, import its list; everybody has a badge."""
    draft = EventDraft(name, days[0].isoformat(), days[1].isoformat(), ZONE, slug)
    by_email = {person.email: person for person in people}
    rows = [
        ListRow(number, p.name, p.email, p.headline, p.company, p.listed, p.ticket, p.handles)
        for number, p in enumerate(by_email.values(), start=2)
    ]

    def make(session: Session) -> list[tuple[str | None, UUID, UUID | None, str]]:
        event: Event = add_event(session, organiser, draft)
        session.flush()
        import_list(session, event.id, rows)
        session.flush()
        found = session.execute(
            select(Attendee.email, Attendee.id, Attendee.account_id, Badge.token)
            .join(Badge, Badge.attendee_id == Attendee.id)
            .where(Attendee.event_id == event.id)
        )
        return [(email, attendee, account, token) for email, attendee, account, token in found]

    wearers = stage.db.write_now(make)
    stage.settle()
    return {
        email: Wearer(attendee, account, badge_address(stage.base_url, token), by_email[email])
        for email, attendee, account, token in wearers
        if email
    }


def _named_organiser(session: Session) -> UUID:
    account_id = account_of(session, ORGANISER.email)
    change_profile(session, account_id, ProfileChange(name=ORGANISER.name))
    return account_id


def _arrive(session: Session, email: str) -> None:
    account_id = account_of(session, email)
    choose_listed(session, account_id, SLUG, listed=True)
    arrive(session, account_id, SLUG, now())


def _meet_each_other(stage: Stage) -> None:
    """Some 150 meetings of people with accounts, yesterday and today, half of them mutual."""
    yesterday = stage.today - timedelta(days=1)
    for person in stage.regulars:
        met = stage.chance.sample(stage.regulars, 4)
        scans = []
        for other in met:
            if other is not person:
                day = stage.chance.choice((yesterday, stage.today))
                at = stage.moment(day, stage.chance.uniform(9.5, 18))
                intents = stage.chance.choice(([], ["message"], ["coffee"], ["send", "call"]))
                scans.append(Scanned(stage.here[other.email].code, at, intents))
        stage.scan(stage.account(person), scans)
