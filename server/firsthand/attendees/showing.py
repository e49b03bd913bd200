"""What others see of an attendee, as SQL: the consent rules in one place.

Unclaimed: the organiser's name, headline and company, to those who scan the badge; to browsers, and
the handles to anybody, only if listed. Claimed: the account's name, and its other fields as their
circles say; to browsers only if listed. E-mail and telephone only by their circles, never from the
organiser's list.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy.sql.elements import SQLColumnExpression

from firsthand.accounts.models import Account, Circle
from firsthand.attendees.models import Attendee

Text = SQLColumnExpression[str]

TO_MET = (Circle.MET, Circle.BROWSING)
TO_BROWSERS = (Circle.BROWSING,)


def shown_name() -> ColumnElement[str]:
    """The account's own name once claimed, else the organiser's."""
    return func.coalesce(func.nullif(Account.name, ""), Attendee.name)


def shared(own: Any, circle: Any, circles: tuple[Circle, ...]) -> ColumnElement[str]:
    """An account's own field for those circles, empty where it is kept from them."""
    shown: ColumnElement[str] = case((circle.in_(circles), own), else_="")
    return shown


def shown_headline(circles: tuple[Circle, ...]) -> ColumnElement[str]:
    return _shown(Attendee.headline, Account.headline, Account.headline_circle, circles)


def shown_company(circles: tuple[Circle, ...]) -> ColumnElement[str]:
    return _shown(Attendee.company, Account.company, Account.company_circle, circles)


def shown_email(circles: tuple[Circle, ...]) -> ColumnElement[str]:
    """Empty for who has no account: the organiser's list never tells it."""
    return shared(Account.email, Account.email_circle, circles)


def shown_phone(circles: tuple[Circle, ...]) -> ColumnElement[str]:
    return shared(Account.phone, Account.phone_circle, circles)


def shown_face(circles: tuple[Circle, ...]) -> ColumnElement[str]:
    """The mark of the picture that they uploaded of themselves."""
    return shared(Account.face, Account.face_circle, circles)


def shows_itself_to_browsers() -> ColumnElement[bool]:
    return Attendee.listed.is_(True)


def handle_shown(
    handle: Any, circles: tuple[Circle, ...], attendee: Any = Attendee
) -> ColumnElement[bool]:
    """Whether this handle of this attendee is shown to those circles (``handle``: Handle)."""
    return and_(
        handle.circle.in_(circles),
        or_(
            handle.account_id == attendee.account_id,
            and_(
                handle.attendee_id == attendee.id,
                attendee.account_id.is_(None),
                attendee.listed.is_(True),
            ),
        ),
    )


def may_be_matched(handle: Any, attendee: Any = Attendee) -> ColumnElement[bool]:
    """Whether a tie with this handle may tell its owner anything of this attendee: listed, and the
    handle shared with browsers. Else a forged archive would unmask who goes by another name.
    """
    return and_(attendee.listed.is_(True), handle_shown(handle, TO_BROWSERS, attendee))


def told_claimed() -> ColumnElement[bool]:
    """Whether the organiser learns that the place is claimed: once its owner has chosen here.

    Accounts claim by address: told at once, any list would answer who has an account.
    """
    return and_(Attendee.account_id.is_not(None), Attendee.chose_listed_at.is_not(None))


def is_told_claimed(attendee: Any) -> bool:
    """The same of an attendee, or of a row with its columns."""
    return attendee.account_id is not None and attendee.chose_listed_at is not None


def _shown(
    organisers: Any, own: Any, circle: Any, circles: tuple[Circle, ...]
) -> ColumnElement[str]:
    return case(
        (Attendee.account_id.is_(None), organisers),
        else_=shared(own, circle, circles),
    )
