"""Several follow-ups at once: all those that are ticked."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Response, patch, put

from firsthand.accounts.signing_in import Viewer
from firsthand.db import Database, now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.followups.due import days_of_rows
from firsthand.followups.queries import count_open, follow_ups
from firsthand.followups.several import (
    MOST_AT_ONCE,
    Change,
    Was,
    change_several,
    changed_words,
    put_back,
)
from firsthand.followups.today import today_of
from firsthand.forms import Form, read_form
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest

_NOBODY_TICKED = "Tick somebody first."


@patch("/follow-ups")
async def change_ticked(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    """``change`` is what becomes of them: done, snooze (``until`` a day), drop."""
    form = await read_form(request)
    ids = form.uuids("follow_up")
    if not ids:
        raise Invalid(_NOBODY_TICKED, {"follow_up": _NOBODY_TICKED})
    if form.text("change") not in set(Change):
        raise Invalid("Choose what becomes of them.", {"change": "Choose one of the buttons."})
    change = Change(form.text("change"))
    until = form.day("until") if change is Change.SNOOZE else None
    before = await db.write(change_several, viewer.account_id, ids, change, until)
    if not request.headers.get("hx-request"):
        return see_other(f"/follow-ups?changed={len(before)}&change={change}")
    rows = await _rows(db, pages, viewer, [was.id for was in before], changed=True)
    words = changed_words(str(len(before)), change)
    answer = pages.text("followups/_several_answer.html", words=words, before=before)
    return pages.fragment(rows + answer)


@put("/follow-ups/as-they-were")
async def put_as_they_were(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    """Takes a change of several back: ``was`` is id, state and day of each, as the answer said."""
    form = await read_form(request)
    ids = await db.write(put_back, viewer.account_id, _read_before(form))
    if not request.headers.get("hx-request"):
        return see_other("/follow-ups")
    rows = await _rows(db, pages, viewer, ids, changed=False)
    answer = pages.text("followups/_several_answer.html", words="As they were.", before=())
    return pages.fragment(rows + answer)


def _read_before(form: Form) -> list[Was]:
    before = []
    for text in form.texts("was")[: MOST_AT_ONCE + 1]:
        try:
            follow_up_id, state, due = text.split(" ")
            before.append(Was(UUID(follow_up_id), state, date.fromisoformat(due)))
        except ValueError:
            raise Invalid("That cannot be taken back.") from None
    return before


async def _rows(
    db: Database, pages: Pages, viewer: Viewer, ids: Sequence[UUID], *, changed: bool
) -> str:
    """Each in place of the one that is there, and how many are open now."""
    rows = await db.read(follow_ups, viewer.account_id, follow_up_ids=tuple(ids), limit=len(ids))
    today = await db.read(today_of, viewer.account_id, now())
    still_open = await db.read(count_open, viewer.account_id)
    number = pages.text("followups/_open_count.html", open=still_open, oob=True)
    return number + "".join(
        pages.text(
            "followups/_row.html",
            row=row,
            changed=changed,
            due_before=None,
            wrote=None,
            oob=True,
            **days_of_rows(today),
        )
        for row in rows
    )


routes: list[Any] = [change_ticked, put_as_they_were]
