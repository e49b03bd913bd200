"""The organiser sends the one mail to those on the list who never signed up."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from firsthand.dependencies import Db, SignedIn, TheMailer, ThePages, TheSettings
from firsthand.events.verbs import event_of_organiser
from firsthand.organising.inviting import count_invitable, invite_some
from firsthand.organising.removal_links import removal_key
from firsthand.pages import see_other
from firsthand.problems import Conflict


@get("/{slug:str}/invitations")
async def invitations_page(
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    mailer: TheMailer,
    viewer: SignedIn,
    slug: FromPath[str],
    sent: FromQuery[int] = 0,
) -> Response[str]:
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    key = removal_key(settings.code_secret)
    return pages.render(
        "organising/invitations.html",
        viewer,
        here="organise",
        organised=event,
        waiting=await db.read(count_invitable, key, event.id),
        can_mail=mailer.reaches_people,
        sent=max(0, sent),
    )


@post("/{slug:str}/invitations", status_code=200)
async def post_invitations(
    db: Db,
    settings: TheSettings,
    mailer: TheMailer,
    viewer: SignedIn,
    slug: FromPath[str],
) -> Response[Any]:
    """Each address gets it once, however often this is pressed."""
    event = await db.read(event_of_organiser, viewer.account_id, slug)
    if not mailer.reaches_people:
        raise Conflict("This server cannot send mail.")
    key = removal_key(settings.code_secret)
    sent, after = await db.write(invite_some, key, event.id, viewer.account_id)
    while after:
        some, after = await db.write(invite_some, key, event.id, viewer.account_id, after)
        sent += some
    return see_other(f"/organise/{slug}/invitations?sent={sent}")


routes: list[Any] = [invitations_page, post_invitations]
