"""Known online, not met: attendees of an event whose handles match the viewer's ties.

Matches are kept as rows (firsthand.ties.matching) and come out of their index best first; whether
the viewer may see one is judged here, at every reading: listed, handle shown to browsers, not met,
not dismissed, nobody blocked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.models import Account
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import (
    TO_BROWSERS,
    handle_shown,
    shown_company,
    shown_email,
    shown_face,
    shown_headline,
    shown_name,
    shown_phone,
)
from firsthand.db import AnySelect
from firsthand.folding import pattern_of
from firsthand.handles.models import Handle
from firsthand.ties.interest_words import common_interests
from firsthand.ties.interests import interests_of
from firsthand.ties.kind_bits import bits_asked_for
from firsthand.ties.models import Dismissed, Match, Tie
from firsthand.unmet.reasons import Reason, UnmetFilter
from firsthand.unmet.seen import VIEWER, is_seen, met_attendees
from firsthand.unmet.sharing import ShownHandle, shared_reasons, shown_handles

# Beyond this the page says "1,000+": counting every match of a huge event serves nobody.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An attendee whom the viewer knows online."""

    attendee: UUID
    name: str
    headline: str
    company: str
    email: str
    phone: str
    face: str
    strength: float
    handles: Sequence[ShownHandle]
    reasons: Sequence[Reason]
    interests: Sequence[str]


Position = tuple[float, UUID]


def unmet(
    session: Session,
    viewer_id: UUID,
    event_id: UUID,
    narrowed: UnmetFilter,
    limit: int,
    after: Position | None = None,
    only: UUID | None = None,
) -> list[KnownPerson]:
    """The best first; ``after`` is the strength and attendee of the last one shown before.

    ``only``: this attendee or nobody.
    """
    filters = bool(narrowed.q), bool(narrowed.network), bool(narrowed.kind)
    stmt = _page(*filters, after is not None, only is not None)
    values = {
        "viewer": viewer_id,
        "event": event_id,
        # A handle is often typed as it is written to somebody.
        "words": pattern_of(narrowed.q.removeprefix("@")),
        "network": narrowed.network,
        "kinds": bits_asked_for(narrowed.kind),
        "strength": after[0] if after else None,
        "attendee": after[1] if after else None,
        "only": only,
        "most": limit,
    }
    rows = session.execute(stmt, values).all()
    ids = [row[0] for row in rows]
    handles = shown_handles(session, ids)
    reasons = shared_reasons(session, viewer_id, ids)
    interests = interests_of(session, viewer_id) if ids else {}
    return [
        KnownPerson(
            attendee,
            name,
            headline,
            company,
            email,
            phone,
            face,
            strength,
            handles[attendee],
            reasons[attendee],
            common_interests(interests, headline, company),
        )
        for attendee, strength, name, headline, company, email, phone, face in rows
    ]


def names_of_unmet(
    session: Session, viewer_id: UUID, event_id: UUID, attendees: Sequence[UUID]
) -> dict[UUID, str]:
    """Those of these attendees who are on the viewer's list, and what they are called."""
    if not attendees:
        return {}
    values = {"viewer": viewer_id, "event": event_id, "some": attendees}
    return {row[0]: row[1] for row in session.execute(_names(), values)}


def count_unmet(session: Session, viewer_id: UUID, event_id: UUID) -> int:
    """How many are still to meet, MOST_COUNTED at most."""
    return session.scalar(_count_unmet(), {"viewer": viewer_id, "event": event_id}) or 0


def count_known_and_met(session: Session, viewer_id: UUID, event_id: UUID) -> int:
    """How many of those known online the viewer has met, at any event."""
    return session.scalar(_count_met(), {"viewer": viewer_id, "event": event_id}) or 0


# To put these statements together takes longer than to run them, so each is made once.


@cache
def _page(q: bool, network: bool, kind: bool, further: bool, only: bool) -> AnySelect:
    stmt = (
        _best(q, network, kind)
        # The index's own order, so that no more is read than the page shows.
        .order_by(Match.strength.desc(), Match.attendee_id.desc())
        .limit(bindparam("most", type_=Integer()))
    )
    if further:
        place = tuple_(
            bindparam("strength", type_=Match.strength.type),
            bindparam("attendee", type_=Match.attendee_id.type),
        )
        stmt = stmt.where(tuple_(Match.strength, Match.attendee_id) < place)
    if only:
        stmt = stmt.where(Match.attendee_id == bindparam("only", type_=Match.attendee_id.type))
    best = stmt.subquery()
    return (
        select(
            best.c.attendee_id,
            best.c.strength,
            shown_name(),
            shown_headline(TO_BROWSERS),
            shown_company(TO_BROWSERS),
            shown_email(TO_BROWSERS),
            shown_phone(TO_BROWSERS),
            shown_face(TO_BROWSERS),
        )
        .join(Attendee, Attendee.id == best.c.attendee_id)
        .outerjoin(Account, Account.id == Attendee.account_id)
        .order_by(best.c.strength.desc(), best.c.attendee_id.desc())
    )


@cache
def _names() -> AnySelect:
    some = bindparam("some", expanding=True, type_=Match.attendee_id.type)
    seen = _best(False, False, False).where(Match.attendee_id.in_(some)).subquery()
    return (
        select(seen.c.attendee_id, shown_name())
        .join(Attendee, Attendee.id == seen.c.attendee_id)
        .outerjoin(Account, Account.id == Attendee.account_id)
    )


@cache
def _count_unmet() -> AnySelect:
    some = _best(False, False, False).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(some)


@cache
def _count_met() -> AnySelect:
    some = (
        select(Match.attendee_id)
        .where(*_here(), Match.attendee_id.in_(met_attendees(VIEWER)), is_seen(False))
        .distinct()
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(some)


def _here() -> tuple[ColumnElement[bool], ...]:
    return Match.owner_id == VIEWER, Match.event_id == bindparam("event")


def _best(q: bool, network: bool, kind: bool) -> AnySelect:
    """Each person to meet once, at the place of their strongest tie that is shown."""
    dismissed = select(Dismissed.attendee_id).where(Dismissed.owner_id == VIEWER)
    return select(Match.attendee_id, Match.strength).where(
        *_here(),
        # A kind stands in the index, so that what is not of it costs no look at its row.
        *_narrow_ties(Match, network, kind),
        # Neither looks at the match, so that each is made once and not for every row.
        Match.attendee_id.not_in(met_attendees(VIEWER)),
        Match.attendee_id.not_in(dismissed),
        is_seen(q),
        _is_not_outdone(network, kind),
    )


def _is_not_outdone(network: bool, kind: bool) -> ColumnElement[bool]:
    """No other tie with the same person is stronger and shown."""
    better = aliased(Match)
    return (
        select(literal(1))
        .select_from(better)
        .join(Attendee, Attendee.id == better.attendee_id)
        .join(Handle, Handle.id == better.handle_id)
        .where(
            better.owner_id == Match.owner_id,
            better.attendee_id == Match.attendee_id,
            handle_shown(Handle, TO_BROWSERS),
            *_narrow_ties(better, network, kind),
            or_(
                better.strength > Match.strength,
                and_(
                    better.strength == Match.strength,
                    tuple_(better.tie_id, better.handle_id) < tuple_(Match.tie_id, Match.handle_id),
                ),
            ),
        )
        .limit(1)
        .correlate(Match)
        .scalar_subquery()
        .is_(None)
    )


def _narrow_ties(match: Any, network: bool, kind: bool) -> list[ColumnElement[bool]]:
    """A scalar subquery for the same reason as in ``is_seen``; kinds stand in the index."""
    conditions: list[ColumnElement[bool]] = []
    if kind:
        bits = match.kinds.op("&", return_type=Integer())(bindparam("kinds", type_=Integer()))
        conditions.append(bits != 0)
    if network:
        tie = aliased(Tie)
        of_network = select(literal(1)).where(
            tie.owner_id == match.owner_id,
            tie.id == match.tie_id,
            tie.network == bindparam("network"),
        )
        conditions.append(of_network.limit(1).correlate(match).scalar_subquery() == 1)
    return conditions
