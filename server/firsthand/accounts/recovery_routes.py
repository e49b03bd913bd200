"""Recovery codes: made anew, and typed when nothing else signs in."""

from typing import Any

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask

from firsthand.accounts.letters import tell_of_change
from firsthand.accounts.recovery import TRIES_WITHIN, make_recovery_codes
from firsthand.accounts.signing_in import Asker
from firsthand.attendees.entering import enter_with_recovery_code
from firsthand.dependencies import (
    Anybody,
    Db,
    FreshlySignedIn,
    TheMailer,
    ThePages,
    TheSettings,
)
from firsthand.forms import local_path, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest, in_person, peer_address
from firsthand.session_cookie import LONGEST_COOKIE, device_of, signed_in

# The same for a wrong code, a used one, an unknown address and too many tries.
_WRONG = (
    "This address and code do not belong together, or the code has been used. "
    f"After five wrong tries wait {TRIES_WITHIN.seconds // 60} minutes."
)


@get("/sign-in/recovery")
async def recovery_page(
    request: AnyRequest, pages: ThePages, maybe_viewer: Anybody
) -> Response[Any]:
    path = local_path(request.query_params.get("next", ""), "/")
    return see_other(path) if maybe_viewer else _page(pages, path)


@post("/sign-in/recovery", status_code=200)
async def sign_in_with_recovery_code(
    request: AnyRequest, db: Db, settings: TheSettings, pages: ThePages, mailer: TheMailer
) -> Response[Any]:
    """The same answer whether or not the address has an account."""
    form = await read_form(request)
    path, email = form.local_path("next", "/"), form.text("email")[:LONGEST_COOKIE]
    try:
        entered = await db.write(
            enter_with_recovery_code,
            form.text("email"),
            form.text("code"),
            settings.secret_key,
            Asker(peer_address(request)),
            device_of(request, settings),
        )
    except Invalid as invalid:
        return _page(pages, path, email, invalid.fields)
    if entered is None:
        return _page(pages, path, email, {"code": _WRONG})
    token, recovered = entered
    redirect = await signed_in(db, settings, token, path)
    what = f"A recovery code was used to sign in. {recovered.left} are left."
    redirect.background = BackgroundTask(
        tell_of_change, mailer, recovered.email, what, settings.base_url
    )
    return redirect


@post("/me/recovery-codes", status_code=200)
async def make_codes(
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    mailer: TheMailer,
    fresh_viewer: FreshlySignedIn,
) -> Response[str]:
    """Shown in the answer itself: afterwards nobody can say them again."""
    viewer = in_person(fresh_viewer)
    codes = await db.write(make_recovery_codes, viewer.account_id)
    page = pages.render("accounts/recovery_codes.html", viewer, here="me", codes=codes)
    what = "New recovery codes were made for your account. Those of before work no more."
    page.background = BackgroundTask(tell_of_change, mailer, viewer.email, what, settings.base_url)
    return page


def _page(
    pages: Pages, path: str, email: str = "", problems: dict[str, str] | None = None
) -> Response[str]:
    return pages.render(
        "accounts/recovery.html",
        None,
        status=400 if problems else 200,
        next=path,
        email=email,
        problems=problems or {},
    )


routes = [recovery_page, sign_in_with_recovery_code, make_codes]
