"""Pages of reminders: what the owner is told, when, and where."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from firsthand.accounts.browsers import browser_words
from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import current_event
from firsthand.db import Database
from firsthand.dependencies import Anybody, Db, SignedIn, TheMailer, ThePages, TheSettings
from firsthand.forms import Form, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid, NotFound
from firsthand.reminders.choices import (
    Wish,
    browsers_of,
    choice_of,
    choose,
    forget_browser,
    forget_endpoint,
    subscribe,
    try_mail_again,
    unsubscribe,
)
from firsthand.reminders.models import Digest
from firsthand.reminders.schedule import known_zone, zone_of
from firsthand.reminders.unsubscribing import read_unsubscribe_token
from firsthand.requests import AnyRequest

_PAGE = "/me/reminders"
_DIGESTS = ((Digest.NONE, "Never"), (Digest.DAILY, "Every day"), (Digest.WEEKLY, "Every week"))
_NUMBERS = ("weekday", "hour", "quiet_from", "quiet_until")
_TICKS = ("by_mail", "by_push", "tell_arrivals", "show_arrival")
_FIRST_NUMBERS = frozenset(map(str, range(24)))
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@get(_PAGE)
async def reminders_page(
    db: Db,
    pages: ThePages,
    mailer: TheMailer,
    state: State,
    viewer: SignedIn,
    kept: FromQuery[bool] = False,
) -> Response[str]:
    return await _page(db, pages, mailer, state, viewer, kept=kept)


@put(_PAGE)
async def put_reminders(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    mailer: TheMailer,
    state: State,
    viewer: SignedIn,
) -> Response[Any]:
    form = await read_form(request)
    try:
        await db.write(choose, viewer.account_id, _read_wish(form))
    except Invalid as invalid:
        return await _page(db, pages, mailer, state, viewer, form, invalid)
    return see_other(f"{_PAGE}?kept=true")


@put("/me/reminders/mail")
async def put_mail_again(db: Db, viewer: SignedIn) -> Response[Any]:
    """The owner's address takes mail again."""
    await db.write(try_mail_again, viewer.account_id)
    return see_other(_PAGE)


@post("/me/push-subscriptions", status_code=200)
async def post_subscription(
    request: AnyRequest, db: Db, settings: TheSettings, viewer: SignedIn
) -> Response[Any]:
    """From this browser: ``endpoint`` and the keys ``p256dh`` and ``auth``."""
    form = await read_form(request)
    browser = browser_words(request.headers.get("user-agent", ""))
    keys = form.text("p256dh"), form.text("auth")
    subscription_id = await db.write(
        subscribe, viewer.account_id, form.text("endpoint"), keys, browser, settings.push_hosts
    )
    return Response({"id": str(subscription_id)})


@delete("/me/push-subscriptions", status_code=200)
async def delete_own_subscription(request: AnyRequest, db: Db, viewer: SignedIn) -> Response[Any]:
    """This browser's, which knows only its ``endpoint``."""
    form = await read_form(request)
    await db.write(forget_endpoint, viewer.account_id, form.text("endpoint"))
    return Response({})


@delete("/me/push-subscriptions/{subscription_id:uuid}", status_code=200)
async def delete_subscription(
    db: Db, viewer: SignedIn, subscription_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(forget_browser, viewer.account_id, subscription_id)
    return see_other(_PAGE)


@get("/unsubscribe/{token:str}")
async def unsubscribe_page(
    pages: ThePages, settings: TheSettings, maybe_viewer: Anybody, token: FromPath[str]
) -> Response[str]:
    """A mail's link; opening it changes nothing, since mail programs open links by themselves."""
    _owner(settings.secret_keys, token)
    return pages.render("reminders/unsubscribe.html", maybe_viewer, token=token, is_done=False)


@post("/unsubscribe/{token:str}", status_code=200)
async def post_unsubscribe(
    db: Db, pages: ThePages, settings: TheSettings, maybe_viewer: Anybody, token: FromPath[str]
) -> Response[str]:
    """The page's button, and a mail program's one click (RFC 8058)."""
    await db.write(unsubscribe, _owner(settings.secret_keys, token))
    return pages.render("reminders/unsubscribe.html", maybe_viewer, token=token, is_done=True)


def _owner(secret_keys: Sequence[str], token: str) -> UUID:
    """Raises NotFound."""
    owner_id = read_unsubscribe_token(secret_keys, token)
    if owner_id is None:
        raise NotFound
    return owner_id


def _read_wish(form: Form) -> Wish:
    return Wish(
        digest=form.text("digest"),
        weekday=form.number("weekday"),
        hour=form.number("hour"),
        timezone=form.line("timezone"),
        by_mail=form.checked("by_mail"),
        by_push=form.checked("by_push"),
        quiet_from=form.number("quiet_from"),
        quiet_until=form.number("quiet_until"),
        tell_arrivals=form.checked("tell_arrivals"),
        show_arrival=form.checked("show_arrival"),
    )


async def _page(
    db: Database,
    pages: Pages,
    mailer: TheMailer,
    state: State,
    viewer: Viewer,
    form: Form | None = None,
    invalid: Invalid | None = None,
    *,
    kept: bool = False,
) -> Response[str]:
    """``form``: what was typed and refused, which stays in its fields."""
    choice = await db.read(choice_of, viewer.account_id)
    event = await db.read(current_event, viewer.account_id)
    zone = choice.timezone or (event.timezone if event else "UTC")
    typed = {name: getattr(choice, name) for name in (*_NUMBERS, *_TICKS, "digest")}
    if form:
        typed |= {name: form.text(name)[:100] for name in ("digest", "timezone")}
        typed |= {name: form.checked(name) for name in _TICKS}
        hours = {name: form.text(name) for name in _NUMBERS}
        typed |= {name: int(text) for name, text in hours.items() if text in _FIRST_NUMBERS}
    return pages.render(
        "reminders/page.html",
        viewer,
        status=invalid.status if invalid else 200,
        here="me",
        choice=choice,
        typed={"timezone": zone, **typed},
        zone=zone,
        zone_is_known=known_zone(zone) is not None,
        next_digest=(
            choice.next_digest_at.astimezone(zone_of(zone)) if choice.next_digest_at else None
        ),
        digests=[
            (Digest.NONE, "Never"),
            (Digest.DAILY, "Every day"),
            (Digest.WEEKLY, "Every week"),
        ],
        days=list(enumerate(_DAYS)),
        hours=[(hour, f"{hour:02}:00") for hour in range(24)],
        browsers=await db.read(browsers_of, viewer.account_id),
        can_mail=mailer.reaches_people,
        server_key=state.sender.key.public,
        kept=kept,
        problems=invalid.fields if invalid else {},
    )


routes: list[Any] = [
    reminders_page,
    put_reminders,
    put_mail_again,
    post_subscription,
    delete_own_subscription,
    delete_subscription,
    unsubscribe_page,
    post_unsubscribe,
]
