"""The owner's intents: what may come next, and how soon."""

from typing import Any

from litestar import Response, delete, get, put

from firsthand.accounts.signing_in import Viewer
from firsthand.db import Database
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.followups.choices import (
    LONGEST_WAIT,
    MOST_OWN,
    choose_intent,
    forget_choice,
    intents_of,
)
from firsthand.followups.intents import DAYS_UNTIL_DUE
from firsthand.forms import Form, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest

_PAGE = "/follow-ups/intents"


@get(_PAGE)
async def intents_page(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    return await _page(db, pages, viewer)


@put(_PAGE)
async def put_intent(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    """``intent`` is due within ``days``; one that is not there yet is made."""
    form = await read_form(request)
    try:
        _check_new(form)
        await db.write(choose_intent, viewer.account_id, form.text("intent"), _days(form))
    except Invalid as invalid:
        return await _page(db, pages, viewer, form, invalid)
    return see_other(_PAGE)


@delete(_PAGE, status_code=200)
async def delete_intent(request: AnyRequest, db: Db, viewer: SignedIn) -> Response[Any]:
    form = await read_form(request)
    await db.write(forget_choice, viewer.account_id, form.text("intent"))
    return see_other(_PAGE)


def _check_new(form: Form) -> None:
    """The form for one more must not change one that is there. Raises Invalid."""
    words = form.text("intent").strip().lower().replace(" ", "-")
    if form.checked("own") and words in DAYS_UNTIL_DUE:
        message = "That one is there already: change its days above."
        raise Invalid(message, {"intent": message})


def _days(form: Form) -> int:
    """What is no number is out of every range."""
    text = form.text("days").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


async def _page(
    db: Database,
    pages: Pages,
    viewer: Viewer,
    form: Form | None = None,
    invalid: Invalid | None = None,
) -> Response[str]:
    """What was refused stands where it was typed: in its row, or in the form for one more."""
    intents = await db.read(intents_of, viewer.account_id)
    typed = {name: form.text(name)[:100] if form else "" for name in ("intent", "days")}
    is_row = form is not None and not form.checked("own")
    is_row = is_row and typed["intent"] in {each.intent for each in intents}
    return pages.render(
        "followups/intents.html",
        viewer,
        status=invalid.status if invalid else 200,
        here="follow-ups",
        intents=intents,
        most=MOST_OWN,
        longest=LONGEST_WAIT,
        typed=typed,
        row=typed["intent"] if is_row else "",
        problems=invalid.fields if invalid else {},
    )


routes: list[Any] = [intents_page, put_intent, delete_intent]
