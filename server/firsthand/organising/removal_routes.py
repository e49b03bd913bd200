"""For people on a list who never signed up: the link in their one mail, and their badge's page."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from firsthand.badges.codes import normalise_token
from firsthand.badges.finding import badge_for
from firsthand.dependencies import Anybody, Db, TheMailer, ThePages, TheSettings
from firsthand.events.verbs import event_with
from firsthand.organising.inviting import ask_removal
from firsthand.organising.removal_links import read_removal_token, removal_key
from firsthand.organising.removing import invited_with, listed_with, remove_for_good
from firsthand.problems import NotFound
from firsthand.settings import Settings

# The address stands in a mail: neither search engines nor other sites are to learn it.
_PRIVATE_LINK = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@get("/removal/{token:str}")
async def removal_page(
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    maybe_viewer: Anybody,
    token: FromPath[str],
) -> Response[str]:
    """Opening it changes nothing, since mail programs open links by themselves."""
    event_id, address = _meant(settings, token)
    key = removal_key(settings.code_secret)
    return pages.render(
        "organising/removal.html",
        maybe_viewer,
        headers=_PRIVATE_LINK,
        about=await db.read(event_with, event_id),
        people=await db.read(listed_with, key, event_id, address),
        is_invited=bool(await db.read(invited_with, key, event_id, address)),
        token=token,
        is_done=False,
    )


@post("/removal/{token:str}", status_code=200)
async def post_removal(
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    maybe_viewer: Anybody,
    token: FromPath[str],
) -> Response[str]:
    event_id, address = _meant(settings, token)
    event = await db.read(event_with, event_id)
    await db.write(remove_for_good, removal_key(settings.code_secret), event_id, address)
    return pages.render(
        "organising/removal.html",
        maybe_viewer,
        headers=_PRIVATE_LINK,
        about=event,
        people=[],
        is_invited=False,
        token=token,
        is_done=True,
    )


@post("/b/{token:str}/removal", status_code=200)
async def ask_removal_of_wearer(
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    mailer: TheMailer,
    maybe_viewer: Anybody,
    token: FromPath[str],
) -> Response[str]:
    """The same answer whoever wears the badge, and whatever is known of them."""
    normal = normalise_token(token) or ""
    viewer_id = maybe_viewer.account_id if maybe_viewer else None
    badge = await db.read(badge_for, viewer_id, normal)
    if badge is None:
        raise NotFound
    key = removal_key(settings.code_secret)
    await db.write(ask_removal, key, normal, can_mail=mailer.reaches_people)
    return pages.render(
        "organising/removal_asked.html", maybe_viewer, here="scan", about=badge.event
    )


def _meant(settings: Settings, token: str) -> tuple[UUID, str]:
    """Raises NotFound."""
    found = read_removal_token(removal_key(settings.code_secret), token)
    if found is None:
        raise NotFound
    return found


routes: list[Any] = [removal_page, post_removal, ask_removal_of_wearer]
