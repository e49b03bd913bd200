"""Pages of introductions: the introducer's, and the two that open by a private link."""

import secrets
from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery

from firsthand.accounts.addresses import read_line
from firsthand.accounts.signing_in import Viewer
from firsthand.contacts.queries import card, cards
from firsthand.dependencies import Anybody, Db, SignedIn, ThePages, TheSettings
from firsthand.forms import Form, read_form
from firsthand.introductions.links import link_key, link_token, read_link_token
from firsthand.introductions.queries import Asker, introduction_of, introductions_of, side_of
from firsthand.introductions.verbs import (
    LONGEST_ADDRESS,
    LONGEST_WHY,
    agree,
    decline,
    introduce,
    take_back,
)
from firsthand.pages import see_other
from firsthand.problems import Invalid, NotFound
from firsthand.requests import AnyRequest
from firsthand.session_cookie import LONGEST_COOKIE, cookie
from firsthand.settings import Settings

_MOST_FOUND = 20
# As long as browsers keep any cookie.
_COOKIE_LASTS = 400 * 24 * 60 * 60
# The words stand in a message, so whoever follows the link comes from anywhere.
_PRIVATE_LINK = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@get("/people/{contact_id:uuid}/introduction")
async def choose_other(
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    contact_id: FromPath[UUID],
    q: FromQuery[str] = "",
    other: FromQuery[UUID | None] = None,
) -> Response[str]:
    """To whom? Then why."""
    words = read_line(q, "q")
    person = await db.read(card, viewer.account_id, contact_id)
    chosen = (await db.read(card, viewer.account_id, other)).card if other else None
    found = await db.read(cards, viewer.account_id, q=words, limit=_MOST_FOUND)
    return pages.render(
        "introductions/new.html",
        viewer,
        here="people",
        person=person.card,
        chosen=chosen,
        found=[each for each in found if each.id != person.card.id],
        q=words,
        longest=LONGEST_WHY,
    )


@get("/introductions")
async def own_introductions(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    return pages.render(
        "introductions/list.html",
        viewer,
        here="people",
        introductions=await db.read(introductions_of, viewer.account_id),
    )


@post("/introductions", status_code=200)
async def post_introduction(request: AnyRequest, db: Db, viewer: SignedIn) -> Response[Any]:
    form = await read_form(request)
    one, other = form.uuid("one"), form.uuid("other")
    if one is None or other is None:
        raise Invalid("Choose two people.", {"other": "Choose somebody."})
    called = (form.text("called_0"), form.text("called_1"))
    introduction_id = await db.write(
        introduce, viewer.account_id, one, other, form.text("why"), called
    )
    return see_other(f"/introductions/{introduction_id}")


@get("/introductions/{introduction_id:uuid}")
async def own_introduction(
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    viewer: SignedIn,
    introduction_id: FromPath[UUID],
) -> Response[str]:
    """A link for each of the two, with words to send it with."""
    found = await db.read(introduction_of, viewer.account_id, introduction_id)
    key = link_key(settings.secret_key)
    links = [
        f"{settings.base_url}/i/{link_token(key, introduction_id, person.side)}"
        for person in found.people
    ]
    return pages.render(
        "introductions/one.html", viewer, here="people", introduction=found, links=links
    )


@delete("/introductions/{introduction_id:uuid}", status_code=200)
async def delete_introduction(
    db: Db, viewer: SignedIn, introduction_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(take_back, viewer.account_id, introduction_id)
    return see_other("/introductions")


@get("/i/{token:str}")
async def asked_page(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    maybe_viewer: Anybody,
    token: FromPath[str],
) -> Response[str]:
    """For whom the link was made; no account is needed."""
    introduction_id, side = _side(settings, token)
    asker = _asker(request, settings, maybe_viewer)
    found = await db.read(side_of, introduction_id, side, asker)
    return pages.render(
        "introductions/asked.html",
        maybe_viewer,
        headers=_PRIVATE_LINK,
        side=found,
        token=token,
        typed=found.own_address,
        longest=LONGEST_ADDRESS,
        problem="",
    )


@put("/i/{token:str}/answer", status_code=200)
async def put_answer(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    settings: TheSettings,
    maybe_viewer: Anybody,
    token: FromPath[str],
) -> Response[Any]:
    """``answer`` is yes, with an ``address`` for the other one, or no.

    The browser keeps a secret of its own from then on: the link alone does not show an address.
    """
    introduction_id, side = _side(settings, token)
    asker = _asker(request, settings, maybe_viewer)
    if not asker.browser:
        asker = Asker(asker.account_id, secrets.token_urlsafe(32))
    form = await read_form(request)
    try:
        await _answer(db, introduction_id, side, form, asker)
    except Invalid as invalid:
        return pages.render(
            "introductions/asked.html",
            maybe_viewer,
            status=invalid.status,
            headers=_PRIVATE_LINK,
            side=await db.read(side_of, introduction_id, side, asker),
            token=token,
            typed=form.text("address")[:LONGEST_ADDRESS],
            longest=LONGEST_ADDRESS,
            problem=invalid.detail,
        )
    answered = see_other(f"/i/{token}")
    answered.set_cookie(cookie(settings, _cookie_name(settings), asker.browser, _COOKIE_LASTS))
    return answered


def _asker(request: AnyRequest, settings: Settings, maybe_viewer: Viewer | None) -> Asker:
    browser = request.cookies.get(_cookie_name(settings), "")
    is_ours = 0 < len(browser) <= LONGEST_COOKIE
    account_id = maybe_viewer.account_id if maybe_viewer else None
    return Asker(account_id, browser if is_ours else "")


def _cookie_name(settings: Settings) -> str:
    return f"{settings.session_cookie}-introduced"


async def _answer(db: Db, introduction_id: UUID, side: int, form: Form, asker: Asker) -> None:
    if form.text("answer") == "yes":
        await db.write(agree, introduction_id, side, form.text("address"), asker)
    elif form.text("answer") == "no":
        await db.write(decline, introduction_id, side, asker)
    else:
        raise Invalid("Choose yes or not now.")


def _side(settings: Settings, token: str) -> tuple[UUID, int]:
    """Raises NotFound."""
    found = read_link_token([link_key(key) for key in settings.secret_keys], token)
    if found is None:
        raise NotFound
    return found


routes: list[Any] = [
    choose_other,
    own_introductions,
    post_introduction,
    own_introduction,
    delete_introduction,
    asked_page,
    put_answer,
]
