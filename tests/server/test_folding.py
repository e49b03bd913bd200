"""Search finds people however their names are accented and cased, on both databases."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import String, bindparam, select

from firsthand.folding import fold, folded
from tests.server.house import House, Person, tie

NAMES = ["Zoë Ångström", "Jürgen Müller", "Łukasz Żak", "Søren Weiß", "山田太郎", "José 100%_Peña"]
FOUND = [
    ("Angstrom", "Zoë Ångström"),
    ("ÅNGSTRÖM", "Zoë Ångström"),
    ("A\u030angstro\u0308m", "Zoë Ångström"),
    ("muller", "Jürgen Müller"),
    ("lukasz zak", "Łukasz Żak"),
    ("soren weiss", "Søren Weiß"),
    ("田太", "山田太郎"),
    ("100%_p", "José 100%_Peña"),
]

ORGANISERS = "/organise/seaside/attendees"


@pytest.mark.parametrize(("typed", "name"), FOUND)
def test_every_list_is_searched_without_accents_and_case(
    house: House, typed: str, name: str
) -> None:
    ana = house.person("Ana Oliveira")
    event = house.event(ana)
    house.attendee(event, ana)
    for number, each in enumerate(NAMES):
        house.attendee(event, each, handles=[("x", f"handle{number}")])
    house.ties(ana, *(tie(f"handle{number}") for number in range(len(NAMES))))
    for path in (
        "/events/seaside/attendees",
        "/events/seaside/unmet",
        "/organise/seaside/attendees",
    ):
        assert _names(ana, path, typed) == {name}
    for each in NAMES:
        assert ana.client.post("/api/v1/meetings", json={"name": each}).is_success
    assert _names(ana, "/people", typed) == {name}


def _names(person: Person, path: str, typed: str) -> set[str]:
    page = person.client.get(path, params={"q": typed})
    assert page.status_code == 200
    return {name for name in NAMES if f"<bdi>{name}</bdi>" in page.text}


LATIN = st.text(st.characters(min_codepoint=1, max_codepoint=0x24F), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=LATIN)
def test_both_databases_fold_latin_letters_as_python_does(house: House, text: str) -> None:
    stmt = select(folded(bindparam("text", text, type_=String())))
    assert house.db.read_now(lambda session: session.scalar(stmt)) == fold(text)
