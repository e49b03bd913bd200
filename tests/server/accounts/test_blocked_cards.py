"""The card of somebody whom the owner blocks: in no list, and as it was once that is taken back."""

import re
from dataclasses import dataclass
from datetime import date

import pytest

from firsthand.followups.queries import count_open
from firsthand.followups.standing import where_it_stands
from tests.server.house import House, Person

NOTE = "Row number seven"
LISTS = (
    "/events/seaside",
    "/events/seaside/recap",
    "/people",
    "/people?q=seven",
    "/people?stage=met",
    "/people/where-it-stands",
    "/people/{other}",
    "/people/{other}/introduction",
    "/people/{other}/introduction?q=seven",
    "/people/{other}/same?q=seven",
    "/follow-ups",
    "/api/v1/contacts",
    "/api/v1/contacts?q=seven",
    "/api/v1/contacts?stage=met",
    "/api/v1/contacts.csv",
    "/api/v1/contacts.vcf",
    "/api/v1/meetings",
    "/api/v1/meetings?event=seaside",
    "/api/v1/follow-ups",
    "/api/v1/follow-ups?state=open",
    "/api/v1/follow-ups.ics",
    "/api/v1/me/offline",
)
# When a calendar or an offline copy was made.
_MADE_AT = re.compile(r"DTSTAMP:\w+")


@dataclass
class Pair:
    """Ana and Bob scanned each other at an event, where she met Cem as well."""

    house: House
    ana: Person
    bob: Person
    contact: str
    meeting: str
    other: str

    def ask(self, path: str) -> str:
        answer = self.ana.client.get(path.format(other=self.other))
        assert answer.status_code == 200, (path, answer.status_code)
        return _MADE_AT.sub("", answer.text)

    def block(self) -> None:
        assert self.ana.client.put(f"/people/{self.contact}/block").status_code == 303


@pytest.fixture
def pair(house: House) -> Pair:
    ana, bob = house.person("Ana"), house.person("Bob Blocked")
    event = house.event(house.person("Olga"), timezone="UTC")
    anas, bobs = house.attendee(event, ana), house.attendee(event, bob)
    scan = house.scan(ana, bobs, intents=["coffee"])
    other = house.scan(ana, house.attendee(event, "Cem"), intents=["call"])
    house.scan(bob, anas, intents=["coffee"])
    ana.client.patch(f"/people/{scan['contact']}", data={"note": NOTE})
    return Pair(house, ana, bob, scan["contact"], scan["meeting"], other["contact"])


def traces(pair: Pair) -> list[str]:
    ids = (pair.contact, pair.meeting, "Unknown", NOTE)
    return [f"{path}: {each}" for path in LISTS for each in ids if each in pair.ask(path)]


def test_who_is_blocked_is_in_no_list_of_who_blocks(pair: Pair) -> None:
    assert traces(pair)
    pair.block()
    assert traces(pair) == []


def test_no_number_counts_who_is_blocked(pair: Pair) -> None:
    assert numbers(pair) == (2, {"met": 2}, 2, 2)
    pair.block()
    assert numbers(pair) == (1, {"met": 1}, 1, 1)


def numbers(pair: Pair) -> tuple[int, dict[str, int], int, int]:
    """Open promises, people by stage, those late, and those long silent."""
    standing = pair.house.db.read_now(where_it_stands, pair.ana.id, date(2100, 1, 1))
    return (
        pair.house.db.read_now(count_open, pair.ana.id),
        {each.stage: each.count for each in standing.stages if each.count},
        standing.late,
        standing.silent,
    )


def test_the_page_of_who_is_blocked_has_the_way_back_and_the_note_alone(pair: Pair) -> None:
    pair.block()
    page = pair.ask(f"/people/{pair.contact}")
    assert "You have blocked this person." in page
    assert NOTE in page
    for more in ("/message", "/introduction", "/report", "/same", "/follow-ups", "/touchpoints"):
        assert f"/people/{pair.contact}{more}" not in page
    assert "Who is this?" not in page
    kept = pair.ana.client.patch(f"/people/{pair.contact}", data={"note": "Row eight"})
    assert kept.status_code == 303
    assert "Row eight" in pair.ask(f"/people/{pair.contact}")


def test_unblocked_on_their_page_everything_is_as_before(pair: Pair) -> None:
    paths = [path for path in LISTS if not path.endswith("/offline")]
    before = {path: pair.ask(path) for path in [*paths, f"/people/{pair.contact}"]}
    pair.block()
    taken_back = pair.ana.client.delete(f"/people/{pair.contact}/block")
    assert taken_back.status_code == 303
    assert {path: pair.ask(path) for path in before} == before


def test_a_card_joined_of_two_goes_and_comes_back_as_a_whole(pair: Pair) -> None:
    """The blocked account stands on the card that was joined to the other."""
    joined = pair.ana.client.post(f"/people/{pair.contact}/same", data={"other": pair.other})
    root = joined.headers["location"].rpartition("/")[2]
    pair.ana.client.put(f"/people/{root}/block")
    assert pair.ana.client.get("/api/v1/contacts").json()["items"] == []
    assert pair.ana.client.get("/api/v1/meetings").json()["items"] == []
    assert pair.ana.client.get("/api/v1/follow-ups").json()["items"] == []
    assert pair.ana.client.delete(f"/people/{root}/block").status_code == 303
    assert len(pair.ana.client.get("/api/v1/meetings").json()["items"]) == 2


def test_who_is_blocked_keeps_the_card_as_of_one_who_left(pair: Pair) -> None:
    """A card that went, or one that could be unblocked, would tell them."""
    [card] = pair.bob.client.get("/api/v1/contacts").json()["items"]
    pair.block()
    [left] = pair.bob.client.get("/api/v1/contacts").json()["items"]
    assert (left["id"], left["name"]) == (card["id"], "Unknown")
    assert len(pair.bob.client.get("/api/v1/meetings").json()["items"]) == 1
    assert len(pair.bob.client.get("/api/v1/follow-ups").json()["items"]) == 1
    page = pair.bob.client.get(f"/people/{card['id']}").text
    assert "blocked" not in page
    assert pair.bob.client.delete(f"/people/{card['id']}/block").status_code == 404
