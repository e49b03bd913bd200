"""What was said of somebody on the list can be taken back where it was said."""

import re
from typing import Any

import pytest

from firsthand.handles.networks import Network
from tests.server.house import House, Person, Wearer, tie

HTMX = {"HX-Request": "true"}
LIST = "/events/seaside/unmet"


def at_the_sea(house: House) -> tuple[Person, list[Wearer]]:
    """Ana, who knows Ben, Cem and Dia online."""
    ana = house.person("Ana Oliveira")
    event = house.event(ana)
    house.attendee(event, ana)
    known = [
        house.attendee(event, name, handles=[("x", name.lower())]) for name in ("Ben", "Cem", "Dia")
    ]
    house.ties(ana, *(tie(name, network=Network.X) for name in ("ben", "cem", "dia")))
    return ana, known


def say(person: Person, path: str, wearers: list[Wearer], **headers: str) -> Any:
    form = {"attendee": [str(each.id) for each in wearers]}
    return person.client.put(path, data=form, headers={**HTMX, **headers})


def names(person: Person) -> set[str]:
    page = person.client.get(LIST).text
    return {name for name in ("Ben", "Cem", "Dia") if f"<bdi>{name}</bdi>" in page}


def undo_of(fragment: str, wearer: Wearer) -> str:
    found = re.search(rf'hx-delete="([^"]*{wearer.id}[^"]*)"', fragment)
    assert found, fragment
    return found[1]


def test_met_already_is_undone_in_the_place_of_the_row(house: House) -> None:
    ana, (ben, *_) = at_the_sea(house)
    noted = say(ana, f"{LIST}/known-before", [ben])
    assert names(ana) == {"Cem", "Dia"}
    assert "Noted: you have met <bdi>Ben</bdi> already." in noted.text
    assert "hx-swap-oob" not in noted.text
    again = ana.client.delete(undo_of(noted.text, ben), headers=HTMX)
    assert again.status_code == 200
    assert f'id="attendee-{ben.id}"' in again.text
    assert "<html" not in again.text
    assert "Cem" not in again.text
    assert names(ana) == {"Ben", "Cem", "Dia"}


def test_who_was_met_is_said_with_the_way_to_their_card(house: House) -> None:
    ana, (ben, *_) = at_the_sea(house)
    told = ana.client.put(f"{LIST}/{ben.id}/meeting", data={"intents": "coffee"}, headers=HTMX)
    assert "You met <bdi>Ben</bdi>." in told.text
    card = re.search(r'href="(/people/[^"]+)"', told.text)
    assert card
    assert "Ben" in ana.client.get(card[1]).text


def test_who_is_of_no_interest_is_named(house: House) -> None:
    ana, (ben, *_) = at_the_sea(house)
    told = ana.client.put(f"{LIST}/{ben.id}/dismissal", headers=HTMX)
    assert "<bdi>Ben</bdi> will not be suggested again." in told.text


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_with_nobody_ticked_it_says_what_is_missing(house: House, headers: dict[str, str]) -> None:
    ana, _ = at_the_sea(house)
    unmet = ana.client.put(f"{LIST}/known-before", data={}, headers=headers)
    due = ana.client.patch("/follow-ups", data={"change": "done"}, headers=headers)
    for told in (unmet, due):
        assert told.status_code == 400
        assert "Tick somebody first." in told.text


def test_each_of_several_marked_at_once_is_undone_by_itself(house: House) -> None:
    ana, (ben, cem, _) = at_the_sea(house)
    noted = say(ana, f"{LIST}/known-before", [ben, cem], **{"HX-Trigger": "known-before"})
    assert noted.text.count('hx-swap-oob="true"') == 2
    assert names(ana) == {"Dia"}
    ana.client.delete(undo_of(noted.text, cem), headers=HTMX)
    assert names(ana) == {"Cem", "Dia"}


def test_without_htmx_the_undo_leads_back_to_the_list(house: House) -> None:
    ana, (ben, *_) = at_the_sea(house)
    noted = say(ana, f"{LIST}/known-before", [ben])
    back = ana.client.post(undo_of(noted.text, ben), data={"_method": "DELETE"})
    assert (back.status_code, back.headers["location"]) == (303, LIST)


def test_not_interested_is_undone_in_place_too(house: House) -> None:
    ana, (ben, *_) = at_the_sea(house)
    gone = ana.client.put(f"{LIST}/{ben.id}/dismissal", headers=HTMX)
    again = ana.client.delete(undo_of(gone.text, ben), headers=HTMX)
    assert f'id="attendee-{ben.id}"' in again.text


def test_who_runs_an_event_finds_it_in_the_bar(house: House) -> None:
    ana, _ = at_the_sea(house)
    link = '<a href="/organise"'
    assert link in ana.client.get("/people").text.partition("</nav>")[0]
    other = house.person("Bela Lima")
    assert link not in other.client.get("/people").text.partition("</nav>")[0]
