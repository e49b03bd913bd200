"""A report reaches the event's organiser, and nobody else."""

import asyncio
import json
import re
from dataclasses import dataclass

import pytest

from firsthand.events.models import Event
from firsthand.taking_out import export_everything
from tests.mailbox import Mailbox
from tests.server.house import House, Person, Wearer

WORDS = "He followed me to the car park."


@dataclass
class Fair:
    house: House
    event: Event
    olga: Person
    sam: Person
    ana: Person
    bob: Person
    bobs: Wearer
    anas: Wearer
    contact: str

    def report(self, **typed: str) -> None:
        answer = self.ana.client.post(
            f"/people/{self.contact}/report",
            data={"reason": "harassment", "words": WORDS, **typed},
        )
        assert answer.status_code == 200, answer.text


@pytest.fixture
def fair(house: House) -> Fair:
    olga, sam = house.person("Olga"), house.person("Sam")
    ana, bob = house.person("Ana"), house.person("Bob Bad")
    event = house.event(olga, timezone="UTC")
    olga.client.post("/organise/seaside/staff", data={"email": sam.email})
    anas, bobs = house.attendee(event, ana), house.attendee(event, bob)
    contact = house.scan(ana, bobs)["contact"]
    return Fair(house, event, olga, sam, ana, bob, bobs, anas, contact)


def report_id(fair: Fair) -> str:
    page = fair.olga.client.get("/organise/seaside/reports").text
    found = re.search(r'id="report-([0-9a-f-]+)"', page)
    assert found
    return found.group(1)


def test_the_organiser_reads_who_whom_why_and_the_words(fair: Fair) -> None:
    fair.report()
    page = fair.olga.client.get("/organise/seaside/reports").text
    for said in ("Bob Bad", "Ana", "Harassment or threats", WORDS):
        assert said in page
    assert re.search(r"Reports <strong[^>]*>1<", fair.olga.client.get("/organise/seaside").text)


def test_staff_does_not_read_it(fair: Fair) -> None:
    fair.report()
    assert fair.sam.client.get("/organise/seaside/reports").status_code == 403
    assert "/reports" not in fair.sam.client.get("/organise/seaside").text
    for method in ("PUT", "DELETE"):
        path = f"/organise/seaside/reports/{report_id(fair)}/completion"
        assert fair.sam.client.request(method, path).status_code == 403


def test_who_is_reported_never_learns_of_it(fair: Fair) -> None:
    fair.house.scan(fair.bob, fair.anas)
    pages = ("/events/seaside", "/people", "/me", "/me/blocks", "/events/seaside/attendees")
    before = [fair.bob.client.get(path).text for path in pages]
    fair.report()
    assert [fair.bob.client.get(path).text for path in pages] == before
    told = json.dumps(fair.house.db.read_now(export_everything, fair.bob.id), default=str)
    assert WORDS not in told
    assert "harassment" not in told


def test_who_reports_takes_it_along_and_away(fair: Fair) -> None:
    fair.report()
    told = fair.house.db.read_now(export_everything, fair.ana.id)
    assert [row["words"] for row in told["report"]] == [WORDS]
    fair.ana.client.request("DELETE", "/api/v1/me")
    assert WORDS not in fair.olga.client.get("/organise/seaside/reports").text


def test_it_is_dealt_with_and_opened_again(fair: Fair) -> None:
    fair.report()
    path = f"/organise/seaside/reports/{report_id(fair)}/completion"
    assert fair.olga.client.put(path).status_code == 303
    assert "dealt with" in fair.olga.client.get("/organise/seaside/reports").text
    assert not re.search(r"Reports <strong", fair.olga.client.get("/organise/seaside").text)
    assert fair.olga.client.delete(path).status_code == 303
    assert "dealt with" not in fair.olga.client.get("/organise/seaside/reports").text


def test_another_events_organiser_neither_reads_nor_changes_it(fair: Fair) -> None:
    fair.report()
    otto = fair.house.person("Otto")
    fair.house.event(otto, slug="lakeside", timezone="UTC")
    assert otto.client.get("/organise/seaside/reports").status_code == 404
    path = f"/organise/lakeside/reports/{report_id(fair)}/completion"
    assert otto.client.put(path).status_code == 404


def test_blocking_is_offered_and_done_with_it(fair: Fair) -> None:
    assert "Block them as well" in fair.ana.client.get(f"/people/{fair.contact}/report").text
    fair.report(block="yes")
    assert "Bob Bad" not in fair.ana.client.get("/people").text
    assert "Bob Bad" in fair.ana.client.get("/me/blocks").text
    assert "Bob Bad" in fair.olga.client.get("/organise/seaside/reports").text


def test_who_says_that_we_met_can_be_reported_too(fair: Fair) -> None:
    cleo = fair.house.person("Cleo")
    event = fair.house.event(fair.house.person("Otto"), slug="lakeside", timezone="UTC")
    wearer = fair.house.attendee(event, cleo)
    fair.house.attendee(event, fair.bob)
    meeting = fair.house.scan(fair.bob, wearer)["meeting"]
    path = f"/claims/{fair.bob.id}/{meeting}/report"
    assert path in cleo.client.get("/events/lakeside").text
    assert "Bob Bad" in cleo.client.get(path).text
    answer = cleo.client.post(path, data={"reason": "unwanted", "block": "yes"})
    assert answer.status_code == 200
    assert cleo.client.get(path).status_code == 404  # blocked: there is no such claim any more
    assert "Bob Bad" in cleo.client.get("/me/blocks").text


def test_who_is_listed_here_can_be_reported_and_blocked_without_having_met(fair: Fair) -> None:
    cleo = fair.house.person("Cleo")
    cleos = fair.house.attendee(fair.event, cleo)
    path = f"/attendees/{cleos.id}"
    assert f"{path}/report" in fair.ana.client.get("/events/seaside/attendees").text
    assert "Cleo" in fair.ana.client.get(f"{path}/report").text
    answer = fair.ana.client.post(f"{path}/report", data={"reason": "unwanted"})
    assert "The organiser has it" in answer.text
    assert "Cleo" in fair.olga.client.get("/organise/seaside/reports").text
    assert fair.ana.client.put(f"{path}/block").headers["location"] == "/me/blocks"
    assert "Cleo" in fair.ana.client.get("/me/blocks").text
    assert "Cleo" not in fair.ana.client.get("/events/seaside/attendees").text
    assert "Ana" not in cleo.client.get("/events/seaside/attendees").text
    assert fair.ana.client.get(f"{path}/report").status_code == 404


@pytest.mark.parametrize("who", ["not listed", "oneself", "elsewhere"])
def test_who_is_not_found_in_the_list_can_be_neither_reported_nor_blocked(
    fair: Fair, who: str
) -> None:
    lakeside = fair.house.event(fair.olga, slug="lakeside", timezone="UTC")
    wearer = {
        "not listed": lambda: fair.house.attendee(fair.event, "Cleo", listed=False),
        "oneself": lambda: fair.anas,
        "elsewhere": lambda: fair.house.attendee(lakeside, "Cleo"),
    }[who]()
    path = f"/attendees/{wearer.id}"
    assert fair.ana.client.get(f"{path}/report").status_code == 404
    assert fair.ana.client.post(f"{path}/report", data={"reason": "other"}).status_code == 404
    assert fair.ana.client.put(f"{path}/block").status_code == 404


def test_who_never_signed_up_cannot_be_blocked_and_is_still_reported(fair: Fair) -> None:
    wearer = fair.house.attendee(fair.event, "Cleo")
    path = f"/attendees/{wearer.id}"
    assert "block" not in fair.ana.client.get(f"{path}/report").text
    assert fair.ana.client.put(f"{path}/block").status_code == 409
    assert fair.ana.client.post(f"{path}/report", data={"reason": "other"}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "Choose one"),
        ({"reason": "because"}, "Choose one"),
        ({"words": "x" * 2001}, "too long"),
    ],
)
def test_what_cannot_be_a_report_is_told_and_nothing_is_kept(
    fair: Fair, typed: dict[str, str], said: str
) -> None:
    answer = fair.ana.client.post(
        f"/people/{fair.contact}/report",
        data={"reason": "other", "words": "kept words", "block": "yes", **typed},
    )
    assert answer.status_code == 400
    assert said in answer.text
    assert "Nobody has reported anything" in fair.olga.client.get("/organise/seaside/reports").text
    assert "Bob Bad" in fair.ana.client.get("/people").text


def test_only_somebody_at_an_event_of_ones_own_can_be_reported(fair: Fair) -> None:
    typed = fair.ana.client.post("/api/v1/meetings", json={"name": "A Name"}).json()
    path = f"/people/{typed['contact']['id']}/report"
    assert "no event where both of you are" in fair.ana.client.get(path).text
    assert fair.ana.client.post(path, data={"reason": "other"}).status_code == 400


def test_a_report_about_the_organiser_is_not_read_by_them(fair: Fair) -> None:
    event = fair.house.event(fair.bob, slug="bobs", timezone="UTC")
    bobs = fair.house.attendee(event, fair.bob)
    fair.house.attendee(event, fair.ana)
    contact = fair.house.scan(fair.ana, bobs)["contact"]
    answer = fair.ana.client.post(
        f"/people/{contact}/report", data={"reason": "other", "attendee": str(bobs.id)}
    )
    assert answer.status_code == 400
    assert "nobody else does" in answer.text


def test_the_organiser_is_told_by_mail_without_a_word_of_it(
    post_office: House, mailbox: Mailbox
) -> None:
    house = post_office
    olga, ana, bob = house.person("Olga"), house.person("Ana"), house.person("Bob Bad")
    event = house.event(olga, timezone="UTC")
    house.attendee(event, ana)
    contact = house.scan(ana, house.attendee(event, bob))["contact"]
    data = {"reason": "other", "words": WORDS}
    ana.client.post(f"/people/{contact}/report", data=data)
    for _ in range(2):
        asyncio.run(house.app.state.sender.send_what_is_due())
    (mail,) = mailbox.messages
    assert mail["To"] == olga.email
    text = mail.get_content()
    assert "/organise/seaside/reports" in text
    for word in (WORDS, "Bob", "Ana"):
        assert word not in text


def test_a_report_names_no_event_where_they_are_unlisted_and_did_not_meet(fair: Fair) -> None:
    event = fair.house.event(fair.olga, slug="hidden", name="A quiet retreat", timezone="UTC")
    fair.house.attendee(event, fair.ana)
    there = fair.house.attendee(event, fair.bob, listed=False)
    told = {"contact": fair.contact, "event": "hidden"}
    assert fair.ana.client.post("/api/v1/meetings", json=told).status_code == 201
    cleo = fair.house.person("Cleo")
    cleos = fair.house.attendee(fair.event, cleo)
    fair.house.attendee(event, cleo)
    meeting = fair.house.scan(fair.bob, cleos)["meeting"]
    of_card, of_claim = f"/people/{fair.contact}/report", f"/claims/{fair.bob.id}/{meeting}/report"
    for who, path in ((fair.ana, of_card), (cleo, of_claim)):
        page = who.client.get(path).text
        assert "Recruiters by the Sea" in page
        assert "A quiet retreat" not in page
    fair.house.scan(fair.ana, there)
    assert "A quiet retreat" in fair.ana.client.get(f"/people/{fair.contact}/report").text
