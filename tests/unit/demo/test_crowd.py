import unicodedata

from firsthand.accounts.addresses import read_email, read_name
from firsthand.demo.crowd import invent_people
from firsthand.demo.names import AWKWARD, OTHER_SCRIPTS

PEOPLE = invent_people(300, 1)


def test_the_same_seed_invents_the_same_people() -> None:
    assert invent_people(300, 1) == PEOPLE
    assert invent_people(300, 2) != PEOPLE


def test_nobody_is_there_twice() -> None:
    assert len(PEOPLE) == 300
    for what in ("name", "email", "ticket"):
        assert len({getattr(person, what) for person in PEOPLE}) == 300
    handles = [(handle.network, handle.key) for person in PEOPLE for handle in person.handles]
    assert len(set(handles)) == len(handles)


def test_everybody_could_stand_on_an_organisers_list() -> None:
    for person in PEOPLE:
        assert read_name(person.name) == person.name
        assert read_email(person.email) == person.email
        assert 1 <= len(person.handles) <= 3


def test_the_handles_can_be_no_real_persons() -> None:
    for person in PEOPLE:
        for handle in person.handles:
            assert "demo" in handle.name or handle.name.endswith(".example")


def test_most_agreed_to_be_listed_and_some_did_not() -> None:
    listed = sum(person.listed for person in PEOPLE)
    assert 180 < listed < 240


def test_the_names_are_of_many_scripts() -> None:
    names = {person.name for person in PEOPLE}
    assert names.issuperset(name for name, _ in (*OTHER_SCRIPTS, *AWKWARD))
    scripts = {unicodedata.name(name[0]).split()[0] for name in names}
    assert scripts >= {"LATIN", "CJK", "HANGUL", "ARABIC", "HEBREW", "CYRILLIC", "GREEK"}
