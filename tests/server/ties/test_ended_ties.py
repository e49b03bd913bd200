"""A newer export that holds the whole list says who is not on it any more."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.handles.networks import Network
from firsthand.ties.facts import count_ended_by, facts_of_ties
from firsthand.ties.importing import undo_import
from firsthand.ties.kinds import FoundList, KindCount, TieKind
from firsthand.ties.models import Match, Tie
from tests.server.house import House, Person, tie

FOLLOWS = FoundList(Network.X, TieKind.FOLLOWS)
REPLIED = KindCount(TieKind.REPLIED, 3)


def day(number: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)


def ended(house: House, owner: Person) -> dict[str, datetime | None]:
    """By when the owner had stopped following each of those whom they ever followed."""

    def read(session: Session) -> dict[str, datetime | None]:
        ties = session.execute(select(Tie.id, Tie.name).where(Tie.owner_id == owner.id)).all()
        facts = facts_of_ties(session, owner.id, [tie_id for tie_id, _ in ties])
        return {
            name: kind.ended_at
            for tie_id, name in ties
            for kind in facts.get(tie_id, ())
            if name and kind.kind == TieKind.FOLLOWS
        }

    return house.db.read_now(read)


def test_whoever_a_newer_whole_list_lacks_is_followed_no_more(house: House) -> None:
    ana = house.person()
    house.ties(ana, tie("ben"), tie("cem"), lists=[FOLLOWS], made_at=day(1))
    house.ties(ana, tie("ben"), lists=[FOLLOWS], made_at=day(9))
    assert ended(house, ana) == {"ben": None, "cem": day(9)}


def test_an_export_without_the_whole_list_ends_nothing(house: House) -> None:
    ana = house.person()
    house.ties(ana, tie("ben"), tie("cem"), lists=[FOLLOWS], made_at=day(1))
    house.ties(ana, tie("ben"), made_at=day(9))
    assert ended(house, ana) == {"ben": None, "cem": None}


def test_an_older_whole_list_brought_later_ends_nothing_that_began_since(house: House) -> None:
    ana = house.person()
    house.ties(ana, tie("ben"), tie("cem"), lists=[FOLLOWS], made_at=day(9))
    house.ties(ana, tie("ben"), lists=[FOLLOWS], made_at=day(1))
    assert ended(house, ana) == {"ben": None, "cem": None}


def test_taking_the_newer_export_back_lets_its_ended_ties_live_again(house: House) -> None:
    ana = house.person()
    house.ties(ana, tie("cem"), lists=[FOLLOWS], made_at=day(1))
    newer = house.ties(ana, tie("ben"), lists=[FOLLOWS], made_at=day(9))
    house.db.write_now(undo_import, ana.id, newer)
    house.settle()
    assert ended(house, ana) == {"cem": None}


def test_nobody_is_suggested_for_what_has_ended_alone(house: House) -> None:
    ana = house.person()
    event = house.event(ana)
    house.attendee(event, "Ben Carter", handles=[("x", "@ben")])
    cem = house.attendee(event, "Cem Demir", handles=[("x", "@cem")])
    house.ties(ana, tie("ben"), tie("cem", KindCount(TieKind.FOLLOWS, 1), REPLIED), made_at=day(1))
    house.ties(ana, tie("dora"), lists=[FOLLOWS], made_at=day(9))
    matched = house.db.read_now(lambda session: session.scalars(select(Match.attendee_id)).all())
    assert matched == [cem.id]


def test_the_card_tells_that_it_has_ended(house: House) -> None:
    ana = house.person()
    event = house.event(ana)
    ben = house.attendee(event, "Ben Carter", handles=[("x", "@ben")])
    house.ties(ana, tie("ben"), made_at=day(1))
    contact = house.scan(ana, ben)["contact"]
    house.ties(ana, tie("cem"), lists=[FOLLOWS], made_at=day(9))
    assert "You no longer followed them on X" in ana.client.get(f"/people/{contact}").text


def told_of(owner: Person, import_id: UUID) -> str:
    page = owner.client.get(f"/import/{import_id}").text
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_an_import_tells_how_many_an_earlier_export_had_and_it_has_not(house: House) -> None:
    ana, other = house.person(), house.person("Other")
    house.ties(other, tie("gus"), lists=[FOLLOWS], made_at=day(1))
    first = house.ties(
        ana,
        tie("ben"),
        tie("cem"),
        tie("dora"),
        tie("eve", REPLIED),
        made_at=day(1),
        lists=[FOLLOWS],
    )
    second = house.ties(ana, tie("ben"), lists=[FOLLOWS], made_at=day(9))
    third = house.ties(ana, tie("fay"), lists=[FOLLOWS], made_at=day(12))
    said = "whom an earlier export listed"
    assert said not in told_of(ana, first)
    assert "2 people whom an earlier export listed are not in this one" in told_of(ana, second)
    assert "1 person whom an earlier export listed is not in this one" in told_of(ana, third)
    # Undone, the one before is what tells.
    house.db.write_now(undo_import, ana.id, second)
    house.settle()
    assert said not in told_of(ana, second)
    assert "3 people" in told_of(ana, third)


def test_an_import_without_a_whole_list_tells_of_nobody_missing(house: House) -> None:
    ana = house.person()
    house.ties(ana, tie("ben"), tie("cem"), lists=[FOLLOWS], made_at=day(1))
    assert "earlier export listed" not in told_of(ana, house.ties(ana, tie("ben"), made_at=day(9)))


@dataclass(frozen=True)
class Export:
    day: int
    names: frozenset[str]
    whole: bool


EXPORTS = st.lists(
    st.builds(
        Export,
        day=st.integers(1, 30),
        names=st.frozensets(st.sampled_from(["ben", "cem", "dora"])),
        whole=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda export: export.day,
)


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(exports=EXPORTS)
def test_in_whatever_order_exports_come_the_days_they_tell_of_decide(
    house: House, exports: list[Export]
) -> None:
    ana = house.person()
    imports = {}
    for export in exports:
        lists = [FOLLOWS] if export.whole else []
        imports[day(export.day)] = house.ties(
            ana, *map(tie, sorted(export.names)), lists=lists, made_at=day(export.day)
        )
    expected = {}
    for name in {name for export in exports for name in export.names}:
        last = max(export.day for export in exports if name in export.names)
        later = [export.day for export in exports if export.whole and export.day > last]
        expected[name] = day(min(later)) if later else None
    assert ended(house, ana) == expected
    for made_at, import_id in imports.items():
        count = house.db.read_now(count_ended_by, ana.id, import_id)
        assert count == list(expected.values()).count(made_at)
