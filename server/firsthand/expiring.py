"""What has run out by itself, whatever event it belongs to."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from firsthand.accounts.acts import ACTS_LAST, AccountAct
from firsthand.accounts.models import EmailCode, PasskeyChallenge, SignInLink, SignInSession
from firsthand.accounts.sessions import alive
from firsthand.introductions.models import Answer, Introduction, IntroductionAnswer
from firsthand.organising.models import UnaskedMail
from firsthand.organising.unasked import UNASKED_EVERY
from firsthand.scans.models import MissedShortCode
from firsthand.sign_in_elsewhere.models import OfferedLink, SignInElsewhere

# Longer than any limit that is counted by them.
_COUNTED_FOR = timedelta(hours=2)
_AGREED_FOR = timedelta(days=365)


def expired(moment: datetime) -> list[tuple[type[Any], Any, Any]]:
    """Of each table its key, and what of it goes."""
    return [
        (SignInSession, SignInSession.token_hash, ~and_(*alive(moment))),
        (PasskeyChallenge, PasskeyChallenge.challenge_hash, PasskeyChallenge.expires_at < moment),
        (SignInElsewhere, SignInElsewhere.state_hash, SignInElsewhere.expires_at < moment),
        (OfferedLink, OfferedLink.browser_hash, OfferedLink.expires_at < moment),
        (SignInLink, SignInLink.token_hash, SignInLink.expires_at < moment),
        (EmailCode, EmailCode.browser_hash, EmailCode.created_at < moment - _COUNTED_FOR),
        (MissedShortCode, MissedShortCode.id, MissedShortCode.at < moment - _COUNTED_FOR),
        (Introduction, Introduction.id, _has_come_to_nothing(moment)),
        (UnaskedMail, UnaskedMail.address_hash, UnaskedMail.created_at < moment - UNASKED_EVERY),
        (AccountAct, AccountAct.id, AccountAct.at < moment - ACTS_LAST),
    ]


def _has_come_to_nothing(moment: datetime) -> ColumnElement[bool]:
    """Its time is over and not both agreed; those who did find each other's address for a year."""
    agreed = (
        select(func.count())
        .where(
            IntroductionAnswer.introduction_id == Introduction.id,
            IntroductionAnswer.answer == Answer.YES,
        )
        .scalar_subquery()
    )
    return or_(
        Introduction.expires_at < moment - _AGREED_FOR,
        and_(Introduction.expires_at < moment, agreed < 2),
    )
