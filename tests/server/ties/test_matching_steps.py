"""Matching in steps, each a transaction of its own, gives the same as all at once."""

from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.handles.networks import Network
from firsthand.ties import matching
from firsthand.ties.filling import write_ties
from firsthand.ties.importing import finish_import, start_import
from firsthand.ties.kinds import FoundTie, KindCount, Summary, TieKind
from firsthand.ties.matching import match_account, match_event
from firsthand.ties.models import Match
from tests.server.house import House, Person


def brings(house: House, owner: Person, *names: str) -> None:
    found = [FoundTie(Network.X, name, None, [KindCount(TieKind.REPLIED, 1)]) for name in names]
    import_id = house.db.write_now(start_import, owner.id, "archive.zip")
    house.db.write_now(write_ties, owner.id, import_id, found)
    house.db.write_now(finish_import, owner.id, import_id, Summary("x", 0, 0), [], None)
    house.settle()


def matches(session: Session) -> set[tuple[UUID, UUID]]:
    return {(owner, of) for owner, of in session.execute(select(Match.owner_id, Match.attendee_id))}


def test_an_event_is_matched_in_steps_from_wherever_it_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners = [house.person() for _ in range(3)]
    event = house.event(owners[0])
    for name in "abcde":
        house.attendee(event, f"Guest {name}", handles=[("x", name)])
    for owner, names in zip(owners, ("ab", "bcd", "e"), strict=True):
        brings(house, owner, *names)
    expected = house.db.read_now(matches)
    assert len(expected) == 6
    house.db.write_now(lambda session: session.execute(delete(Match)) and None)

    monkeypatch.setattr(matching, "ATTENDEES_A_STEP", 2)
    position: str | None = ""
    steps = 0
    while position is not None:
        # The one before is repeated, as after a death between its commit and the answer.
        house.db.write_now(match_event, event.id, position)
        position = house.db.write_now(match_event, event.id, position)
        steps += 1

    assert steps >= 3
    assert house.db.read_now(matches) == expected


def test_an_account_is_matched_in_steps_and_nobody_keeps_what_is_no_longer_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners = [house.person() for _ in range(5)]
    ana = house.person("Ana Lima")
    event = house.event(owners[0])
    house.attendee(event, ana, handles=[("x", "ana")])
    for owner in owners:
        brings(house, owner, "ana")
    expected = house.db.read_now(matches)
    assert {owner for owner, _ in expected} == {owner.id for owner in owners}

    monkeypatch.setattr(matching, "OWNERS_A_STEP", 2)
    position: str | None = ""
    steps = 0
    while position is not None:
        position = house.db.write_now(match_account, ana.id, position)
        steps += 1

    assert steps == 3
    assert house.db.read_now(matches) == expected
