"""What a phone may take along of who is at the event."""

from typing import Any

from tests.server.house import House, Person, tie


def test_the_copy_has_those_listed_and_no_token_or_short_code(house: House) -> None:
    ana = house.person()
    event = house.event(ana)
    house.attendee(event, ana)
    fenna = house.attendee(event, "Fenna Wouters", company="Harbour Labs")
    hidden = house.attendee(event, "Kim Hidden", listed=False)

    answer = ana.client.get("/api/v1/me/offline")
    people = {person["name"]: person for person in answer.json()["people"]}

    assert answer.json()["event"] == "seaside"
    assert set(people) == {"Ana Oliveira", "Fenna Wouters"}
    assert len(people["Fenna Wouters"]["badges"][0]) == 32
    for secret in (fenna.token, fenna.short_code, hidden.token, "Kim Hidden"):
        assert secret not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_an_unchanged_copy_is_not_sent_again(house: House) -> None:
    ana = house.person()
    event = house.event(ana)
    house.attendee(event, ana)
    tag = ana.client.get("/api/v1/me/offline").headers["etag"]

    again = ana.client.get("/api/v1/me/offline", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    house.attendee(event, "Fenna Wouters")
    changed = ana.client.get("/api/v1/me/offline", headers={"If-None-Match": tag})
    assert changed.status_code == 200


def test_every_answer_says_whose_it_is(house: House) -> None:
    ana = house.person()

    assert ana.client.get("/me").headers["firsthand-account"] == ana.id.hex
    assert ana.client.get("/api/v1/me/offline").headers["firsthand-account"] == ana.id.hex
    assert house.client().get("/").headers["firsthand-account"] == "none"
    assert house.client().get("/api/v1/me/offline").headers["firsthand-account"] == "none"
    # Nobody was asked who it is: the phone keeps what it has.
    assert "firsthand-account" not in ana.client.get("/nothing-here").headers
    assert ana.client.delete("/session").headers["firsthand-account"] == "none"


def test_a_shared_badge_address_opens_the_badges_page(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana))

    answer = ana.client.get("/share", params={"text": f"see {fenna.code}"})
    assert answer.headers["location"] == f"/b/{fenna.token}"


def test_the_copy_says_what_the_viewer_shares_with_somebody(house: House) -> None:
    ana, ben = house.person(), house.person("Ben Carter")
    event = house.event(ana)
    for person in (ana, ben):
        house.attendee(event, person)
    house.attendee(event, "Fenna Wouters", handles=[("x", "@fenna")])
    house.ties(ana, tie("fenna"))

    def fenna(person: Person) -> dict[str, Any]:
        people = person.client.get("/api/v1/me/offline").json()["people"]
        found: dict[str, Any] = next(each for each in people if each["name"] == "Fenna Wouters")
        return found

    assert fenna(ana)["shared"] == ["You follow them on X"]
    assert fenna(ana)["initials"] == "FW"
    assert fenna(ben)["shared"] == []
