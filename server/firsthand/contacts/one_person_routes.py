"""Two cards are one human, or two: the owner says so, and takes it back."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery

from firsthand.accounts.addresses import read_line
from firsthand.contacts.queries import card, cards
from firsthand.contacts.same_person import alike, namesakes
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.followups.one_person import keep_two, make_one, make_two
from firsthand.forms import Form, read_form
from firsthand.pages import see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest

_MOST_FOUND = 20


@get("/people/{contact_id:uuid}/same")
async def same_page(
    db: Db, pages: ThePages, viewer: SignedIn, contact_id: FromPath[UUID], q: FromQuery[str] = ""
) -> Response[str]:
    """Cards that may be the same person, and a search for any other."""
    words = read_line(q, "q")
    person = await db.read(card, viewer.account_id, contact_id)
    likenesses = await db.read(alike, viewer.account_id, person)
    known = {each.card.id for each in likenesses}
    named = await db.read(namesakes, viewer.account_id, person)
    found = await db.read(cards, viewer.account_id, q=words, limit=_MOST_FOUND) if words else []
    return pages.render(
        "contacts/same.html",
        viewer,
        here="people",
        person=person,
        likenesses=[*likenesses, *(each for each in named if each.card.id not in known)],
        found=[each for each in found if each.id != person.card.id],
        q=words,
    )


@post("/people/{contact_id:uuid}/same", status_code=200)
async def post_same(
    request: AnyRequest, db: Db, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[Any]:
    other = _other(await read_form(request))
    root_id = await db.write(make_one, viewer.account_id, contact_id, other)
    return see_other(f"/people/{root_id}")


@delete("/people/{contact_id:uuid}/same/{child_id:uuid}", status_code=200)
async def delete_same(
    db: Db, viewer: SignedIn, contact_id: FromPath[UUID], child_id: FromPath[UUID]
) -> Response[Any]:
    """Takes a joining back."""
    await db.write(make_two, viewer.account_id, child_id)
    return see_other(f"/people/{contact_id}")


@post("/people/{contact_id:uuid}/apart", status_code=200)
async def post_apart(
    request: AnyRequest, db: Db, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[Any]:
    """They are two people: not to be asked again."""
    other = _other(await read_form(request))
    await db.write(keep_two, viewer.account_id, contact_id, other)
    return see_other(f"/people/{contact_id}")


def _other(form: Form) -> UUID:
    try:
        return UUID(form.text("other"))
    except ValueError:
        raise Invalid("Choose one of your people.", {"other": "Choose one."}) from None


routes: list[Any] = [same_page, post_same, delete_same, post_apart]
