"""Whoever is blocked is answered as if the other had left: a block leaves no trace."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import update

from firsthand.accounts.blocking import block, unblock
from firsthand.db import now
from firsthand.handles.models import Handle
from firsthand.leaving import leave
from firsthand.ties.kinds import KindCount, TieKind
from tests.server.access.comparing import Plain, differences
from tests.server.house import House, Person, tie

PATHS = (
    "/", "/people", "/people/where-it-stands", "/follow-ups", "/introductions", "/me/log",
    "/events/seaside", "/events/seaside/attendees", "/events/seaside/unmet",
    "/events/seaside/recap", "/api/v1/contacts", "/api/v1/contacts.csv", "/api/v1/contacts.vcf",
    "/api/v1/follow-ups", "/api/v1/follow-ups.ics", "/api/v1/meetings", "/api/v1/me/export",
    "/api/v1/events/seaside/attendees", "/api/v1/events/seaside/unmet",
)  # fmt: skip

# What is read is noted there.
LOG = ("/me/log", "/api/v1/me/export")
LAST_YEAR = now() - timedelta(days=365)


def meet(house: House) -> tuple[Person, Person]:
    """Abel has scanned Bea's profile and her badge, which her proven handle joins; he knows her
    online, and has promised her a coffee.
    """
    house.clear()
    abel, bea = (house.person(name, f"{name.lower()}@example.org") for name in ("Abel", "Bea"))
    event = house.event(house.person("Olga", "olga@example.org"), timezone="UTC")
    house.attendee(event, abel)
    wearer = house.attendee(event, bea, handles=[("x", "bea_real")])
    house.db.write_now(
        lambda session: (
            session.execute(
                update(Handle).where(Handle.account_id == bea.id).values(verified_at=now())
            )
            and None
        )
    )
    house.ties(abel, tie("bea_real", KindCount(TieKind.REPLIED, 3, LAST_YEAR, LAST_YEAR)))
    # A device makes the ids of scans; the same in both worlds.
    ids = (str(uuid5(NAMESPACE_URL, name)) for name in ("profile", "badge"))
    house.scan(abel, wearer, code="https://x.com/bea_real", id=next(ids))
    house.scan(abel, wearer, id=next(ids), intents=["coffee"])
    house.settle()
    return abel, bea


def read(house: House, abel: Person, but_for: Sequence[str] = ()) -> dict[str, str]:
    house.settle()
    plain = Plain()
    contacts = abel.client.get("/api/v1/contacts").json()["items"]
    paths = [*(f"/people/{each['id']}" for each in contacts), *PATHS]
    answers = {}
    for path in (each for each in paths if each not in but_for):
        answer = abel.client.get(path)
        answers[plain(path)] = f"{answer.status_code} {plain(answer.text)}"
    return answers


def test_a_block_is_answered_as_if_the_other_had_left(house: House) -> None:
    abel, bea = meet(house)
    house.db.write_now(block, bea.id, abel.id)
    blocked = read(house, abel)
    abel, bea = meet(house)
    asyncio.run(leave(house.db, bea.id))
    found = differences(read(house, abel), blocked)
    assert not found, "\n".join(found)
    assert "bea_real" in blocked["/api/v1/contacts"], "the profile that he scanned himself"


def test_after_the_block_all_is_as_it_was(house: House) -> None:
    abel, bea = meet(house)
    before = read(house, abel, but_for=LOG)
    house.db.write_now(block, bea.id, abel.id)
    assert read(house, abel, but_for=LOG) != before
    house.db.write_now(unblock, bea.id, abel.id)
    found = differences(before, read(house, abel, but_for=LOG))
    assert not found, "\n".join(found)
