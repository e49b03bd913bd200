"""What a block takes off the cards of both, it gives back to both; and one block is of one."""

import pytest
from sqlalchemy import select

from firsthand.accounts.blocking import block, blocks_of, unblock
from firsthand.problems import NotFound
from firsthand.ties.models import Tie
from tests.server.house import House, Person, tie


def with_ties_on_cards(house: House) -> set[object]:
    owners = select(Tie.owner_id).where(Tie.contact_id.is_not(None))
    return house.db.read_now(lambda session: set(session.scalars(owners)))


def blocked(house: House, who: Person) -> list[object]:
    return [each.account_id for each in house.db.read_now(blocks_of, who.id)]


def test_ties_leave_the_cards_of_both_with_a_block_and_are_there_again_without(
    house: House,
) -> None:
    abel, bea = house.person("Abel"), house.person("Bea")
    event = house.event(house.person("Olga"), timezone="UTC")
    abels = house.attendee(event, abel, handles=[("x", "@abel")])
    beas = house.attendee(event, bea, handles=[("x", "@bea")])
    house.ties(abel, tie("bea"))
    house.ties(bea, tie("abel"))
    house.scan(abel, beas)
    house.scan(bea, abels)
    house.settle()
    assert with_ties_on_cards(house) == {abel.id, bea.id}
    house.db.write_now(block, abel.id, bea.id)
    house.settle()
    assert with_ties_on_cards(house) == set()
    house.db.write_now(unblock, abel.id, bea.id)
    house.settle()
    assert with_ties_on_cards(house) == {abel.id, bea.id}


def test_one_block_is_taken_back_and_the_others_stay(house: House) -> None:
    ana, ben, cas = (house.person(name) for name in ("Ana", "Ben", "Cas"))
    for owner, other in ((ana, ben), (ana, cas), (cas, ben)):
        house.db.write_now(block, owner.id, other.id)
    house.db.write_now(unblock, ana.id, ben.id)
    assert (blocked(house, ana), blocked(house, cas)) == ([cas.id], [ben.id])
    assert blocked(house, ben) == []
    with pytest.raises(NotFound):
        house.db.write_now(unblock, ana.id, ben.id)
    assert (blocked(house, ana), blocked(house, cas)) == ([cas.id], [ben.id])


def test_blocks_of_and_by_others_are_nothing_between_two(house: House) -> None:
    ana, ben, cas, dan = (house.person(name) for name in ("Ana", "Ben", "Cas", "Dan"))
    event = house.event(house.person("Olga"), timezone="UTC")
    house.attendee(event, ana)
    house.scan(ana, house.attendee(event, ben, handles=[("x", "@ben_b")]))

    def shown() -> tuple[str, list[str]]:
        (card,) = ana.client.get("/api/v1/contacts").json()["items"]
        return card["name"], [each["name"] for each in card["handles"]]

    for owner, other in ((ana, dan), (ben, dan), (cas, ana), (cas, ben)):
        house.db.write_now(block, owner.id, other.id)
        assert shown() == ("Ben", ["ben_b"])
    house.db.write_now(block, ben.id, ana.id)
    assert shown() == ("Unknown", [])
