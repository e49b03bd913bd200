"""What exports say of people names and suggests; it ties nobody."""

from sqlalchemy import func, select

from firsthand.db import Base
from firsthand.handles.networks import Network
from firsthand.ties.importing import undo_import
from firsthand.ties.kinds import FoundHandle, FoundPerson
from firsthand.ties.models import ImportPerson, ImportPersonMark, Tie
from firsthand.ties.people_known import KnownPerson, people_named, people_with_marks
from tests.server.house import House, Person, tie

FENNA = FoundPerson(
    "Fenna Wouters",
    company="Harbour Labs",
    emails=["fenna@example.org"],
    handles=[FoundHandle(Network.LINKEDIN, "fenna-w")],
)
FRIEND = FoundPerson("Åsa Öberg")


def with_mark(house: House, owner: Person, kind: str, key: str) -> list[KnownPerson]:
    return house.db.read_now(people_with_marks, owner.id, [(kind, key)])


def rows(house: House, model: type[Base]) -> int:
    count = select(func.count()).select_from(model)
    return house.db.read_now(lambda session: session.scalar(count)) or 0


def test_a_human_is_known_by_handle_and_by_address(house: House) -> None:
    ana = house.person()
    house.ties(ana, people=[FENNA, FRIEND])
    (by_handle,) = with_mark(house, ana, "linkedin", "fenna-w")
    assert [by_handle] == with_mark(house, ana, "email", "fenna@example.org")
    assert (by_handle.name, by_handle.company) == ("Fenna Wouters", "Harbour Labs")
    assert by_handle.emails == ["fenna@example.org"]
    assert by_handle.handles == [("linkedin", "fenna-w")]


def test_a_name_is_found_however_it_is_written_and_is_no_tie(house: House) -> None:
    ana = house.person()
    house.ties(ana, people=[FRIEND])
    (found,) = house.db.read_now(people_named, ana.id, "ASA OBERG")
    assert found.name == "Åsa Öberg"
    assert house.db.read_now(people_named, ana.id, " ") == []
    assert rows(house, Tie) == 0


def test_nobody_else_sees_whom_an_export_names(house: House) -> None:
    ana, ben = house.person(), house.person("Ben Carter", "ben@example.org")
    house.ties(ana, people=[FENNA])
    assert with_mark(house, ben, "linkedin", "fenna-w") == []
    assert house.db.read_now(people_named, ben.id, "Fenna Wouters") == []


def test_the_newest_export_comes_first_and_an_undone_one_leaves_nobody(house: House) -> None:
    ana = house.person()
    older = house.ties(ana, people=[FENNA])
    newer = house.ties(ana, tie("kerry"), people=[FoundPerson("Fenna Wouters", company="Quay")])
    companies = [each.company for each in house.db.read_now(people_named, ana.id, FENNA.name)]
    assert companies == ["Quay", "Harbour Labs"]
    for import_id in (older, newer):
        house.db.write_now(undo_import, ana.id, import_id)
    assert house.db.read_now(people_named, ana.id, FENNA.name) == []
    house.settle()
    assert rows(house, ImportPerson) == rows(house, ImportPersonMark) == 0
