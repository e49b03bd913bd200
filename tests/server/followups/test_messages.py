"""Writing to somebody: only where they let the owner reach them, and kept once it is done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from firsthand.accounts.models import Account, Circle
from firsthand.handles.networks import Network
from firsthand.ties.kinds import KindCount, TieKind
from tests.server.house import House, Person, tie

HX = {"HX-Request": "true"}


@pytest.fixture
def mira(house: House) -> Person:
    mira = house.person("Mira Andersen")
    ana = house.person("Ana Lima", "ana.lima@example.org")
    event = house.event(mira, timezone="UTC")
    house.attendee(event, mira)
    wearer = house.attendee(
        event, ana, handles=[("x", "@ana"), ("linkedin", "linkedin.com/in/ana")]
    )
    talked = KindCount(TieKind.REPLIED, 3, last_at=datetime(2026, 3, 1, tzinfo=UTC))
    house.ties(mira, tie("ana", talked, network=Network.X, stable_id="4711"))
    # Told by the badge: only that lets Mira see what Ana shows to people she meets.
    house.scan(mira, wearer, intents=["coffee"])
    return mira


def promised(mira: Person) -> dict[str, Any]:
    item: dict[str, Any] = mira.client.get("/api/v1/follow-ups").json()["items"][0]
    return item


def message_page(mira: Person, **headers: str) -> str:
    item = promised(mira)
    where = f"/people/{item['contact']['id']}/message?follow_up={item['id']}"
    answer = mira.client.get(where, headers=headers)
    assert answer.status_code == 200
    return answer.text


def test_the_words_recall_where_they_met_and_the_first_way_is_where_they_talked(
    mira: Person,
) -> None:
    page = message_page(mira)
    assert "Hello Ana, it was good to meet you at Recruiters by the Sea today." in page
    assert "recipient_id=4711" in page
    assert page.index("Message on X") < page.index("Message on LinkedIn")
    assert "you last talked there March 2026" in page


def test_the_list_gets_the_same_in_place(mira: Person) -> None:
    fragment = message_page(mira, **HX)
    assert fragment.strip().startswith("<section")
    assert f'id="message-{promised(mira)["id"]}"' in fragment


def test_an_address_is_offered_from_when_it_is_shared_until_it_is_not(
    mira: Person, house: House
) -> None:
    def share(circle: Circle) -> None:
        def change(session: Any) -> None:
            session.query(Account).filter_by(
                email="ana.lima@example.org"
            ).one().email_circle = circle

        house.db.write_now(change)

    assert "ana.lima@example.org" not in message_page(mira)
    share(Circle.MET)
    assert "mailto:ana.lima@example.org?subject=" in message_page(mira)
    share(Circle.NOBODY)
    assert "ana.lima@example.org" not in message_page(mira)


def test_words_of_the_owners_own_stand_in_the_links_without_a_script(mira: Person) -> None:
    item = promised(mira)
    page = mira.client.get(
        f"/people/{item['contact']['id']}/message", params={"words": 'Olá "Ana" & all'}
    ).text
    assert "text=Ol%C3%A1%20%22Ana%22%20%26%20all" in page
    assert "Olá &#34;Ana&#34; &amp; all</textarea>" in page
    long = mira.client.get(
        f"/people/{item['contact']['id']}/message", params={"words": "a" * 2_001}
    )
    assert long.status_code == 400


def test_done_by_a_message_stands_on_the_path_and_undo_takes_both_back(mira: Person) -> None:
    item = promised(mira)
    person = f"/api/v1/contacts/{item['contact']['id']}"
    row = mira.client.put(
        f"/follow-ups/{item['id']}/completion", data={"wrote": "yes"}, headers=HX
    ).text
    card = mira.client.get(person).json()
    assert card["stage"] == "followed-up"
    assert "message" in [moment["kind"] for moment in card["timeline"]]
    wrote = row.split('name="wrote" value="')[1][:36]
    mira.client.request(
        "DELETE", f"/follow-ups/{item['id']}/completion", data={"wrote": wrote}, headers=HX
    )
    card = mira.client.get(person).json()
    assert card["stage"] == "met"
    assert "message" not in [moment["kind"] for moment in card["timeline"]]
    assert promised(mira)["state"] == "open"


def test_written_and_to_be_asked_again_logs_the_message_and_waits(mira: Person) -> None:
    item = promised(mira)
    until = datetime.now(UTC).date() + timedelta(days=7)
    mira.client.put(
        f"/follow-ups/{item['id']}/snooze",
        data={"wrote": "yes", "until": until.isoformat()},
        headers=HX,
    )
    assert (promised(mira)["state"], promised(mira)["due"]) == ("snoozed", until.isoformat())
    card = mira.client.get(f"/api/v1/contacts/{item['contact']['id']}").json()
    assert "message" in [moment["kind"] for moment in card["timeline"]]


def test_nobody_writes_by_way_of_somebody_elses_card(mira: Person, house: House) -> None:
    item = promised(mira)
    stranger = house.person()
    for where in (
        f"/people/{item['contact']['id']}/message",
        f"/people/{item['contact']['id']}/message?follow_up={item['id']}",
    ):
        assert stranger.client.get(where).status_code == 404
