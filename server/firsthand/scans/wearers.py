"""Whose badge each scan has read; what leads nowhere is refused here."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.accounts.blocking import blocked_pairs
from firsthand.attendees.places import EventPlace, places_of
from firsthand.badges.codes import BadgeToken, BrokenBadge, Code, ShortCode, read_code
from firsthand.badges.finding import NOWHERE, BadgeKey, FoundBadge, find_badges, hold_unclaimed
from firsthand.badges.foreign_codes import OpaqueCode, read_foreign_code
from firsthand.contacts.persons import Person, SomeAttendee, SomeCode
from firsthand.scans.guessing import ShortCodeGuesses
from firsthand.scans.judged import Judged
from firsthand.scans.strangers import code_digest, code_hint, hint_key, some_profile

UNKNOWN_BADGE = (
    "This badge is not known here. It may have been replaced: ask its wearer for a new one."
)
UNKNOWN_SHORT_CODE = "Nobody here has this code. Please read it again."
TOO_MANY_SHORT_CODES = (
    "Too many codes that lead nowhere. Scan the badge instead, or try in an hour."
)
UNKNOWN_EVENT = "This event is not known here, or you are not at it."
OWN_BADGE = "That is your own badge. Nice to meet you, too!"
Places = Mapping[UUID, Mapping[str, EventPlace]]


def find_people(session: Session, scans: Sequence[Judged]) -> None:
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


def hold_places(session: Session, scans: Sequence[Judged]) -> None:
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
        find_people(session, claimed)


def _judge(
    each: Judged,
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


def _searched(each: Judged, places: Places) -> list[EventPlace]:
    """Where a short code is looked up: the scan's event, else wherever its owner is."""
    mine = places.get(each.batch.owner_id, {})
    if each.scan.event:
        return [mine[each.scan.event]] if each.scan.event in mine else []
    return list(mine.values())


def _named(
    each: Judged, code: Code, places: Places, badges: Mapping[BadgeKey, FoundBadge]
) -> list[FoundBadge]:
    """The badges that a code may mean: a short code is one of each event."""
    if isinstance(code, BadgeToken):
        keys: list[BadgeKey] = [code.token]
    elif isinstance(code, ShortCode):
        keys = [(place.id, code.code) for place in _searched(each, places)]
    else:
        keys = []
    return [badges[key] for key in keys if key in badges]


def _is_guessing(each: Judged, places: Places, guesses: ShortCodeGuesses) -> bool:
    return bool(_searched(each, places)) and guesses.exhausted(each.batch.owner_id)


def _stranger(each: Judged) -> Person:
    """Somebody with a badge that this instance never printed."""
    owner_id, code_key = each.batch.owner_id, each.batch.code_key
    found = read_foreign_code(each.scan.code)
    if isinstance(found, OpaqueCode):
        hint = code_hint(hint_key(code_key, owner_id), found.identity)
        return SomeCode(owner_id, code_digest(code_key, found.identity), hint)
    return some_profile(owner_id, found, code_digest(code_key, each.scan.code))
