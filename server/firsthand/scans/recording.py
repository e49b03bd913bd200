"""Where a scan becomes a meeting.

``record_scans`` works whole batches of several people as one set, one statement a step: what is
there already, which badge, which card, which meeting, then everything new in one insert a table.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, select
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import blocked_pairs
from firsthand.attendees.places import EventPlace, places_of
from firsthand.badges.codes import BadgeToken, BrokenBadge, Code, ShortCode, read_code
from firsthand.badges.finding import NOWHERE, BadgeKey, FoundBadge, find_badges, hold_unclaimed
from firsthand.badges.foreign_codes import OpaqueCode, read_foreign_code
from firsthand.contacts.cards import find_or_make_cards
from firsthand.contacts.persons import Cards, Person, SomeAttendee, SomeCode
from firsthand.db import insert_new, lock_owners, now, table_of
from firsthand.events.days import effective_time, local_day
from firsthand.followups.making import Promise, make_follow_ups
from firsthand.followups.staging import restage
from firsthand.meetings.keeping import KeptMeetings, Occasion, find_or_make_meetings
from firsthand.prepared import Prepared
from firsthand.scans.circles import settle_cards
from firsthand.scans.guessing import ShortCodeGuesses
from firsthand.scans.models import NEVER_EDITED, Scan
from firsthand.scans.reading import ReadScan, UnreadableScan
from firsthand.scans.strangers import code_digest, code_hint, hint_key, some_profile

UNKNOWN_BADGE = (
    "This badge is not known here. It may have been replaced: ask its wearer for a new one."
)
UNKNOWN_SHORT_CODE = "Nobody here has this code. Please read it again."
TOO_MANY_SHORT_CODES = (
    "Too many codes that lead nowhere. Scan the badge instead, or try in an hour."
)
TOO_OFTEN_IN_ONE_UPLOAD = "This scan came too often in one upload. Send it again by itself."
UNKNOWN_EVENT = "This event is not known here, or you are not at it."
_SCAN = table_of(Scan).c
_KNOWN_SCANS = Prepared(
    lambda given: select(_SCAN.owner_id, _SCAN.id, _SCAN.meeting_id, _SCAN.contact_id).join_from(
        given,
        table_of(Scan),
        (_SCAN.owner_id == given.c.owner_id) & (_SCAN.id == given.c.id),
    ),
    owner_id=Uuid(),
    id=Uuid(),
)
# Each is a dozen statements, and one upload may name 500 scans alike.
_MOST_ROUNDS = 3
Places = Mapping[UUID, Mapping[str, EventPlace]]

OWN_BADGE = "That is your own badge. Nice to meet you, too!"


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """One upload of one device: what was read, in order, malformed ones among them."""

    owner_id: UUID
    device: str
    scans: Sequence[ReadScan | UnreadableScan]
    base_url: str
    code_key: bytes
    received_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """``outcome`` is recorded, duplicate or invalid; ``id`` as it was sent where it is none."""

    id: object
    outcome: str
    meeting: UUID | None = None
    contact: UUID | None = None
    problem: str | None = None


@dataclass(slots=True)
class _Judged:
    """One scan on its way through the steps; ``outcome`` ends it."""

    batch: ScanBatch
    scan: ReadScan
    outcome: ScanOutcome | None = None
    repeats: "_Judged | None" = None
    event: EventPlace | None = None
    person: Person | None = None

    def refuse(self, problem: str) -> None:
        self.outcome = ScanOutcome(self.scan.id, "invalid", problem=problem)


def record_scans(session: Session, batches: Sequence[ScanBatch]) -> list[list[ScanOutcome]]:
    """Record what can be recorded; one outcome a scan, in the order sent.

    A scan is known by (owner, id): a replay gives the same meeting and contact. A refused scan
    leaves nothing behind and is judged anew when it comes again.
    """
    lock_owners(session, [batch.owner_id for batch in batches])
    answers = [[_unread(batch, scan) for scan in batch.scans] for batch in batches]
    everything = [each for answer in answers for each in answer if isinstance(each, _Judged)]
    for _ in range(_MOST_ROUNDS):
        _record(session, everything)
        # What comes after a refused one of the same id is no replay of anything.
        everything = [each for each in everything if each.repeats and _is_refused(each.repeats)]
        if not everything:
            break
        for each in everything:
            each.repeats = None
    else:
        # Whatever still repeats what was refused has had its turns: others wait.
        for each in everything:
            each.refuse(TOO_OFTEN_IN_ONE_UPLOAD)
    return [[_outcome(each) for each in answer] for answer in answers]


def _record(session: Session, scans: Sequence[_Judged]) -> None:
    _recognise_replays(session, scans)
    _find_people(session, list(_open(scans)))
    _hold_unclaimed(session, list(_open(scans)))
    _keep_meetings(session, list(_open(scans)))


def _is_refused(each: _Judged) -> bool:
    return each.outcome is not None and each.outcome.outcome == "invalid"


def _unread(batch: ScanBatch, scan: ReadScan | UnreadableScan) -> _Judged | ScanOutcome:
    if isinstance(scan, UnreadableScan):
        return ScanOutcome(scan.id, "invalid", problem=scan.problem)
    return _Judged(batch, scan)


def _outcome(each: _Judged | ScanOutcome) -> ScanOutcome:
    if isinstance(each, ScanOutcome):
        return each
    if each.repeats is not None:
        first = _outcome(each.repeats)
        repeated = "duplicate" if first.outcome == "recorded" else first.outcome
        return ScanOutcome(each.scan.id, repeated, first.meeting, first.contact, first.problem)
    if each.outcome is None:
        raise RuntimeError("every scan has its outcome by now")
    return each.outcome


def _open(everything: Sequence[_Judged]) -> Iterator[_Judged]:
    return (each for each in everything if each.outcome is None and each.repeats is None)


def _recognise_replays(session: Session, everything: Sequence[_Judged]) -> None:
    asked = [(each.batch.owner_id, each.scan.id) for each in everything]
    found = _KNOWN_SCANS.rows(session, list(dict.fromkeys(asked)))
    known = {(row[0], row[1]): (row[2], row[3]) for row in found}
    first: dict[tuple[UUID, UUID], _Judged] = {}
    for each in everything:
        key = (each.batch.owner_id, each.scan.id)
        if key in known:
            each.outcome = ScanOutcome(each.scan.id, "duplicate", *known[key])
        elif first.setdefault(key, each) is not each:
            each.repeats = first[key]


def _find_people(session: Session, scans: Sequence[_Judged]) -> None:
    """Which event, and whose badge; refuses what leads nowhere."""
    codes = [(each, read_code(each.scan.code, each.batch.base_url)) for each in scans]
    owners = {each.batch.owner_id for each in scans}
    asks_for_places = {
        each.batch.owner_id
        for each, code in codes
        if each.scan.event or isinstance(code, ShortCode)
    }
    places = places_of(session, asks_for_places) if asks_for_places else {}
    # The same questions whatever was scanned: how long an answer takes tells nothing of a badge.
    tokens = {
        code.token if isinstance(code, BadgeToken) else NOWHERE
        for _, code in codes
        if isinstance(code, BadgeToken | BrokenBadge)
    }
    short_codes = {
        (place.id, code.code)
        for each, code in codes
        if isinstance(code, ShortCode)
        for place in _searched(each, places)
    }
    badges = find_badges(session, tokens, short_codes)
    blocked = blocked_pairs(
        session,
        {
            (each.batch.owner_id, badge.account_id)
            for each, code in codes
            for badge in _named(each, code, places, badges)
            if badge.account_id
        }
        | {(owner_id, owner_id) for owner_id in owners},
    )
    guesses = ShortCodeGuesses(session, owners)
    for each, code in codes:
        each.event = places.get(each.batch.owner_id, {}).get(each.scan.event or "")
        badge = next(iter(_named(each, code, places, badges)), None)
        if isinstance(code, ShortCode) and _is_guessing(each, places, guesses):
            each.refuse(TOO_MANY_SHORT_CODES)
        if badge and (each.batch.owner_id, badge.account_id) in blocked:
            badge = None
        _judge(each, code, badge, places, guesses)


def _hold_unclaimed(session: Session, scans: Sequence[_Judged]) -> None:
    """Whoever claims one of these places waits until its scans are there to be told of.

    Who has claimed it since it was looked up is looked up again. On SQLite there is one writer.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    unclaimed = [
        (each, each.person.attendee_id)
        for each in scans
        if isinstance(each.person, SomeAttendee) and each.person.account_id is None
    ]
    held = hold_unclaimed(session, {attendee_id for _, attendee_id in unclaimed})
    claimed = [each for each, attendee_id in unclaimed if attendee_id not in held]
    if claimed:
        _find_people(session, claimed)


def _judge(
    each: _Judged,
    code: Code,
    badge: FoundBadge | None,
    places: Places,
    guesses: ShortCodeGuesses,
) -> None:
    if each.outcome:
        return
    owner_id = each.batch.owner_id
    if badge and each.event is None and each.scan.event in {None, badge.event.slug}:
        each.event = badge.event
    if each.scan.event and each.event is None:
        each.refuse(UNKNOWN_EVENT)
    elif badge and badge.account_id == owner_id:
        each.refuse(OWN_BADGE)
    elif badge:
        each.person = SomeAttendee(owner_id, badge.attendee_id, badge.account_id)
    elif isinstance(code, BadgeToken | BrokenBadge):
        each.refuse(UNKNOWN_BADGE)
    elif isinstance(code, ShortCode) and _searched(each, places):
        guesses.miss(owner_id)
        each.refuse(UNKNOWN_SHORT_CODE)
    else:
        each.person = _stranger(each)


def _searched(each: _Judged, places: Places) -> list[EventPlace]:
    """Where a short code is looked up: the scan's event, else wherever its owner is."""
    mine = places.get(each.batch.owner_id, {})
    if each.scan.event:
        return [mine[each.scan.event]] if each.scan.event in mine else []
    return list(mine.values())


def _named(
    each: _Judged, code: Code, places: Places, badges: Mapping[BadgeKey, FoundBadge]
) -> list[FoundBadge]:
    """The badges that a code may mean: a short code is one of each event."""
    if isinstance(code, BadgeToken):
        keys: list[BadgeKey] = [code.token]
    elif isinstance(code, ShortCode):
        keys = [(place.id, code.code) for place in _searched(each, places)]
    else:
        keys = []
    return [badges[key] for key in keys if key in badges]


def _is_guessing(each: _Judged, places: Places, guesses: ShortCodeGuesses) -> bool:
    return bool(_searched(each, places)) and guesses.exhausted(each.batch.owner_id)


def _stranger(each: _Judged) -> Person:
    """Somebody with a badge that this instance never printed."""
    owner_id, code_key = each.batch.owner_id, each.batch.code_key
    found = read_foreign_code(each.scan.code)
    if isinstance(found, OpaqueCode):
        hint = code_hint(hint_key(code_key, owner_id), found.identity)
        return SomeCode(owner_id, code_digest(code_key, found.identity), hint)
    return some_profile(owner_id, found, code_digest(code_key, each.scan.code))


def _keep_meetings(session: Session, scans: Sequence[_Judged]) -> None:
    """The card of each person, the meeting with them, and everything that hangs on it."""
    people = [(each, each.person) for each in scans if each.person is not None]
    if not people:
        return
    moments = [_moment(each) for each, _ in people]
    met_at = {person: at for (_, person), (at, _) in zip(people, moments, strict=True)}
    cards = find_or_make_cards(session, [person for _, person in people], met_at)
    occasions = [
        Occasion(person.owner_id, cards.card_of(person), each.event.id if each.event else None, day)
        for (each, person), (_, day) in zip(people, moments, strict=True)
    ]
    kept = find_or_make_meetings(
        session, [(o, at) for o, (at, _) in zip(occasions, moments, strict=True)]
    )
    rows = []
    promises = []
    for (each, person), occasion, (at, _) in zip(people, occasions, moments, strict=True):
        meeting_id = kept.id_of[occasion]
        each.outcome = ScanOutcome(each.scan.id, "recorded", meeting_id, cards.root_of[person])
        rows.append(_row(each, person, at, meeting_id, occasion.contact_id))
        if each.scan.intents:
            promises.append(
                Promise(
                    occasion.owner_id,
                    occasion.contact_id,
                    meeting_id,
                    occasion.day,
                    each.scan.intents,
                )
            )
    insert_new(session, Scan, rows)
    settle_cards(session, cards.unsettled)
    make_follow_ups(session, promises, fresh_meetings=kept.made)
    roots = {
        occasion: cards.root_of[person]
        for (_, person), occasion in zip(people, occasions, strict=True)
    }
    restage(session, _changed_rings(roots, cards, kept) | cards.tied)


def _changed_rings(
    roots: Mapping[Occasion, UUID], cards: Cards, kept: KeptMeetings
) -> set[tuple[UUID, UUID]]:
    """Whose ring is derived anew: not theirs whose meeting stood before, and a card made just now
    for one meeting stands as met already.
    """
    changed = {occasion for occasion in roots if kept.id_of[occasion] in kept.changed}
    times = Counter((occasion.owner_id, roots[occasion]) for occasion in changed)
    return {pair for pair, count in times.items() if count > 1 or pair not in cards.made}


def _moment(each: _Judged) -> tuple[datetime, date]:
    place = each.event
    zone = ZoneInfo(place.timezone) if place else None
    starts = place.starts if place else None
    at = effective_time(each.scan.scanned_at, each.batch.received_at, starts, zone)
    return at, local_day(at, zone)


def _row(
    each: _Judged, person: Person, at: datetime, meeting_id: UUID, contact_id: UUID
) -> dict[str, object]:
    account_id, attendee_id = None, None
    if isinstance(person, SomeAttendee):
        account_id = person.account_id
        attendee_id = None if account_id else person.attendee_id
    return {
        "owner_id": each.batch.owner_id,
        "id": each.scan.id,
        "meeting_id": meeting_id,
        "contact_id": contact_id,
        "wearer_account_id": account_id,
        "wearer_attendee_id": attendee_id,
        "device": each.batch.device,
        "sequence": each.scan.sequence,
        "scanned_at": each.scan.scanned_at,
        "received_at": each.batch.received_at,
        "at": at,
        "note": each.scan.note,
        "intents": each.scan.intents,
        "edited_sequence": NEVER_EDITED,
        "retracted_at": None,
    }
