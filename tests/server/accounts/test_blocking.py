"""Who is blocked, and who blocks: neither is there for the other, and nothing tells why."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update

from firsthand.attendees.models import Attendee
from tests.server.house import House, Person, Wearer, tie


@dataclass
class Pair:
    """Bea and Abel, who met and know each other online; Carl knows both and met both."""

    house: House
    abel: Person
    bea: Person
    carl: Person
    abels_badge: Wearer
    beas_badge: Wearer
    contact: str


@pytest.fixture
def pair(house: House) -> Pair:
    abel, bea, carl = house.person("Abel"), house.person("Bea Blocker"), house.person("Carl")
    event = house.event(house.person("Olga"), timezone="UTC")
    abels = house.attendee(event, abel, handles=[("x", "@abel")])
    beas = house.attendee(event, bea, handles=[("x", "@bea_b")])
    house.attendee(event, carl)
    bea.client.patch(
        "/api/v1/me", json={"phone": "+44 1 234", "phone_circle": "met", "email_circle": "met"}
    )
    house.ties(abel, tie("bea_b"))
    house.ties(bea, tie("abel"))
    contact = house.scan(abel, beas)["contact"]
    house.scan(bea, abels)
    return Pair(house, abel, bea, carl, abels, beas, contact)


def card_of(who: Person, other: str) -> str:
    items = who.client.get("/api/v1/contacts").json()["items"]
    found: str = next(item["id"] for item in items if item["name"] == other)
    return found


def block(pair: Pair) -> None:
    answer = pair.bea.client.put(f"/people/{card_of(pair.bea, 'Abel')}/block")
    assert answer.status_code == 303


PAGES = (
    "/events/seaside",
    "/events/seaside/attendees",
    "/events/seaside/attendees?q=bea",
    "/events/seaside/unmet",
    "/events/seaside/recap",
    "/people",
    "/people?q=bea",
    "/people/where-it-stands",
    "/people/{contact}",
    "/people/{contact}/message",
    "/people/{contact}/introduction",
    "/people/{contact}/same",
    "/follow-ups",
    "/me",
    "/me/blocks",
    "/introductions",
    "/api/v1/events/seaside/attendees",
    "/api/v1/events/seaside/unmet",
    "/api/v1/contacts",
    "/api/v1/contacts/{contact}",
    "/api/v1/contacts.csv",
    "/api/v1/contacts.vcf",
    "/api/v1/meetings",
    "/api/v1/follow-ups",
    "/api/v1/follow-ups.ics",
    "/api/v1/me/offline",
    "/api/v1/me/export",
)
# What only Bea's account says: her name, handle, number and address.
OF_BEA = ("Bea Blocker", "@bea_b", "+44 1 234")


def test_no_page_and_no_call_shows_the_one_who_blocked(pair: Pair) -> None:
    words = (*OF_BEA, pair.bea.email)
    before = {path: read(pair, path) for path in PAGES}
    assert any(word in text for text in before.values() for word in words)
    block(pair)
    told = [
        f"{path}: {word}"
        for path in PAGES
        for word in words
        if word in read(pair, path) and not (path == "/api/v1/me/export" and word == "@bea_b")
    ]
    assert told == []


def read(pair: Pair, path: str) -> str:
    answer = pair.abel.client.get(path.format(contact=pair.contact))
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def test_nor_the_one_blocked_to_who_blocked_but_for_the_list_of_blocks(pair: Pair) -> None:
    contact = card_of(pair.bea, "Abel")
    block(pair)
    for path in PAGES:
        text = pair.bea.client.get(path.format(contact=contact)).text
        if path not in {"/me/blocks", "/api/v1/me/export"}:
            assert "Abel" not in text, path
    assert "Abel" in pair.bea.client.get("/me/blocks").text


def test_a_card_of_who_blocked_is_as_one_of_who_left(pair: Pair) -> None:
    """The very answers that Abel gets of Bea who blocked him, and of Dora who is not there."""
    dora = pair.house.person("Dora")
    event = pair.house.event(pair.house.person("Otto"), slug="lakeside", timezone="UTC")
    pair.house.attendee(event, pair.abel)
    place = pair.house.attendee(event, dora)
    of_dora = pair.house.scan(pair.abel, place)["contact"]
    pair.house.scan(dora, pair.abels_badge)
    block(pair)
    # By the join link, so that her place goes with her.
    joined = update(Attendee).where(Attendee.id == place.id).values(joined=True)
    pair.house.db.write_now(lambda session: session.execute(joined))
    dora.client.request("DELETE", "/api/v1/me")
    blocked, left = (shown(pair, contact) for contact in (pair.contact, of_dora))
    assert blocked == left


def test_nor_does_an_export_tell_who_blocked(pair: Pair) -> None:
    """Of who left by whose own link they came, no place and no account is left to be told."""
    attendee = pair.abel.client.get("/api/v1/me/export").json()["contact"][0]["attendee_id"]
    pair.abel.client.put(f"/events/seaside/unmet/{attendee}/dismissal")
    before = pair.abel.client.get("/api/v1/me/export")
    assert str(pair.bea.id) in before.text
    block(pair)
    after = pair.abel.client.get("/api/v1/me/export")
    assert str(pair.bea.id) not in after.text
    assert attendee not in after.text.replace(str(after.json().get("match")), "")
    [card] = after.json()["contact"]
    assert (card["account_id"], card["attendee_id"]) == (None, None)
    assert after.json()["contact_attendee"] == []
    pair.bea.client.delete(f"/me/blocks/{pair.abel.id}")
    again = pair.abel.client.get("/api/v1/me/export").json()
    for table in ("contact", "contact_attendee", "dismissed"):
        assert again[table] == before.json()[table]


def shown(pair: Pair, contact: str) -> tuple[Any, ...]:
    card = pair.abel.client.get(f"/api/v1/contacts/{contact}").json()
    meetings = pair.abel.client.get("/api/v1/meetings").json()["items"]
    page = pair.abel.client.get(f"/people/{contact}").text
    return (
        card["name"],
        card["headline"],
        card["company"],
        card["handles"],
        [m["confirmed"] for m in meetings if m["contact"]["id"] == contact],
        f"/people/{contact}/block" in page,
        f"/people/{contact}/report" in page,
    )


def test_the_badge_of_who_blocked_leads_nowhere(pair: Pair) -> None:
    unknown = pair.abel.client.get(f"/b/{'0' * len(pair.beas_badge.token)}")
    block(pair)
    page = pair.abel.client.get(f"/b/{pair.beas_badge.token}")
    assert page.status_code == unknown.status_code == 404
    assert page.text.replace(pair.beas_badge.token, "") == unknown.text.replace(
        "0" * len(pair.beas_badge.token), ""
    )
    scanned = pair.house.scan(pair.abel, pair.beas_badge)
    never = pair.house.scan(pair.abel, pair.beas_badge, code="http://127.0.0.1:8000/b/" + "0" * 26)
    assert scanned["outcome"] == never["outcome"] == "invalid"
    assert scanned["problem"] == never["problem"]
    short = pair.house.scan(pair.abel, pair.beas_badge, code=pair.beas_badge.short_code)
    assert short["outcome"] == "invalid"


def test_an_introduction_of_the_two_tells_no_address_and_no_block(pair: Pair) -> None:
    """As of two of whom one has left: the links stay, and nobody agrees any more."""
    carl = pair.carl
    one = pair.house.scan(carl, pair.abels_badge)["contact"]
    other = pair.house.scan(carl, pair.beas_badge)["contact"]
    made = carl.client.post("/introductions", data={"one": one, "other": other, "why": "Both row"})
    page = carl.client.get(made.headers["location"]).text
    links = sorted({"/i/" + part.partition('"')[0][:60] for part in page.split("/i/")[1:]})
    tokens = {link.partition("&")[0].partition("<")[0].split()[0] for link in links}
    of_abel, of_bea = sorted(
        tokens, key=lambda link: "Bea" not in pair.house.client().get(link).text
    )
    for who, link in ((pair.abel, of_abel), (pair.bea, of_bea)):
        data = {"answer": "yes", "address": f"{who.name}@private.example"}
        assert who.client.put(f"{link}/answer", data=data).status_code == 303
    assert "Bea Blocker@private.example" in pair.abel.client.get(of_abel).text
    block(pair)
    for link in tokens:
        for client in (pair.abel.client, carl.client, pair.house.client()):
            shown = client.get(link)
            assert shown.status_code == 200
            assert "Bea Blocker@private.example" not in shown.text
    assert carl.client.get(made.headers["location"]).status_code == 200


def test_an_introduction_by_who_is_blocked_is_as_one_of_who_left(pair: Pair) -> None:
    """Abel introduces Bea, and opens the link that he was given for her."""
    dora = pair.house.attendee(pair.house.event(pair.abel, slug="lakeside"), "Dora")
    other = pair.house.scan(pair.abel, dora)["contact"]
    data = {"one": pair.contact, "other": other, "why": "Both row"}
    made = pair.abel.client.post("/introductions", data=data).headers["location"]
    links = re.findall(r'data-copy="http://[^/]+(/i/[^"]+)"', pair.abel.client.get(made).text)
    yes = {"answer": "yes", "address": "bea@private.example"}
    assert pair.bea.client.put(f"{links[0]}/answer", data=yes).status_code == 303
    assert "Has agreed." in pair.abel.client.get(made).text
    block(pair)
    assert "Has agreed." not in pair.abel.client.get(made).text
    assert [pair.abel.client.get(link).status_code for link in links] == [200, 200]


def test_a_block_can_be_taken_back_and_all_is_as_it_was(pair: Pair) -> None:
    before = pair.abel.client.get(f"/api/v1/contacts/{pair.contact}").json()
    block(pair)
    taken_back = pair.bea.client.delete(f"/me/blocks/{pair.abel.id}")
    assert taken_back.status_code == 303
    assert pair.abel.client.get(f"/api/v1/contacts/{pair.contact}").json() == before
    assert pair.bea.client.delete(f"/me/blocks/{pair.abel.id}").status_code == 404


def test_nobody_takes_back_the_block_of_another(pair: Pair) -> None:
    block(pair)
    assert pair.abel.client.delete(f"/me/blocks/{pair.bea.id}").status_code == 404
    assert pair.abel.client.delete(f"/me/blocks/{pair.abel.id}").status_code == 404
    assert "Bea" not in pair.abel.client.get("/people").text


def test_who_is_blocked_already_is_not_told_by_blocking_back(pair: Pair) -> None:
    """As with a card of who is not there: there is nobody to block."""
    block(pair)
    assert pair.abel.client.put(f"/people/{pair.contact}/block").status_code == 409


def test_a_no_can_be_taken_back(pair: Pair) -> None:
    meeting = pair.house.scan(pair.carl, pair.abels_badge)["meeting"]
    path = f"/claims/{pair.carl.id}/{meeting}/dismissal"
    pair.abel.client.put(path)
    assert "Carl" in pair.abel.client.get("/me/blocks").text
    assert "says you met" not in pair.abel.client.get("/events/seaside").text
    assert pair.abel.client.delete(path).status_code == 303
    assert "Carl" not in pair.abel.client.get("/me/blocks").text
    assert "says you met" in pair.abel.client.get("/events/seaside").text
    assert pair.abel.client.delete(path).status_code == 404


def test_a_yes_can_be_taken_back(pair: Pair) -> None:
    meeting = pair.house.scan(pair.carl, pair.abels_badge)["meeting"]
    pair.abel.client.put(f"/claims/{pair.carl.id}/{meeting}/confirmation")
    mine = next(
        each
        for each in pair.abel.client.get("/api/v1/meetings").json()["items"]
        if each["contact"]["name"] == "Carl"
    )
    contact = mine["contact"]["id"]
    pair.abel.client.put(f"/people/{contact}/meetings/{mine['id']}/retraction")
    assert "Carl" not in pair.abel.client.get("/api/v1/meetings").text
    theirs = pair.carl.client.get("/api/v1/meetings").json()["items"]
    assert [each["confirmed"] for each in theirs] == [False]
