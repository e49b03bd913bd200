"""What a person says to another's "we met": yes, not me, or never again."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, delete, get, put
from litestar.params import FromPath

from firsthand.accounts.blocking import blocks_of, unblock
from firsthand.accounts.signing_in import Viewer
from firsthand.db import Database, now
from firsthand.dependencies import Db, SignedIn, ThePages
from firsthand.events.days import local_day
from firsthand.forms import Form, read_form
from firsthand.meetings.queries import Claim, claim_about, dismissed_claims
from firsthand.pages import Pages, see_other
from firsthand.problems import NotFound
from firsthand.requests import AnyRequest
from firsthand.scans.editing import undo_meeting
from firsthand.scans.keeping import (
    block_attendee,
    block_claimant,
    block_person,
    confirm_claim,
    dismiss_claim,
    restore_claim,
    unblock_person,
)
from firsthand.scans.queries import whole_meeting
from firsthand.unmet.here import event_here


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/confirmation")
async def put_confirmation(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    """ "Yes, we met": then the meeting is the viewer's too, and goes on at their card."""
    form = await read_form(request)
    claim = await db.read(claim_about, viewer.account_id, other_id, meeting_id)
    mine = await db.write(confirm_claim, viewer.account_id, other_id, meeting_id)
    kept = await db.read(whole_meeting, viewer.account_id, mine)
    card = f"/people/{kept.row.contact_id}"
    if request.headers.get("hx-request"):
        return _answered(pages, claim, "confirmation", form, meeting=mine, card=card)
    return see_other(form.local_path("next", card))


@delete("/claims/{other_id:uuid}/{meeting_id:uuid}/confirmation", status_code=200)
async def delete_confirmation(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    """Takes "yes" back: ``meeting`` is the viewer's own that came of it. It asks again."""
    form = await read_form(request)
    mine = form.uuid("meeting")
    if mine is None:
        raise NotFound
    await db.write(undo_meeting, viewer.account_id, mine)
    return await _asked_again(request, db, pages, viewer, form, (other_id, meeting_id))


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/dismissal")
async def put_claim_dismissal(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    claim = await db.read(claim_about, viewer.account_id, other_id, meeting_id)
    await db.write(dismiss_claim, viewer.account_id, other_id, meeting_id)
    if request.headers.get("hx-request"):
        return _answered(pages, claim, "dismissal", form)
    return see_other(form.local_path("next", "/"))


@delete("/claims/{other_id:uuid}/{meeting_id:uuid}/dismissal", status_code=200)
async def delete_claim_dismissal(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    """Takes "no" back: it asks again."""
    form = await read_form(request)
    await db.write(restore_claim, viewer.account_id, other_id, meeting_id)
    return await _asked_again(request, db, pages, viewer, form, (other_id, meeting_id))


@put("/claims/{other_id:uuid}/{meeting_id:uuid}/block")
async def put_block(
    request: AnyRequest,
    db: Db,
    viewer: SignedIn,
    other_id: FromPath[UUID],
    meeting_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    await db.write(block_claimant, viewer.account_id, other_id, meeting_id)
    return see_other(form.local_path("next", "/"))


@put("/people/{contact_id:uuid}/block")
async def put_block_of_person(
    db: Db, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(block_person, viewer.account_id, contact_id)
    return see_other("/me/blocks")


@delete("/people/{contact_id:uuid}/block", status_code=200)
async def delete_block_of_person(
    db: Db, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(unblock_person, viewer.account_id, contact_id)
    return see_other(f"/people/{contact_id}")


@put("/attendees/{attendee_id:uuid}/block")
async def put_block_of_attendee(
    db: Db, viewer: SignedIn, attendee_id: FromPath[UUID]
) -> Response[Any]:
    await db.write(block_attendee, viewer.account_id, attendee_id)
    return see_other("/me/blocks")


@get("/me/blocks")
async def my_blocks(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    """Whom I have blocked, and to whom I said that we did not meet; both can be taken back."""
    return pages.render(
        "accounts/blocks.html",
        viewer,
        here="me",
        blocks=await db.read(blocks_of, viewer.account_id),
        claims=await db.read(dismissed_claims, viewer.account_id),
    )


@delete("/me/blocks/{account_id:uuid}", status_code=200)
async def delete_block(db: Db, viewer: SignedIn, account_id: FromPath[UUID]) -> Response[Any]:
    await db.write(unblock, viewer.account_id, account_id)
    return see_other("/me/blocks")


def _answered(
    pages: Pages,
    claim: Claim,
    answer: str,
    form: Form,
    *,
    meeting: UUID | None = None,
    card: str = "",
) -> Response[str]:
    """What stands where the claim stood: whom it was about, Undo, and their card."""
    text = pages.text(
        "unmet/_claim_answered.html",
        claim=claim,
        answer=answer,
        event=form.text("event"),
        meeting=meeting,
        card=card,
    )
    return pages.fragment(text)


async def _asked_again(
    request: AnyRequest,
    db: Database,
    pages: Pages,
    viewer: Viewer,
    form: Form,
    claimed: tuple[UUID, UUID],
) -> Response[Any]:
    """After an undo: the claim in its place again; by a plain form, the page it came from."""
    if not request.headers.get("hx-request"):
        return see_other(form.local_path("next", "/me/blocks"))
    event = await db.read(event_here, viewer.account_id, form.text("event"))
    claim = await db.read(claim_about, viewer.account_id, *claimed)
    today = local_day(now(), ZoneInfo(event.timezone))
    return pages.render("unmet/_claim.html", viewer, claim=claim, event=event, today=today)


routes: list[Any] = [
    put_confirmation,
    delete_confirmation,
    put_claim_dismissal,
    delete_claim_dismissal,
    put_block,
    put_block_of_person,
    delete_block_of_person,
    put_block_of_attendee,
    my_blocks,
    delete_block,
]
