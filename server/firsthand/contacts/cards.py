"""From a person to the owner's card for them: found if it is there, else made. Works on sets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, and_, false, func, not_, or_, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import never_see
from firsthand.accounts.models import Circle
from firsthand.attendees.models import Attendee
from firsthand.contacts.models import (
    Contact,
    ContactAttendee,
    ContactCode,
)
from firsthand.contacts.persons import Cards, Person, SomeAttendee, SomeCode, SomeProfile
from firsthand.contacts.profile_cards import find_profiles
from firsthand.contacts.showing import is_listed_where
from firsthand.db import insert_new, table_of
from firsthand.handles.keeping import HANDLE_PROVEN
from firsthand.handles.models import Handle
from firsthand.outbox import enqueue
from firsthand.prepared import Prepared
from firsthand.ties.models import Match, Tie

_Pair = tuple[UUID, UUID]
_CONTACT, _KNOWN, _MATCH = table_of(Contact).c, table_of(ContactAttendee).c, table_of(Match).c
_TIE, _HANDLE, _ATTENDEE = table_of(Tie).c, table_of(Handle).c, table_of(Attendee).c
_THEIRS, _ROOT = table_of(Contact).alias("theirs"), table_of(Contact).alias("root")
# And the card that the account has of the owner: a scan may open both.
_CARDS_OF_ACCOUNTS = Prepared(
    lambda given: (
        select(
            given.c.owner_id,
            given.c.account_id,
            _CONTACT.root_id,
            _CONTACT.id,
            _CONTACT.in_circle,
            _ROOT.c.account_id,
            _THEIRS.c.id,
            _THEIRS.c.in_circle,
        )
        .select_from(given)
        .outerjoin(
            table_of(Contact),
            (_CONTACT.owner_id == given.c.owner_id) & (_CONTACT.account_id == given.c.account_id),
        )
        .outerjoin(
            _ROOT, (_ROOT.c.owner_id == _CONTACT.owner_id) & (_ROOT.c.id == _CONTACT.root_id)
        )
        .outerjoin(
            _THEIRS,
            (_THEIRS.c.owner_id == given.c.account_id) & (_THEIRS.c.account_id == given.c.owner_id),
        )
    ),
    owner_id=Uuid(),
    account_id=Uuid(),
)
_CARDS_OF_ATTENDEES = Prepared(
    lambda given: (
        select(
            _KNOWN.owner_id,
            _KNOWN.attendee_id,
            _CONTACT.root_id,
            _CONTACT.id,
            _CONTACT.in_circle,
        )
        .join_from(
            given,
            table_of(ContactAttendee),
            (_KNOWN.owner_id == given.c.owner_id) & (_KNOWN.attendee_id == given.c.attendee_id),
        )
        .join(
            table_of(Contact),
            (_CONTACT.owner_id == _KNOWN.owner_id) & (_CONTACT.id == _KNOWN.contact_id),
        )
    ),
    owner_id=Uuid(),
    attendee_id=Uuid(),
)
# Only of handles which the card shows: a tie on it tells as much. The last column: whether it shows
# them only in the circle of people met; the one before: whether the owner's card is in it.
_LOOSE_TIES = Prepared(
    lambda given: (
        select(
            _MATCH.owner_id,
            _MATCH.attendee_id,
            _MATCH.tie_id,
            func.coalesce(_CONTACT.in_circle, false()),
            and_(
                _ATTENDEE.account_id.is_not(None),
                not_(
                    and_(
                        _HANDLE.circle == Circle.BROWSING,
                        is_listed_where(_ATTENDEE.account_id, _MATCH.owner_id),
                    )
                ),
            ),
        )
        .join_from(
            given,
            table_of(Match),
            (_MATCH.owner_id == given.c.owner_id) & (_MATCH.attendee_id == given.c.attendee_id),
        )
        .join(table_of(Tie), (_TIE.owner_id == _MATCH.owner_id) & (_TIE.id == _MATCH.tie_id))
        .join(table_of(Handle), _HANDLE.id == _MATCH.handle_id)
        .join(table_of(Attendee), _ATTENDEE.id == _MATCH.attendee_id)
        .outerjoin(
            table_of(Contact),
            (_CONTACT.owner_id == _MATCH.owner_id) & (_CONTACT.account_id == _ATTENDEE.account_id),
        )
        .where(
            _TIE.contact_id.is_(None),
            _HANDLE.circle != Circle.NOBODY,
            or_(
                and_(
                    _HANDLE.account_id == _ATTENDEE.account_id,
                    ~never_see(_MATCH.owner_id, _ATTENDEE.account_id),
                ),
                and_(
                    _HANDLE.attendee_id == _ATTENDEE.id,
                    _ATTENDEE.account_id.is_(None),
                    _ATTENDEE.listed.is_(True),
                ),
            ),
        )
    ),
    owner_id=Uuid(),
    attendee_id=Uuid(),
)
_PROVEN_ACCOUNTS = Prepared(
    lambda given: (
        select(_HANDLE.account_id)
        .join_from(given, table_of(Handle), _HANDLE.account_id == given.c.account_id)
        .where(_HANDLE.verified_at.is_not(None), _HANDLE.circle != Circle.NOBODY)
        .distinct()
    ),
    account_id=Uuid(),
)


def find_or_make_cards(
    session: Session, people: Iterable[Person], met_at: Mapping[Person, datetime] | None = None
) -> Cards:
    """The caller holds the owners' lock, so nobody else makes the same card meanwhile."""
    everybody = list(dict.fromkeys(people))
    cards = Cards(met_at or {})
    attendees = [person for person in everybody if isinstance(person, SomeAttendee)]
    codes = [person for person in everybody if isinstance(person, SomeCode)]
    profiles = [person for person in everybody if isinstance(person, SomeProfile)]
    if attendees:
        _find_attendees(session, attendees, cards)
    if codes:
        _find_codes(session, codes, cards)
    if profiles:
        find_profiles(session, profiles, cards)
    return cards


def _find_attendees(session: Session, people: Sequence[SomeAttendee], cards: Cards) -> None:
    asked = list({(person.owner_id, person.attendee_id) for person in people})
    by_account, by_attendee, closed, own_cards = _known_cards(session, people, asked)
    newly_met = {
        (person.owner_id, person.attendee_id)
        for person in people
        if person in cards.met_at
        and (person.owner_id, person.attendee_id) not in by_attendee
        and (person.owner_id, person.account_id) not in by_account
    }
    ties = _loose_ties(session, asked, newly_met)
    links: list[dict[str, object]] = []
    fresh: list[dict[str, object]] = []
    link_ties: list[tuple[UUID, UUID, UUID]] = []
    new_of_account: list[tuple[UUID]] = []
    for person in people:
        attended = (person.owner_id, person.attendee_id)
        known = (person.owner_id, person.account_id) if person.account_id else None
        root = (by_account.get(known) if known else None) or by_attendee.get(attended)
        if root is None:
            root, row = cards.make(
                person,
                account_id=person.account_id,
                attendee_id=person.attendee_id,
                has_tie=bool(ties.get(attended)),
                # Nobody has said "not me" to somebody who had no card of them.
                in_circle=person in cards.met_at,
            )
            fresh.append(row)
            if known:
                by_account[known] = root
                new_of_account.append((known[1],))
        if attended not in by_attendee:
            by_attendee[attended] = root
            links.append(
                {
                    "owner_id": person.owner_id,
                    "attendee_id": person.attendee_id,
                    "contact_id": root,
                }
            )
        if person in cards.met_at:
            cards.unsettled.update(closed[attended], closed[known] if known else ())
        link_ties += [(person.owner_id, tie_id, root) for tie_id in ties.get(attended, ())]
        cards.root_of[person] = root
        if known in own_cards:
            cards.told_on[person] = own_cards[known]
    insert_new(session, Contact, fresh)
    insert_new(session, ContactAttendee, links)
    _put_on_cards(session, link_ties)
    if new_of_account:
        _ask_who_else(session, new_of_account)


def put_loose_ties(session: Session, places: Sequence[tuple[UUID, UUID, UUID]]) -> None:
    """Ties of owners with an attendee stand on the card (root) that they have of them."""
    asked = [(owner_id, attendee_id) for owner_id, attendee_id, _ in places]
    loose = _loose_ties(session, asked, ())
    _put_on_cards(
        session,
        [
            (owner_id, tie_id, root_id)
            for owner_id, attendee_id, root_id in places
            for tie_id in loose.get((owner_id, attendee_id), ())
        ],
    )


def _put_on_cards(session: Session, ties: Sequence[tuple[UUID, UUID, UUID]]) -> None:
    for owner_id, tie_id, root in ties:
        session.execute(
            update(Tie)
            .where(Tie.owner_id == owner_id, Tie.id == tie_id)
            .values(contact_id=root)
            .execution_options(synchronize_session=False)
        )


def _known_cards(
    session: Session, people: Sequence[SomeAttendee], places: Sequence[_Pair]
) -> tuple[dict[_Pair, UUID], dict[_Pair, UUID], Mapping[_Pair, list[_Pair]], dict[_Pair, UUID]]:
    """The roots by account and by attendee; of each, the cards whose circle is closed; the cards of
    accounts under a root that is not the account's.
    """
    claimed = {(person.owner_id, person.account_id) for person in people if person.account_id}
    by_account: dict[_Pair, UUID] = {}
    by_attendee: dict[_Pair, UUID] = {}
    closed: dict[_Pair, list[_Pair]] = defaultdict(list)
    own_cards: dict[_Pair, UUID] = {}
    for owner, account, root, *cards in _CARDS_OF_ACCOUNTS.rows(session, list(claimed)):
        mine, is_open, account_of_root, theirs, is_theirs_open = cards
        if root:
            by_account[owner, account] = root
            if account_of_root != account:
                own_cards[owner, account] = mine
            closed[owner, account] += [] if is_open else [(owner, mine)]
        if theirs:
            closed[owner, account] += [] if is_theirs_open else [(account, theirs)]
    for owner, attendee, root, mine, is_open in _CARDS_OF_ATTENDEES.rows(session, places):
        by_attendee[owner, attendee] = root
        closed[owner, attendee] += [] if is_open else [(owner, mine)]
    return by_account, by_attendee, closed, own_cards


def _loose_ties(
    session: Session, asked: Sequence[_Pair], newly_met: Collection[_Pair]
) -> dict[_Pair, list[UUID]]:
    """Ties that match these attendees and are on no card yet, of what their cards show.

    ``newly_met``: who gets a card just now, by a scan.
    """
    loose: dict[_Pair, list[UUID]] = defaultdict(list)
    for owner, attendee, tie_id, in_circle, only_in_circle in _LOOSE_TIES.rows(session, asked):
        if in_circle or not only_in_circle or (owner, attendee) in newly_met:
            loose[owner, attendee].append(tie_id)
    return loose


def _ask_who_else(session: Session, account_ids: Sequence[tuple[UUID]]) -> None:
    """A card of a handle which this account has proven may be there already."""
    for (account_id,) in _PROVEN_ACCOUNTS.rows(session, account_ids):
        enqueue(session, HANDLE_PROVEN, account_id)


def _find_codes(session: Session, people: Sequence[SomeCode], cards: Cards) -> None:
    found = {
        (owner, code_hash): root
        for owner, code_hash, root in session.execute(
            select(ContactCode.owner_id, ContactCode.code_hash, Contact.root_id)
            .join(
                Contact,
                (Contact.owner_id == ContactCode.owner_id) & (Contact.id == ContactCode.contact_id),
            )
            .where(
                ContactCode.owner_id.in_({person.owner_id for person in people}),
                ContactCode.code_hash.in_({person.code_hash for person in people}),
            )
        )
    }
    fresh = []
    links = []
    for person in people:
        root = found.get((person.owner_id, person.code_hash))
        if root is None:
            root, row = cards.make(person, code_hint=person.hint)
            fresh.append(row)
            links.append(
                {"owner_id": person.owner_id, "code_hash": person.code_hash, "contact_id": root}
            )
        cards.root_of[person] = root
    insert_new(session, Contact, fresh)
    insert_new(session, ContactCode, links)
