"""An archive brought after the scan closes the online half of the ring; taking it back opens it."""

from datetime import UTC, datetime
from uuid import uuid4

from firsthand.contacts.queries import cards
from firsthand.handles.networks import Network
from firsthand.ties.importing import undo_import
from firsthand.ties.kinds import FoundList, TieKind
from tests.server.house import House, Person, tie


def scan_profile(who: Person) -> str:
    sent = {"id": str(uuid4()), "code": "https://x.com/fenna", "scanned_at": "2026-11-23T10:42:07Z"}
    answer = who.client.post("/api/v1/scans", json={"device": "phone", "scans": [sent]})
    contact: str = answer.json()["results"][0]["contact"]
    return contact


def has_tie(house: House, who: Person) -> bool:
    """Whether the list of people shows the ring's online half closed."""
    (card,) = house.db.read_now(cards, who.id, limit=10)
    return card.has_tie


def test_a_tie_brought_after_the_scan_closes_the_online_half_of_the_ring(house: House) -> None:
    ana = house.person()
    scan_profile(ana)
    assert not has_tie(house, ana)
    house.ties(ana, tie("fenna"))
    assert has_tie(house, ana)


def test_taking_the_import_back_opens_it_again(house: House) -> None:
    ana = house.person()
    scan_profile(ana)
    brought = house.ties(ana, tie("fenna"))
    house.db.write_now(undo_import, ana.id, brought)
    house.settle()
    assert not has_tie(house, ana)


def test_what_has_ended_alone_opens_it_too(house: House) -> None:
    ana = house.person()
    scan_profile(ana)
    house.ties(ana, tie("fenna"))
    newer = datetime(2030, 1, 1, tzinfo=UTC)
    house.ties(ana, tie("kerry"), lists=[FoundList(Network.X, TieKind.FOLLOWS)], made_at=newer)
    assert not has_tie(house, ana)
