"""``/api/v1/me/offline``: what a phone may show without network of who else is at the event."""

import hashlib
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Response, get
from sqlalchemy.orm import Session

from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import current_event
from firsthand.db import now
from firsthand.dependencies import Db, SignedIn
from firsthand.requests import AnyRequest
from firsthand.rings import initials
from firsthand.unmet.attendee_list import badge_wearers
from firsthand.unmet.reasons import reason_lines

# A phone reads the whole of it at each lookup.
_MOST_PEOPLE = 5_000


class OfflinePerson(msgspec.Struct):
    """Somebody who is listed.

    ``initials``: what stands in their ring; ``shared``: what the viewer has with them online, in
    words; ``badges``: 32 hex digits of SHA-256 of each badge's token.
    """

    name: str
    initials: str
    headline: str
    company: str
    shared: list[str]
    badges: list[str]


class OfflineCopy(msgspec.Struct):
    """The listed people of the event that matters now, by name, 5,000 at most."""

    event: str | None
    event_name: str
    people: list[OfflinePerson]


@get("/me/offline", summary="Who is here, for a phone without network", tags=["me"])
async def get_offline_copy(request: AnyRequest, db: Db, viewer: SignedIn) -> Response[OfflineCopy]:
    """To be dropped after 72 hours, at sign-out, and wherever a newer one says otherwise.

    With `If-None-Match`, 304 where nothing has changed.
    """
    copy = await db.read(_copy, viewer)
    etag = f'"{hashlib.sha256(msgspec.json.encode(copy)).hexdigest()[:32]}"'
    headers = {"Cache-Control": "no-store", "ETag": etag}
    # A proxy that compresses makes a tag weak.
    if request.headers.get("if-none-match", "").removeprefix("W/") == etag:
        not_modified: Response[Any] = Response(
            None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers
        )
        return not_modified
    return Response(copy, headers=headers)


def _copy(session: Session, viewer: Viewer) -> OfflineCopy:
    event = current_event(session, viewer.account_id)
    if event is None:
        return OfflineCopy(None, "", [])
    people = badge_wearers(session, viewer.account_id, event.id, _MOST_PEOPLE)
    today = now().date()
    items = [
        OfflinePerson(
            one.name,
            initials(one.name),
            one.headline,
            one.company,
            reason_lines(one.reasons, today),
            one.badges,
        )
        for one in people
    ]
    return OfflineCopy(event.slug, event.name, items)


routes: list[Any] = [get_offline_copy]
