"""Pages of what programs may use: API tokens, private feeds and passwords of address books, made
and revoked on Me.
"""

from typing import Any

from litestar import Response, delete, post
from litestar.datastructures import State
from litestar.params import FromPath

from firsthand.accounts.signing_in import SCOPES, Viewer
from firsthand.accounts.tokens import (
    add_address_book,
    add_feed,
    add_token,
    revoke_token,
    tokens_of,
)
from firsthand.db import Database
from firsthand.dependencies import Db, FreshlySignedIn, SignedIn, ThePages, TheSettings
from firsthand.forms import read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid, NotAllowed, TooMany
from firsthand.requests import AnyRequest

FEEDS = (
    ("follow-ups.ics", "Follow-ups, for a calendar"),
    ("contacts.vcf", "People, for an address book"),
    ("contacts.csv", "People, for a spreadsheet"),
)


@post("/me/tokens", status_code=200)
async def make_token(
    request: AnyRequest, db: Db, pages: ThePages, fresh_viewer: FreshlySignedIn
) -> Response[Any]:
    """Shown in the answer itself: afterwards nobody can say it again."""
    form, viewer = await read_form(request), fresh_viewer
    scopes = sorted(set(form.texts("scope")))
    if not viewer.scopes.issuperset(SCOPES.intersection(scopes)):
        raise NotAllowed("A token cannot make one that may do more than itself.")
    try:
        made = await db.write(add_token, viewer.account_id, scopes, form.text("token_name"))
    except (Invalid, TooMany) as refusal:
        return await _again(db, pages, viewer, refusal)
    return pages.render("accounts/token_made.html", viewer, here="me", token=made, feeds=[])


@post("/me/feeds", status_code=200)
async def make_feed(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    fresh_viewer: FreshlySignedIn,
) -> Response[Any]:
    viewer = fresh_viewer
    if "read" not in viewer.scopes:
        raise NotAllowed("This token lacks the scope read.")
    form = await read_form(request)
    try:
        secret = await db.write(add_feed, viewer.account_id, form.text("feed_name"))
    except (Invalid, TooMany) as refusal:
        return await _again(db, pages, viewer, refusal)
    feeds = [(words, f"{settings.base_url}/feeds/{secret}/{file}") for file, words in FEEDS]
    return pages.render("accounts/token_made.html", viewer, here="me", token="", feeds=feeds)


@post("/me/address-books", status_code=200)
async def make_address_book(
    request: AnyRequest,
    db: Db,
    settings: TheSettings,
    pages: ThePages,
    fresh_viewer: FreshlySignedIn,
) -> Response[Any]:
    """What a phone asks for to follow the people that one has met."""
    viewer = fresh_viewer
    if "read" not in viewer.scopes:
        raise NotAllowed("This token lacks the scope read.")
    form = await read_form(request)
    try:
        password = await db.write(add_address_book, viewer.account_id, form.text("book_name"))
    except (Invalid, TooMany) as refusal:
        return await _again(db, pages, viewer, refusal)
    return pages.render(
        "accounts/address_book_made.html",
        viewer,
        here="me",
        server=f"{settings.base_url}/carddav/",
        password=password,
    )


@delete("/me/tokens/{number:str}", status_code=200)
async def revoke(db: Db, state: State, viewer: SignedIn, number: FromPath[str]) -> Response[Any]:
    await db.write(revoke_token, viewer.account_id, number)
    state.viewers.forget(viewer.account_id)
    return see_other("/me#tokens")


async def _again(
    db: Database, pages: Pages, viewer: Viewer, refusal: Invalid | TooMany
) -> Response[str]:
    return pages.render(
        "accounts/tokens.html",
        viewer,
        status=refusal.status,
        here="me",
        tokens=await db.read(tokens_of, viewer.account_id),
        token_problems=refusal.fields,
    )


routes = [make_token, make_feed, make_address_book, revoke]
