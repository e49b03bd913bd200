"""What is judged are the owner's own rows, though somebody else's have the very same ids."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact, ContactMerge
from firsthand.db import new_id
from firsthand.ties.models import Tie
from tests.server.followups.test_judged_joins import ADDRESS, Scene
from tests.server.house import House, tie


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


def test_ids_that_somebody_else_has_too_lead_to_nothing_of_theirs_and_take_nothing(
    scene: Scene,
) -> None:
    """Eve's cards have the ids of Ana's, the other way round under each other; so have her ties."""
    other = UUID(scene.typed(note="Somebody else"))
    scene.house.ties(scene.ana, tie("owl"), tie("wren"))
    child = scene.typed(email=ADDRESS)
    scene.join(child, scene.contact)
    scene.show_to("browsing", scene.bea)
    eve, hers = scene.house.person("Eve"), UUID(scene.contact)

    def of_ana(session: Session) -> dict[str | None, Tie]:
        mine = select(Tie).where(Tie.owner_id == scene.ana.id)
        return {each.name: each for each in session.scalars(mine)}

    def copy(session: Session) -> None:
        ties = of_ana(session)
        ties["wren"].contact_id = other
        for one, root in ((hers, other), (other, hers), (UUID(child), hers)):
            session.add(Contact(owner_id=eve.id, id=one, root_id=root))
        session.flush()
        for each in ties.values():
            session.add(Tie(owner_id=eve.id, id=each.id, network="x", key="lark", contact_id=hers))
        session.add(
            ContactMerge(
                owner_id=eve.id,
                child_id=UUID(child),
                parent_id=hers,
                evidence="handle",
                detail="x:lark",
            )
        )

    def standing(session: Session) -> tuple[dict[str | None, UUID | None], set[UUID | None]]:
        theirs = session.scalars(select(Tie.contact_id).where(Tie.owner_id == eve.id))
        return {name: each.contact_id for name, each in of_ana(session).items()}, set(theirs)

    scene.house.db.write_now(copy)
    scene.change(circles={"headline": "nobody"})
    before = {"owl": hers, "wren": other}
    assert scene.house.db.read_now(standing) == (before, {hers})
    scene.show_to("nobody", scene.bea)
    assert scene.house.db.read_now(standing) == ({**before, "owl": None}, {hers})
    scene.show_to("browsing", scene.bea)
    assert scene.house.db.read_now(standing) == (before, {hers})
    assert scene.reasons(eve) == {("handle", "x:lark")}
    assert scene.reasons() == {("email", ADDRESS)}


def test_a_tie_taken_off_is_not_taken_off_the_card_of_who_has_one_of_that_id(
    scene: Scene,
) -> None:
    scene.house.ties(scene.ana, tie("owl"))
    scene.show_to("browsing", scene.bea)
    eve, its_card = scene.house.person("Eve"), new_id()

    def copy(session: Session) -> None:
        (mine,) = session.scalars(select(Tie)).all()
        session.add(Contact(owner_id=eve.id, id=its_card, root_id=its_card))
        session.flush()
        session.add(Tie(owner_id=eve.id, id=mine.id, network="x", key="lark", contact_id=its_card))

    scene.house.db.write_now(copy)
    scene.show_to("nobody", scene.bea)
    ties = select(Tie.owner_id, Tie.contact_id)
    on_cards = scene.house.db.read_now(lambda session: session.execute(ties).all())
    assert {tuple(row) for row in on_cards} == {(scene.ana.id, None), (eve.id, its_card)}
