"""The accounts elsewhere that sign this one in: an offered one confirmed, one unlinked."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, put
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath

from firsthand.accounts.letters import tell_of_change
from firsthand.accounts.signing_in import Viewer
from firsthand.dependencies import Db, FreshlySignedIn, SignedIn, TheMailer, ThePages, TheSettings
from firsthand.mail import Mailer
from firsthand.pages import see_other
from firsthand.problems import NotFound
from firsthand.requests import AnyRequest, in_person
from firsthand.session_cookie import LONGEST_COOKIE
from firsthand.settings import Settings
from firsthand.sign_in_elsewhere import linking

MINE = "/me#elsewhere"
OFFERED = "/me/identities/offered"


@get(OFFERED)
async def offered_link(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    """What an equal address has offered: to be confirmed by who has signed in by code."""
    offer = await db.read(linking.offered, viewer.account_id, browser_of(request, settings))
    if offer is None:
        raise NotFound("There is nothing to link, or it is too old.")
    return pages.render("sign_in_elsewhere/offered.html", viewer, here="me", offer=offer)


@put(OFFERED, status_code=200)
async def accept_offered_link(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    mailer: TheMailer,
    fresh_viewer: FreshlySignedIn,
) -> Response[Any]:
    """As fresh as for any other new way in: the sign-in before it may be days ago."""
    viewer = in_person(fresh_viewer)
    browser = browser_of(request, settings)
    linked = await db.write(linking.accept_offer, viewer.account_id, browser)
    return linked_now(mailer, settings, viewer, linked)


@delete("/me/identities/{identity_id:uuid}", status_code=200)
async def unlink_elsewhere(
    db: Db,
    settings: TheSettings,
    mailer: TheMailer,
    fresh_viewer: FreshlySignedIn,
    identity_id: FromPath[UUID],
) -> Response[Any]:
    viewer = in_person(fresh_viewer)
    label = await db.write(linking.unlink, viewer.account_id, identity_id)
    what = f"Signing in with {label} was unlinked from your account."
    return _changed(mailer, settings, viewer, what)


def linked_now(
    mailer: Mailer, settings: Settings, viewer: Viewer, label: str | None
) -> Response[Any]:
    """Back to what is linked; ``label`` is None where nothing has changed, and nobody is told."""
    if label is None:
        return see_other(MINE)
    what = f"Signing in with {label} was linked with your account."
    return _changed(mailer, settings, viewer, what)


def browser_of(request: AnyRequest, settings: Settings) -> str:
    """The secret of the cookie that ways there and offers are bound to."""
    return request.cookies.get(browser_cookie(settings), "")[:LONGEST_COOKIE]


def browser_cookie(settings: Settings) -> str:
    return f"{settings.session_cookie}-elsewhere"


def _changed(mailer: Mailer, settings: Settings, viewer: Viewer, what: str) -> Response[Any]:
    redirect = see_other(MINE)
    redirect.background = BackgroundTask(
        tell_of_change, mailer, viewer.email, what, settings.base_url
    )
    return redirect


routes: list[Any] = [offered_link, accept_offered_link, unlink_elsewhere]
