"""Pages of the list against a brute-force model: no gaps, no repeats, the strongest first."""

from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from firsthand.accounts.models import Circle
from firsthand.attendees.models import Attendee
from firsthand.db import new_id
from firsthand.handles.models import Handle
from firsthand.ties.matching import AFTER_ALL, BEFORE_ALL, match_ties
from firsthand.ties.models import Dismissed, Match, Tie
from firsthand.unmet.queries import count_unmet, unmet
from firsthand.unmet.reasons import UnmetFilter
from tests.server.house import House

NETWORKS = ("x", "github")
# One person: listed, dismissed, and for each network a handle's circle (or none) with a tie's
# strength (0: the tie counts for nothing). Few strengths, so that many are equal.
PERSON = st.tuples(
    st.booleans(),
    st.sampled_from([False, False, True]),
    st.tuples(
        *(
            st.tuples(
                st.sampled_from([None, Circle.BROWSING, Circle.BROWSING, Circle.MET]),
                st.sampled_from([0.0, 1.5, 1.5, 2.25]),
            )
            for _ in NETWORKS
        )
    ),
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    people=st.lists(PERSON, max_size=12), size=st.integers(1, 5), network=st.sampled_from(["", "x"])
)
def test_pages_are_those_of_the_model(
    house: House, people: list[Any], size: int, network: str
) -> None:
    viewer, event_id = _scene(house)

    def build(session: Session) -> list[UUID]:
        for model in (Match, Dismissed, Handle, Tie):
            session.execute(delete(model))
        session.execute(delete(Attendee).where(Attendee.account_id.is_(None)))
        return [_add(session, viewer, event_id, each) for each in people]

    ids = house.db.write_now(build)
    house.db.write_now(match_ties, viewer, BEFORE_ALL, AFTER_ALL)
    narrowed = UnmetFilter(network=network)
    expected = _model(ids, people, network)

    shown: list[tuple[float, UUID]] = []
    after = None
    while page := house.db.read_now(unmet, viewer, event_id, narrowed, size, after):
        shown += [(person.strength, person.attendee) for person in page]
        after = shown[-1]
    assert shown == expected
    if not network:
        assert house.db.read_now(count_unmet, viewer, event_id) == len(expected)


def _model(ids: list[UUID], people: list[Any], network: str) -> list[tuple[float, UUID]]:
    found = []
    for of, (listed, dismissed, handles) in zip(ids, people, strict=True):
        strengths = [
            strength
            for name, (circle, strength) in zip(NETWORKS, handles, strict=True)
            if circle == Circle.BROWSING and strength > 0 and network in {"", name}
        ]
        if listed and not dismissed and strengths:
            found.append((max(strengths), of))
    return sorted(found, reverse=True)


def _scene(house: House) -> tuple[UUID, UUID]:
    known = getattr(house, "_paging_scene", None)
    if known is None:
        mira = house.person("Mira")
        event = house.event(mira)
        house.attendee(event, mira)
        known = (mira.id, event.id)
        house._paging_scene = known  # type: ignore[attr-defined]  # one scene for all examples
    return known


def _add(session: Session, viewer: UUID, event_id: UUID, person: Any) -> UUID:
    listed, dismissed, handles = person
    of = new_id()
    session.execute(insert(Attendee).values(id=of, event_id=event_id, name=str(of), listed=listed))
    for network, (circle, strength) in zip(NETWORKS, handles, strict=True):
        if circle is None:
            continue
        name = of.hex
        session.execute(
            insert(Handle).values(
                id=new_id(), attendee_id=of, network=network, name=name, key=name, circle=circle
            )
        )
        session.execute(
            insert(Tie).values(
                owner_id=viewer, id=new_id(), network=network, key=name, strength=strength
            )
        )
    if dismissed:
        session.execute(insert(Dismissed).values(owner_id=viewer, attendee_id=of))
    return of
