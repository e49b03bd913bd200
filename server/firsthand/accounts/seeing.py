"""What others see of an account may have changed: what stands on their cards is judged once more.

After the commit, by ``firsthand.followups.shown_handles``.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.outbox import enqueue

# On the cards that everybody has of the subject. (Its name is older than what it covers.)
SHOWS_ANEW = "handles-shown"
# On the cards that one account, the position, has of the subject.
SEES_ANEW = "sees-anew"


def shows_anew(session: Session, account_id: UUID) -> None:
    """The account has changed who sees something of it."""
    enqueue(session, SHOWS_ANEW, account_id)


def sees_anew(session: Session, viewer_id: UUID, account_id: UUID) -> None:
    """A block between the two, or who is among the people met."""
    enqueue(session, SEES_ANEW, account_id, str(viewer_id))
