"""Writing to somebody: the words, and every way that is open to send them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from firsthand.db import now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.followups.drafting import draft_to
from firsthand.followups.messages import LONGEST_MESSAGE, WAY_ICONS
from firsthand.followups.today import today_of
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest

_ASK_AGAIN_AFTER = timedelta(days=7)


@get("/people/{contact_id:uuid}/message")
async def message_page(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    contact_id: FromPath[UUID],
    follow_up: FromQuery[UUID | None] = None,
    words: FromQuery[str] = "",
) -> Response[str]:
    """``words`` that the owner has changed stand in every link that takes them along."""
    if len(words) > LONGEST_MESSAGE:
        raise Invalid(f"At most {LONGEST_MESSAGE:,} characters.", {"words": "That is too long."})
    today = await db.read(today_of, viewer.account_id, now())
    draft = await db.read(
        draft_to, viewer.account_id, contact_id, today, follow_up, words.replace("\r\n", "\n")
    )
    is_fragment = bool(request.headers.get("hx-request"))
    return pages.render(
        "followups/_message.html" if is_fragment else "followups/message.html",
        viewer,
        here="follow-ups",
        draft=draft,
        longest=LONGEST_MESSAGE,
        way_icons=WAY_ICONS,
        ask_again=today + _ASK_AGAIN_AFTER,
    )


routes: list[Any] = [message_page]
