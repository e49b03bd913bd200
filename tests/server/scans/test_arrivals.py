"""An attendee has arrived when they said so or their badge was scanned by anybody today."""

from datetime import datetime, timedelta
from uuid import uuid4

from firsthand.db import now
from firsthand.scans.arrivals import has_arrived
from tests.server.house import House, Person, Wearer


def arrived(house: House, who: Person, moment: datetime | None = None) -> bool:
    return house.db.read_now(has_arrived, who.id, "seaside", moment or now())


def seaside(house: House) -> tuple[Person, Person, Wearer]:
    """Ana, and Bela with a badge, at an event that goes on."""
    ana, bela = house.person("Ana Oliveira"), house.person("Bela Lima")
    event = house.event(ana)
    house.attendee(event, ana)
    return ana, bela, house.attendee(event, bela)


def test_who_was_scanned_today_is_here_and_is_not_asked(house: House) -> None:
    ana, bela, badge = seaside(house)
    assert not arrived(house, bela)
    assert "I am here" in bela.client.get("/events/seaside").text
    house.scan(ana, badge, scanned_at=now().isoformat())
    assert arrived(house, bela)
    assert "I am here" not in bela.client.get("/events/seaside").text
    assert "You are here today" in bela.client.get("/me").text


def test_who_scans_has_not_shown_a_badge(house: House) -> None:
    ana, _, badge = seaside(house)
    house.scan(ana, badge, scanned_at=now().isoformat())
    assert not arrived(house, ana)


def test_a_scan_that_was_taken_back_counts_no_more(house: House) -> None:
    ana, bela, badge = seaside(house)
    scan = str(uuid4())
    house.scan(ana, badge, id=scan, scanned_at=now().isoformat())
    assert ana.client.put(f"/api/v1/scans/{scan}/retraction").is_success
    assert not arrived(house, bela)


def test_yesterdays_scan_is_not_todays_arrival(house: House) -> None:
    ana, bela, badge = seaside(house)
    house.scan(ana, badge, scanned_at=now().isoformat())
    assert not arrived(house, bela, now() + timedelta(days=1))


def test_a_meeting_that_was_only_typed_is_no_arrival(house: House) -> None:
    ana, bela, badge = seaside(house)
    typed = {"attendee": str(badge.id), "event": "seaside"}
    assert ana.client.post("/api/v1/meetings", json=typed).is_success
    assert not arrived(house, bela)
