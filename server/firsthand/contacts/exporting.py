"""The owner's people as they are written into files and address books."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.contacts.exports import ExportedCard
from firsthand.contacts.models import MET_STAGES
from firsthand.contacts.queries import FullCard, full_cards


def people_to_export(
    session: Session, owner_id: UUID, limit: int, after: UUID | None = None
) -> list[ExportedCard]:
    """Everybody, in the order of their ids."""
    return [_exported(full) for full in full_cards(session, owner_id, limit, after)]


def people_met(
    session: Session,
    owner_id: UUID,
    limit: int,
    after: UUID | None = None,
    among: Sequence[UUID] | None = None,
) -> list[ExportedCard]:
    """Those whom the owner has met, in the order of their ids; all, or some ``among`` these ids."""
    found = full_cards(session, owner_id, limit, after, stages=MET_STAGES, among=among)
    return [_exported(full) for full in found]


def _exported(full: FullCard) -> ExportedCard:
    card = full.card
    return ExportedCard(
        id=card.id,
        name=card.name,
        headline=card.headline,
        company=card.company,
        email=full.email,
        phone=full.phone,
        note=full.note,
        stage=card.stage,
        last_at=card.last_at,
        handles=tuple((handle.network, handle.name) for handle in card.handles),
    )
