"""Meetings without a scan: a dead phone, no badge, somebody else's word, people known before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block, blocked_pairs, unblock
from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.places import EventPlace, places_of
from firsthand.attendees.showing import shown_name, shows_itself_to_browsers
from firsthand.contacts.cards import find_or_make_cards
from firsthand.contacts.models import Contact
from firsthand.contacts.persons import Person, SomeAttendee
from firsthand.contacts.queries import accounts_blocked_on_card, accounts_of_card, card
from firsthand.contacts.roots import root_of
from firsthand.db import insert_new, lock_owners, new_id, now
from firsthand.events.days import effective_time, local_day
from firsthand.events.models import Event
from firsthand.followups.making import Promise, make_follow_ups
from firsthand.followups.staging import restage
from firsthand.meetings.keeping import Occasion, find_or_make_meetings
from firsthand.meetings.models import Meeting, MeetingDismissal, Origin
from firsthand.meetings.queries import claim_about
from firsthand.problems import Conflict, Invalid, NotFound
from firsthand.scans.circles import settle_between, settle_meeting
from firsthand.ties.models import Dismissed

_NO_ACCOUNT = "This person does not use Firsthand, so they cannot see you here anyway."


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """Somebody whom other attendees find; ``account_id`` once they have claimed their place."""

    name: str
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """A meeting told rather than scanned: exactly one of attendee, contact and name says whom."""

    attendee: UUID | None = None
    contact: UUID | None = None
    name: str = ""
    event: str | None = None
    met_at: datetime | None = None
    intents: Sequence[str] = field(default_factory=list)
    note: str = ""


def keep_meeting(session: Session, owner_id: UUID, draft: MeetingDraft) -> UUID:
    """Keep it; the same day with the same person joins the meeting that is there.

    Returns the meeting's id. Raises Invalid, NotFound.
    """
    _lock_with(session, owner_id, [draft.attendee] if draft.attendee else [])
    if sum([draft.attendee is not None, draft.contact is not None, bool(draft.name)]) != 1:
        raise Invalid("Say whom you met: an attendee, a contact or a name.")
    place = None
    if draft.event:
        place = places_of(session, [owner_id])[owner_id].get(draft.event)
        if place is None:
            raise Invalid("This event is not known here, or you are not at it.")
    contact_id = _whom(session, owner_id, draft)
    if draft.attendee is not None and place is None:
        place = _place_of_attendee(session, draft.attendee)
    return _keep(session, owner_id, contact_id, place, draft, Origin.TYPED)


def mark_known_before(
    session: Session, owner_id: UUID, attendee_ids: Sequence[UUID]
) -> dict[UUID, UUID]:
    """ "We have met already": takes them off the list without telling them. Raises NotFound.

    The meeting counts for the day before, so that meeting here is meeting again. Returns the
    meeting of each attendee.
    """
    _lock_with(session, owner_id, attendee_ids)
    day_before = now() - timedelta(days=1)
    kept = {}
    for attendee_id in dict.fromkeys(attendee_ids):
        person = seen_attendee(session, owner_id, attendee_id)
        contact_id = find_or_make_cards(session, [person]).card_of(person)
        draft = MeetingDraft(contact=contact_id, met_at=day_before)
        kept[attendee_id] = _keep(session, owner_id, contact_id, None, draft, Origin.KNOWN_BEFORE)
    return kept


def confirm_claim(session: Session, owner_id: UUID, other_id: UUID, meeting_id: UUID) -> UUID:
    """ "Yes, we met": the viewer's own meeting, same event, same day. Raises NotFound."""
    lock_owners(session, [owner_id, other_id])
    claim_about(session, owner_id, other_id, meeting_id)
    theirs = session.get_one(Meeting, (other_id, meeting_id))
    person = _account_person(session, owner_id, other_id, theirs.event_id)
    contact_id = (
        find_or_make_cards(session, [person]).card_of(person)
        if isinstance(person, SomeAttendee)
        else person
    )
    occasion = Occasion(owner_id, contact_id, theirs.event_id, theirs.day)
    kept = find_or_make_meetings(session, [(occasion, theirs.met_at)])
    mine = session.get_one(Meeting, (owner_id, kept.id_of[occasion]), populate_existing=True)
    mine.origin = mine.origin or Origin.CONFIRMED
    settle_between(session, owner_id, [other_id])
    restage(session, [(owner_id, root_of(session, owner_id, contact_id))])
    return mine.id


def dismiss_claim(session: Session, owner_id: UUID, other_id: UUID, meeting_id: UUID) -> None:
    """ "Not me": not to be told again of this one. Raises NotFound."""
    lock_owners(session, [owner_id, other_id])
    claim_about(session, owner_id, other_id, meeting_id)
    insert_new(
        session,
        MeetingDismissal,
        [{"owner_id": owner_id, "other_id": other_id, "meeting_id": meeting_id}],
    )
    settle_between(session, owner_id, [other_id])


def restore_claim(session: Session, owner_id: UUID, other_id: UUID, meeting_id: UUID) -> None:
    """Takes "not me" back: it can be answered again. Raises NotFound."""
    lock_owners(session, [owner_id, other_id])
    gone = session.scalar(
        delete(MeetingDismissal)
        .where(
            MeetingDismissal.owner_id == owner_id,
            MeetingDismissal.other_id == other_id,
            MeetingDismissal.meeting_id == meeting_id,
        )
        .returning(MeetingDismissal.meeting_id)
    )
    if gone is None:
        raise NotFound
    settle_between(session, owner_id, [other_id])


def block_claimant(session: Session, owner_id: UUID, other_id: UUID, meeting_id: UUID) -> None:
    """Neither sees the other any more. Raises NotFound."""
    claim = claim_about(session, owner_id, other_id, meeting_id)
    block(session, owner_id, other_id, claim.name)


def block_person(session: Session, owner_id: UUID, contact_id: UUID) -> None:
    """Neither sees the other any more, by every account that is on the card.

    Raises NotFound, Conflict where nobody on it has an account that the owner may see.
    """
    person = card(session, owner_id, contact_id)
    accounts = accounts_of_card(session, owner_id, person.card.id)
    if not accounts:
        raise Conflict(_NO_ACCOUNT)
    for account_id in accounts:
        block(session, owner_id, account_id, person.card.name)


def unblock_person(session: Session, owner_id: UUID, contact_id: UUID) -> None:
    """Takes back what the owner has blocked of this card. Raises NotFound where that is nothing."""
    root_id = root_of(session, owner_id, contact_id)
    accounts = accounts_blocked_on_card(session, owner_id, root_id)
    if not accounts:
        raise NotFound
    for account_id in accounts:
        unblock(session, owner_id, account_id)


def block_attendee(session: Session, owner_id: UUID, attendee_id: UUID) -> None:
    """Somebody who is listed where the owner is, met or not. Raises NotFound, Conflict."""
    seen = listed_person(session, owner_id, attendee_id)
    if seen.account_id is None:
        raise Conflict(_NO_ACCOUNT)
    block(session, owner_id, seen.account_id, seen.name)


def dismiss_suggestion(session: Session, owner_id: UUID, attendee_id: UUID) -> None:
    """ "Not interested": off the list of people to meet. Raises NotFound."""
    seen_attendee(session, owner_id, attendee_id)
    insert_new(session, Dismissed, [{"owner_id": owner_id, "attendee_id": attendee_id}])


def restore_suggestion(session: Session, owner_id: UUID, attendee_id: UUID) -> None:
    """Take "not interested" back."""
    session.execute(
        delete(Dismissed).where(
            Dismissed.owner_id == owner_id, Dismissed.attendee_id == attendee_id
        )
    )


def seen_attendee(session: Session, owner_id: UUID, attendee_id: UUID) -> SomeAttendee:
    """Somebody listed at an event that the viewer attends too. Raises NotFound."""
    seen = listed_person(session, owner_id, attendee_id)
    return SomeAttendee(owner_id, attendee_id, seen.account_id)


def listed_person(session: Session, owner_id: UUID, attendee_id: UUID) -> ListedPerson:
    """Raises NotFound where the viewer would not find them among those who are here."""
    mine = select(Attendee.event_id).where(Attendee.account_id == owner_id)
    row = session.execute(
        select(shown_name(), Attendee.account_id)
        .outerjoin(Account, Account.id == Attendee.account_id)
        .where(Attendee.id == attendee_id, shows_itself_to_browsers(), Attendee.event_id.in_(mine))
    ).one_or_none()
    if row is None or row.account_id == owner_id:
        raise NotFound
    if row.account_id and blocked_pairs(session, {(owner_id, row.account_id)}):
        raise NotFound
    return ListedPerson(*row)


def listed_names(session: Session, owner_id: UUID, attendee_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What those are called who are listed where the owner is. Raises NotFound."""
    return {each: listed_person(session, owner_id, each).name for each in attendee_ids}


def _whom(session: Session, owner_id: UUID, draft: MeetingDraft) -> UUID:
    if draft.contact is not None:
        return root_of(session, owner_id, draft.contact)
    if draft.attendee is not None:
        person: Person = seen_attendee(session, owner_id, draft.attendee)
        return find_or_make_cards(session, [person]).card_of(person)
    contact_id = new_id()
    session.add(
        Contact(owner_id=owner_id, id=contact_id, root_id=contact_id, name=draft.name, typed=True)
    )
    session.flush()
    return contact_id


def _keep(
    session: Session,
    owner_id: UUID,
    contact_id: UUID,
    place: EventPlace | None,
    draft: MeetingDraft,
    origin: Origin,
) -> UUID:
    zone = ZoneInfo(place.timezone) if place else None
    at = effective_time(draft.met_at or now(), now(), place.starts if place else None, zone)
    occasion = Occasion(owner_id, contact_id, place.id if place else None, local_day(at, zone))
    kept = find_or_make_meetings(session, [(occasion, at)])
    meeting = session.get_one(Meeting, (owner_id, kept.id_of[occasion]), populate_existing=True)
    meeting.origin = meeting.origin or origin
    meeting.note = "\n".join(note for note in (meeting.note, draft.note) if note)
    meeting.intents = list(dict.fromkeys([*meeting.intents, *draft.intents]))
    session.flush()
    settle_meeting(session, owner_id, meeting.id)
    make_follow_ups(
        session, [Promise(owner_id, contact_id, meeting.id, meeting.day, draft.intents)]
    )
    restage(session, [(owner_id, root_of(session, owner_id, contact_id))])
    return meeting.id


def _lock_with(session: Session, owner_id: UUID, attendee_ids: Sequence[UUID]) -> None:
    """The owner, and whoever's word may change at the same time what a new card may show."""
    accounts = session.scalars(
        select(Attendee.account_id).where(
            Attendee.id.in_(attendee_ids), Attendee.account_id.is_not(None)
        )
    )
    lock_owners(session, [owner_id, *(each for each in accounts if each)])


def _place_of_attendee(session: Session, attendee_id: UUID) -> EventPlace:
    row = session.execute(
        select(Event.id, Event.slug, Event.name, Event.starts, Event.ends, Event.timezone)
        .join(Attendee, Attendee.event_id == Event.id)
        .where(Attendee.id == attendee_id)
    ).one()
    return EventPlace(*row)


def _account_person(
    session: Session, owner_id: UUID, account_id: UUID, event_id: UUID | None
) -> SomeAttendee | UUID:
    """The other as an attendee where the two met, else a card for the account itself."""
    if event_id is not None:
        attendee_id = session.scalar(
            select(Attendee.id).where(
                Attendee.event_id == event_id, Attendee.account_id == account_id
            )
        )
        if attendee_id is not None:
            return SomeAttendee(owner_id, attendee_id, account_id)
    card_id = session.scalar(
        select(Contact.id).where(Contact.owner_id == owner_id, Contact.account_id == account_id)
    )
    if card_id is None:
        card_id = new_id()
        session.add(Contact(owner_id=owner_id, id=card_id, root_id=card_id, account_id=account_id))
        session.flush()
    return card_id
