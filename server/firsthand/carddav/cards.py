"""The cards of the address book as the database has them, some hundred at a time."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from firsthand.carddav.places import etag
from firsthand.contacts.exporting import people_met
from firsthand.contacts.exports import ExportedCard
from firsthand.db import Database

# Writing so many cards holds up nobody else for more than some milliseconds.
AT_A_TIME = 200


async def all_cards(db: Database, owner_id: UUID) -> AsyncIterator[list[ExportedCard]]:
    """Everybody met, in the order of their ids."""
    after = None
    while found := await db.read(people_met, owner_id, AT_A_TIME, after):
        yield found
        after = found[-1].id


async def cards_by_id(
    db: Database, owner_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, ExportedCard]:
    """Those of at most AT_A_TIME ids that are there."""
    found = await db.read(people_met, owner_id, AT_A_TIME, None, ids)
    return {card.id: card for card in found}


async def ctag_of(db: Database, owner_id: UUID) -> str:
    """Another one whenever any card has changed, has come or has gone."""
    together = hashlib.sha256()
    async for found in all_cards(db, owner_id):
        together.update("".join(map(etag, found)).encode())
    return together.hexdigest()[:32]
