"""My badge: the whole screen, to be held up."""

from litestar import Response, get
from litestar.params import FromQuery

from firsthand.attendees.membership import current_event, event_of_attendee
from firsthand.badges.codes import badge_address, spoken_short_code
from firsthand.badges.finding import own_badge
from firsthand.badges.qr import qr_bars
from firsthand.dependencies import Db, SignedIn, ThePages, TheSettings
from firsthand.events.models import Event


@get("/badge")
async def my_badge(
    db: Db, pages: ThePages, settings: TheSettings, viewer: SignedIn, event: FromQuery[str] = ""
) -> Response[str]:
    """At the event asked for, else the one that goes on now."""
    place: Event | None
    if event:
        place = await db.read(event_of_attendee, viewer.account_id, event)
    else:
        place = await db.read(current_event, viewer.account_id)
    badge = await db.read(own_badge, viewer.account_id, place.id) if place else None
    if place is None or badge is None:
        return pages.render("badges/none.html", viewer, here="me")
    return pages.render(
        "badges/mine.html",
        viewer,
        here="me",
        event=place,
        qr=qr_bars(badge_address(settings.base_url, badge.token)),
        short_code=spoken_short_code(badge.short_code),
    )


routes = [my_badge]
