"""Where a scan becomes a meeting.

``record_scans`` works whole batches of several people as one set, one statement a step: what is
there already, which badge, which card, which meeting, then everything new in one insert a table.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, select
from sqlalchemy.orm import Session

from firsthand.contacts.cards import find_or_make_cards
from firsthand.contacts.persons import Cards, Person, SomeAttendee
from firsthand.db import insert_new, lock_owners, table_of
from firsthand.events.days import effective_time, local_day
from firsthand.followups.making import Promise, make_follow_ups
from firsthand.followups.staging import restage
from firsthand.meetings.keeping import KeptMeetings, Occasion, find_or_make_meetings
from firsthand.prepared import Prepared
from firsthand.scans.circles import settle_cards
from firsthand.scans.judged import Judged, ScanBatch, ScanOutcome
from firsthand.scans.models import NEVER_EDITED, Scan
from firsthand.scans.reading import ReadScan, UnreadableScan
from firsthand.scans.wearers import find_people, hold_places

TOO_OFTEN_IN_ONE_UPLOAD = "This scan came too often in one upload. Send it again by itself."
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


def record_scans(session: Session, batches: Sequence[ScanBatch]) -> list[list[ScanOutcome]]:
    """Record what can be recorded; one outcome a scan, in the order sent.

    A scan is known by (owner, id): a replay gives the same meeting and contact. A refused scan
    leaves nothing behind and is judged anew when it comes again.
    """
    lock_owners(session, [batch.owner_id for batch in batches])
    answers = [[_unread(batch, scan) for scan in batch.scans] for batch in batches]
    everything = [each for answer in answers for each in answer if isinstance(each, Judged)]
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


def _record(session: Session, scans: Sequence[Judged]) -> None:
    _recognise_replays(session, scans)
    find_people(session, list(_open(scans)))
    hold_places(session, list(_open(scans)))
    _keep_meetings(session, list(_open(scans)))


def _is_refused(each: Judged) -> bool:
    return each.outcome is not None and each.outcome.outcome == "invalid"


def _unread(batch: ScanBatch, scan: ReadScan | UnreadableScan) -> Judged | ScanOutcome:
    if isinstance(scan, UnreadableScan):
        return ScanOutcome(scan.id, "invalid", problem=scan.problem)
    return Judged(batch, scan)


def _outcome(each: Judged | ScanOutcome) -> ScanOutcome:
    if isinstance(each, ScanOutcome):
        return each
    if each.repeats is not None:
        first = _outcome(each.repeats)
        repeated = "duplicate" if first.outcome == "recorded" else first.outcome
        return ScanOutcome(each.scan.id, repeated, first.meeting, first.contact, first.problem)
    if each.outcome is None:
        raise RuntimeError("every scan has its outcome by now")
    return each.outcome


def _open(everything: Sequence[Judged]) -> Iterator[Judged]:
    return (each for each in everything if each.outcome is None and each.repeats is None)


def _recognise_replays(session: Session, everything: Sequence[Judged]) -> None:
    asked = [(each.batch.owner_id, each.scan.id) for each in everything]
    found = _KNOWN_SCANS.rows(session, list(dict.fromkeys(asked)))
    known = {(row[0], row[1]): (row[2], row[3]) for row in found}
    first: dict[tuple[UUID, UUID], Judged] = {}
    for each in everything:
        key = (each.batch.owner_id, each.scan.id)
        if key in known:
            each.outcome = ScanOutcome(each.scan.id, "duplicate", *known[key])
        elif first.setdefault(key, each) is not each:
            each.repeats = first[key]


def _keep_meetings(session: Session, scans: Sequence[Judged]) -> None:
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


def _moment(each: Judged) -> tuple[datetime, date]:
    place = each.event
    zone = ZoneInfo(place.timezone) if place else None
    starts = place.starts if place else None
    at = effective_time(each.scan.scanned_at, each.batch.received_at, starts, zone)
    return at, local_day(at, zone)


def _row(
    each: Judged, person: Person, at: datetime, meeting_id: UUID, contact_id: UUID
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
