"""An account's handles as their owner sees them, with what has been proven of each."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.handles.keeping import handles_of
from firsthand.proofs.looking import PROVABLE
from firsthand.proofs.proving import proof_code, proofs_of


def handles_and_proofs(session: Session, account_id: UUID, base_url: str) -> dict[str, Any]:
    code = proof_code(session, account_id)
    return {
        "handles": handles_of(session, account_id),
        "proofs": proofs_of(session, account_id),
        "proof_link": f"{base_url}/proof/{code}" if code else "",
        "provable": PROVABLE,
    }
