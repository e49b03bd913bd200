"""What a change of the profile leads to elsewhere, and who can make one."""

from uuid import UUID

import pytest
from sqlalchemy import select

from firsthand.accounts.profile import ProfileChange, change_profile
from firsthand.accounts.seeing import SHOWS_ANEW
from firsthand.db import new_id
from firsthand.outbox import OutboxEntry
from firsthand.problems import NotFound
from tests.server.house import House


def judged_anew(house: House) -> list[UUID]:
    """Of whom what stands on others' cards waits to be judged."""
    waiting = select(OutboxEntry.subject).where(OutboxEntry.topic == SHOWS_ANEW)
    return house.db.read_now(lambda session: list(session.scalars(waiting)))


def test_an_account_that_is_gone_cannot_be_changed(house: House) -> None:
    with pytest.raises(NotFound):
        house.db.write_now(change_profile, new_id(), ProfileChange(name="Nobody"))


def test_what_stands_on_cards_is_judged_anew_where_a_circle_was_turned(house: House) -> None:
    ana = house.person("Ana")
    same = {"email": "nobody", "headline": "browsing"}
    house.db.write_now(change_profile, ana.id, ProfileChange(circles=same))
    house.settle()
    for change in (ProfileChange(headline="Baker", circles=same), ProfileChange(company="Quay")):
        house.db.write_now(change_profile, ana.id, change)
        assert judged_anew(house) == []
    turned = ProfileChange(circles={**same, "email": "met"})
    house.db.write_now(change_profile, ana.id, turned)
    assert judged_anew(house) == [ana.id]
