"""A badge is scanned at the moment at which its wearer claims the place."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from firsthand.attendees.membership import claim_by_email
from firsthand.contacts.models import Contact
from firsthand.meetings.queries import claims_about
from tests.server.house import House

_SECONDS = 20


def driver_url(house: House) -> str:
    return house.settings.database_url.replace("postgresql+psycopg://", "postgresql://")


def until(watcher: psycopg.Connection[Any], asked: str) -> None:
    for _ in range(_SECONDS * 20):
        if watcher.execute(asked).fetchone() == (True,):
            return
        watcher.execute("SELECT pg_sleep(0.05)")
    raise TimeoutError(asked)


# SQLite has one writer: nothing happens meanwhile.
@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_whoever_claims_meanwhile_is_told_of_the_scan(house: House) -> None:
    abel, bea = house.person("Abel"), house.person("Bea", "bea@example.org")
    event = house.event(house.person("Olga"), timezone="UTC")
    house.attendee(event, abel)
    wearer = house.attendee(event, "B. List", email=bea.email)

    def claim() -> None:
        house.db.write_now(claim_by_email, bea.id)
        house.settle()

    with (
        ThreadPoolExecutor(2) as both,
        psycopg.connect(driver_url(house)) as holding,
        psycopg.connect(driver_url(house), autocommit=True) as watcher,
    ):
        # The scan has looked up the badge, and waits to make a card.
        holding.execute("LOCK TABLE contact IN SHARE MODE")
        uploading = both.submit(house.scan, abel, wearer)
        waiting = "SELECT count(*) = {} FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until(watcher, waiting.format(1))
        claiming = both.submit(claim)
        # Nothing must be told before the card is there, so the claim waits for it.
        until(watcher, waiting.format(2))
        holding.commit()
        claiming.result(_SECONDS)
        assert uploading.result(_SECONDS)["outcome"] == "recorded"
    card = house.db.read_now(
        lambda session: session.scalars(select(Contact).where(Contact.owner_id == abel.id)).one()
    )
    assert card.account_id == bea.id
    (claimed,) = house.db.read_now(claims_about, bea.id)
    assert claimed.name == "Abel"
