"""What an import says counts when it is done, not before, and not after it was taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.db import now
from firsthand.handles.networks import Network
from firsthand.problems import Conflict
from firsthand.ties.facts import facts_of_ties
from firsthand.ties.filling import write_blocks, write_ties
from firsthand.ties.importing import (
    RESTARTED,
    ImportEnded,
    fail_import,
    fail_silent_imports,
    finish_import,
    import_of,
    start_import,
    undo_import,
)
from firsthand.ties.kinds import (
    FoundBlock,
    FoundOwner,
    FoundTie,
    KindCount,
    Summary,
    TieKind,
)
from firsthand.ties.models import Import, Match, Tie
from tests.server.house import House, Person

MARCH = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


def found(
    name: str | None,
    stable_id: str | None = None,
    count: int = 1,
    aliases: Sequence[str] = (),
    kind: TieKind = TieKind.REPLIED,
) -> FoundTie:
    return FoundTie(
        Network.X, name, stable_id, [KindCount(kind, count, MARCH, MARCH)], list(aliases)
    )


@dataclass
class Archive:
    """An import of one owner, written step by step."""

    house: House
    owner: Person
    id: UUID

    def write(self, *ties: FoundTie) -> "Archive":
        self.house.db.write_now(write_ties, self.owner.id, self.id, ties)
        return self

    def finish(self, owner: FoundOwner | None = None) -> "Archive":
        summary = Summary("x", 0, 0)
        self.house.db.write_now(finish_import, self.owner.id, self.id, summary, [], owner)
        self.house.settle()
        return self

    @property
    def counts(self) -> tuple[int, int, int]:
        row = self.house.db.read_now(import_of, self.owner.id, self.id)
        return row.added, row.updated, row.unchanged


def archive(house: House, owner: Person) -> Archive:
    return Archive(house, owner, house.db.write_now(start_import, owner.id, "archive.zip"))


def effective(house: House, owner: Person) -> dict[Any, Any]:
    """Everything that counts: who, what, how much, and with whom it matches."""

    def look(session: Session) -> dict[Any, Any]:
        ties = session.scalars(select(Tie).where(Tie.owner_id == owner.id)).all()
        facts = facts_of_ties(session, owner.id, {tie.id for tie in ties})
        matches = session.execute(
            select(Match.tie_id, Match.attendee_id).where(Match.owner_id == owner.id)
        ).all()
        return {
            (tie.network, tie.key, tie.stable_id): (
                sorted(facts[tie.id], key=lambda kind: kind.kind),
                round(tie.strength, 9),
                sorted(attendee for tie_id, attendee in matches if tie_id == tie.id),
            )
            for tie in ties
            if tie.id in facts
        }

    return house.db.read_now(look)


def here(house: House, who: Person) -> list[str]:
    answer = who.client.get("/api/v1/events/seaside/unmet")
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana Oliveira")


def test_nothing_of_a_running_import_is_seen(house: House, ana: Person) -> None:
    event = house.event(ana)
    house.attendee(event, ana)
    house.attendee(event, "Fenna Wouters", handles=[("x", "fenna")])
    archive(house, ana).write(found("bob", "7", count=3)).finish()
    before = effective(house, ana)

    running = archive(house, ana).write(found("fenna", "9"), found("bobby", "7", count=8))
    house.settle()

    assert effective(house, ana) == before
    assert here(house, ana) == []
    running.finish()
    assert here(house, ana) == ["Fenna Wouters"]
    assert ("x", "bobby", "7") in effective(house, ana)


def test_a_failed_import_leaves_all_as_it_was(house: House, ana: Person) -> None:
    archive(house, ana).write(found("bob", "7", count=3)).finish()
    before = effective(house, ana)
    broken = archive(house, ana).write(found("fenna", "9"), found("bobby", "7", count=8))
    house.db.write_now(write_blocks, ana.id, broken.id, [FoundBlock(Network.X, "7")])

    house.db.write_now(fail_import, ana.id, broken.id, "It was cut off.")
    house.settle()

    assert effective(house, ana) == before
    ties = house.db.read_now(lambda s: s.scalars(select(Tie.stable_id)).all())
    assert ties == ["7"]
    row = house.db.read_now(import_of, ana.id, broken.id)
    assert (row.state, row.added, row.problems[0]["what"]) == ("failed", 0, "It was cut off.")


def test_a_failed_import_never_comes_back_to_life(house: House, ana: Person) -> None:
    given_up = archive(house, ana).write(found("fenna"))
    house.db.write_now(fail_import, ana.id, given_up.id, "It was cut off.")

    with pytest.raises(ImportEnded):
        given_up.write(found("bob"))
    with pytest.raises(ImportEnded):
        given_up.finish()


def test_the_same_archive_again_changes_nothing(house: House, ana: Person) -> None:
    ties = [found("fenna", "9", count=4), found("bob"), found(None, "11")]
    first = archive(house, ana).write(*ties).finish()
    before = effective(house, ana)

    second = archive(house, ana).write(*ties).finish()

    assert (first.counts, second.counts) == ((3, 0, 0), (0, 0, 3))
    assert effective(house, ana) == before


def test_a_newer_archive_updates_and_an_older_one_takes_nothing_away(
    house: House, ana: Person
) -> None:
    archive(house, ana).write(found("fenna", "9", count=4), found("bob", "7")).finish()
    newer = archive(house, ana).write(found("fenna", "9", count=6), found("bob", "7")).finish()
    older = archive(house, ana).write(found("fenna", "9", count=1)).finish()

    assert (newer.counts, older.counts) == ((0, 1, 1), (0, 0, 1))
    ((fact,), *_) = effective(house, ana)["x", "fenna", "9"]
    assert fact.count == 6


def test_an_undone_import_counts_no_longer(house: House, ana: Person) -> None:
    event = house.event(ana)
    house.attendee(event, ana)
    house.attendee(event, "Fenna Wouters", handles=[("x", "fenna")])
    archive(house, ana).write(found("bob", "7")).finish()
    before = effective(house, ana)
    second = archive(house, ana).write(found("fenna", "9"), found("bob", "7", count=9)).finish()
    assert here(house, ana) == ["Fenna Wouters"]

    house.db.write_now(undo_import, ana.id, second.id)
    assert ("x", "fenna", "9") not in effective(house, ana)
    house.settle()

    assert effective(house, ana) == before
    assert here(house, ana) == []


def test_a_running_import_cannot_be_undone(house: House, ana: Person) -> None:
    running = archive(house, ana)

    with pytest.raises(Conflict):
        house.db.write_now(undo_import, ana.id, running.id)


def test_somebody_renamed_stays_the_same_person(house: House, ana: Person) -> None:
    archive(house, ana).write(found("fenna", "9", count=2)).finish()
    renamed = archive(house, ana).write(found("fenna_w", "9", count=2)).finish()

    assert renamed.counts == (0, 1, 0)
    assert list(effective(house, ana)) == [("x", "fenna_w", "9")]


def test_a_name_that_was_given_up_is_somebody_elses_now(house: House, ana: Person) -> None:
    archive(house, ana).write(found("fenna", "9")).finish()
    archive(house, ana).write(found("fenna_w", "9"), found("fenna", "10")).finish()

    assert set(effective(house, ana)) == {("x", "fenna_w", "9"), ("x", "fenna", "10")}


def test_a_name_and_an_old_name_find_their_id_later(house: House, ana: Person) -> None:
    archive(house, ana).write(found("fenna"), found("bob")).finish()
    later = archive(house, ana)
    later.write(found("Fenna", "9"), found("robert", "7", aliases=["Bob"])).finish()

    assert later.counts == (0, 2, 0)
    assert set(effective(house, ana)) == {("x", "fenna", "9"), ("x", "robert", "7")}


def test_an_id_without_a_name_matches_once_that_person_brings_their_archive(
    house: House, ana: Person
) -> None:
    fenna = house.person("Fenna Wouters")
    event = house.event(ana)
    house.attendee(event, ana)
    house.attendee(event, fenna, handles=[("x", "fenna")])
    archive(house, ana).write(found(None, "9")).finish()
    assert here(house, ana) == []

    archive(house, fenna).finish(FoundOwner(Network.X, "Fenna", "9"))

    assert here(house, ana) == ["Fenna Wouters"]


def test_a_handle_whose_id_turns_out_to_be_another_matches_no_longer(
    house: House, ana: Person
) -> None:
    fenna = house.person("Fenna Wouters")
    event = house.event(ana)
    house.attendee(event, ana)
    house.attendee(event, fenna, handles=[("x", "fenna")])
    archive(house, ana).write(found("fenna", "8")).finish()
    assert here(house, ana) == ["Fenna Wouters"]

    archive(house, fenna).finish(FoundOwner(Network.X, "fenna", "9"))

    assert here(house, ana) == []


@pytest.mark.parametrize("tie", [found("fenna", "9"), found("fenna")])
@pytest.mark.parametrize(
    "block", [FoundBlock(Network.X, "9"), FoundBlock(Network.X, name="@Fenna")], ids=["id", "name"]
)
def test_somebody_blocked_there_is_never_suggested(
    house: House, ana: Person, tie: FoundTie, block: FoundBlock
) -> None:
    fenna = house.person("Fenna Wouters")
    event = house.event(ana)
    house.attendee(event, ana)
    house.attendee(event, fenna, handles=[("x", "fenna")])
    archive(house, fenna).finish(FoundOwner(Network.X, "fenna", "9"))
    brought = archive(house, ana).write(tie)
    house.db.write_now(write_blocks, ana.id, brought.id, [block])

    brought.finish()

    assert here(house, ana) == []


def test_an_import_whose_server_died_fails_and_says_so(house: House, ana: Person) -> None:
    silent = archive(house, ana).write(found("fenna"))
    alive = archive(house, ana)

    def an_hour_ago(session: Session) -> None:
        session.execute(
            update(Import).where(Import.id == silent.id).values(heard_at=now() - timedelta(hours=1))
        )

    house.db.write_now(an_hour_ago)
    house.db.write_now(fail_silent_imports)
    house.settle()

    states = {row.id: row for row in house.db.read_now(lambda s: s.scalars(select(Import)).all())}
    assert states[silent.id].state == "failed"
    assert states[silent.id].problems[0]["what"] == RESTARTED
    assert states[alive.id].state == "running"
    assert effective(house, ana) == {}


def test_an_account_with_ties_can_leave_while_it_imports(house: House, ana: Person) -> None:
    running = archive(house, ana).write(found("fenna"))
    assert ana.client.delete("/api/v1/me").status_code < 300

    with pytest.raises(ImportEnded):
        running.finish()


_names = st.sampled_from(["ana", "Ana", "bob", "cy", "dee", None])
_ids = st.sampled_from(["1", "2", "3", "4", None])
_kinds = st.lists(
    st.builds(
        KindCount,
        st.sampled_from([TieKind.FOLLOWS, TieKind.REPLIED]),
        st.integers(1, 9),
        st.just(MARCH) | st.none(),
        st.just(MARCH + timedelta(days=1)) | st.none(),
    ),
    min_size=1,
    max_size=3,
)


def _as_parsers_give_them(people: list[FoundTie]) -> list[FoundTie]:
    """Nobody without id and name; each id, and each name of now, once."""
    ids, names, kept = set[str](), set[str](), list[FoundTie]()
    for each in people:
        name = (each.name or "").lower()
        if (name or each.stable_id) and not ({name} & names or {each.stable_id} & ids):
            ids.update(filter(None, [each.stable_id]))
            names.update(filter(None, [name]))
            kept.append(each)
    return kept


_people = st.lists(
    st.builds(FoundTie, st.just(Network.X), _names, _ids, _kinds, st.lists(_names.filter(bool))),
    max_size=8,
).map(_as_parsers_give_them)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    earlier=_people,
    people=_people,
    cuts=st.lists(st.integers(1, 8), max_size=4),
    again=st.booleans(),
)
def test_how_an_import_is_cut_into_batches_or_repeated_makes_no_difference(
    house: House, earlier: list[FoundTie], people: list[FoundTie], cuts: list[int], again: bool
) -> None:
    outcomes = []
    for batches in ([people], _split(people, cuts)):
        owner = house.person()
        archive(house, owner).write(*earlier).finish()
        brought = archive(house, owner)
        for batch in batches:
            brought.write(*batch)
        if again and batches:
            brought.write(*batches[-1])
        outcomes.append(effective(house, brought.finish().owner))

    assert outcomes[0] == outcomes[1]


def _split(people: list[FoundTie], cuts: list[int]) -> list[list[FoundTie]]:
    batches, start = [], 0
    for length in cuts:
        batches.append(people[start : start + length])
        start += length
    return [*batches, people[start:]]
