"""Who may look at somebody's picture: whoever sees its address in a list, by the same rules."""

from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from firsthand.accounts.blocking import blocked_pairs
from firsthand.accounts.models import Account, Face
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, TO_MET, shows_itself_to_browsers
from firsthand.contacts.models import Contact
from firsthand.problems import NotFound


def face_seen(session: Session, viewer_id: UUID, mark: str) -> bytes:
    """The picture. Raises NotFound, whether it is not there or not for this viewer."""
    # A database takes no text with a NUL or half a letter in it.
    if not mark.isprintable():
        raise NotFound
    mine = aliased(Attendee)
    browses = exists(
        select(Attendee.id)
        .join(mine, mine.event_id == Attendee.event_id)
        .where(
            Attendee.account_id == Account.id,
            shows_itself_to_browsers(),
            mine.account_id == viewer_id,
        )
    )
    is_let_in = exists().where(
        Contact.owner_id == viewer_id,
        Contact.account_id == Account.id,
        Contact.in_circle.is_(True),
    )
    row = session.execute(
        select(Face.owner_id, Face.picture)
        .join(Account, Account.id == Face.owner_id)
        .where(
            Face.mark == mark,
            or_(
                Account.id == viewer_id,
                and_(Account.face_circle.in_(TO_MET), is_let_in),
                and_(Account.face_circle.in_(TO_BROWSERS), browses),
            ),
        )
    ).one_or_none()
    if row is None or blocked_pairs(session, [(viewer_id, row.owner_id)]):
        raise NotFound
    picture: bytes = row.picture
    return picture
