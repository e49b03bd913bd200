"""Whoever holds a badge asks for its wearer's removal: the address decides, else the organiser."""

import re

from firsthand.organising.inviting import ask_removal
from firsthand.organising.removal_links import removal_key
from tests.server.house import House
from tests.server.organising.conftest import Fair
from tests.server.organising.test_invitations import TOM, inland, sent
from tests.statements import statements


def test_a_request_by_a_badge_reads_of_its_own_address_alone(fair: Fair) -> None:
    """Whoever is signed out may ask for it, of an event with any number of people."""
    path = f"/b/{fair.token('Priya Nair')}/removal"
    with statements() as said:
        fair.house.client().post(path)
    read = [each for each in said if re.search(r"FROM (invitation|attendee)\b", each)]
    assert read
    for each in read:
        assert re.search(r"(address_hash|attendee\.id|token) (=|IN) ", each), each


def test_the_badges_page_answers_the_same_whoever_wears_it(fair: Fair) -> None:
    zoe = fair.house.person("Zoe")
    worn = [fair.token("Priya Nair"), fair.token("Una Old")]
    worn.append(fair.house.attendee(fair.event, zoe).token)
    answers = [fair.house.client().post(f"/b/{token}/removal") for token in worn]
    assert {answer.status_code for answer in answers} == {200}
    texts = {
        re.sub("|".join(worn), "TOKEN", re.sub(r'nonce="[^"]*"', "", answer.text))
        for answer in answers
    }
    assert len(texts) == 1
    unknown = fair.house.client().post(f"/b/{'0' * 26}/removal")
    assert unknown.status_code == fair.house.client().get(f"/b/{'0' * 26}").status_code == 404


def test_the_badges_page_sends_the_one_mail_to_the_listed_address(fair: Fair) -> None:
    for _ in range(3):
        fair.house.client().post(f"/b/{fair.token('Tom Ray')}/removal")
    fair.send()
    (text,) = fair.mails_to("tom@example.org")
    assert "Somebody who holds a badge of yours" in text
    # Two more asked after the mail was queued: the organiser sees that once.
    assert fair.requests() == 1
    fair.house.client().post(fair.link("tom@example.org"))
    assert "Tom Ray" not in fair.names()
    assert fair.requests() == 0


def test_without_an_address_the_organiser_decides(fair: Fair) -> None:
    fair.house.client().post(f"/b/{fair.token('Una Old')}/removal")
    page = fair.olga.client.get("/organise/seaside/reports").text
    assert "Una Old" in page
    wearer = re.search(r"/organise/seaside/removals/([0-9a-f-]+)", page)
    assert wearer
    kept = fair.olga.client.delete(f"/organise/seaside/removals/{wearer.group(1)}")
    assert kept.status_code == 303
    assert "Una Old" in fair.names()
    fair.house.client().post(f"/b/{fair.token('Una Old')}/removal")
    gone = fair.olga.client.put(f"/organise/seaside/removals/{wearer.group(1)}")
    assert gone.status_code == 303
    assert "Una Old" not in fair.names()
    # Her name is all that the list says of her, and all that she shares with nobody.
    report = fair.bring("name,email,ticket\nUna Old,,\nUma New,,\nUlf New,,U-1\n")
    assert report.removed == 1
    assert {"Uma New", "Ulf New"} <= fair.names()


def test_where_no_mail_can_be_sent_the_organiser_decides_as_well(house: House) -> None:
    olga = house.person("Olga")
    event = house.event(olga, timezone="UTC")
    wearer = house.attendee(event, "Ada", email="ada@example.org")
    house.client().post(f"/b/{wearer.token}/removal")
    assert "Ada" in olga.client.get("/organise/seaside/reports").text
    assert olga.client.post("/organise/seaside/invitations").status_code == 409


def test_with_the_organiser_gone_a_badges_request_waits_for_who_helps(fair: Fair) -> None:
    helper = fair.house.person("Helper")
    fair.olga.client.post("/organise/seaside/staff", data={"email": helper.email})
    fair.olga.client.request("DELETE", "/api/v1/me")
    fair.house.client().post(f"/b/{fair.token('Tom Ray')}/removal")
    assert fair.requests() == 1


def test_the_organiser_is_not_asked_while_the_address_can_decide(fair: Fair) -> None:
    fair.house.client().post(f"/b/{fair.token('Tom Ray')}/removal")
    fair.send()
    assert len(fair.mails_to(TOM)) == 1
    assert fair.requests() == 0


def test_the_organiser_is_asked_where_another_event_had_the_years_mail(fair: Fair) -> None:
    otto = fair.house.person("Otto")
    inland(fair, otto, Tom=TOM)
    assert sent(fair, otto, "inland") == 1
    fair.house.client().post(f"/b/{fair.token('Tom Ray')}/removal")
    fair.send()
    assert len(fair.mails_to(TOM)) == 1
    assert fair.requests() == 1


def test_nobody_asks_for_who_has_chosen_here_or_by_what_is_no_badge(fair: Fair) -> None:
    zoe = fair.house.person("Zoe")
    worn = fair.house.attendee(fair.event, zoe)
    zoe.client.put("/me/events/seaside/listing", data={"listed": "yes"})
    assert fair.house.client().post(f"/b/{worn.token}/removal").status_code == 200
    key = removal_key(fair.house.settings.code_secret)
    # As if it had been revoked while it was asked.
    fair.house.db.write_now(ask_removal, key, "0" * 26, can_mail=True)
    assert fair.requests() == 0
