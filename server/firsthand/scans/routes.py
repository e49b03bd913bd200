"""Pages of scanning: the scanner, what comes of a scan, and a badge's own address."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Response, get, patch, post, put
from litestar.datastructures import State
from litestar.params import FromPath

from firsthand.accounts.signing_in import Viewer
from firsthand.attendees.membership import current_event, events_of_attendee
from firsthand.badges.codes import normalise_token
from firsthand.badges.finding import badge_for
from firsthand.db import Database, now
from firsthand.dependencies import Anybody, Db, SignedIn, ThePages, TheSettings
from firsthand.followups.intents import DAYS_UNTIL_DUE
from firsthand.forms import Form, read_form
from firsthand.pages import see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest
from firsthand.scans.card import met_card
from firsthand.scans.editing import edit_scan, retract_scan
from firsthand.scans.judged import ScanBatch, ScanOutcome
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from firsthand.scans.queries import whole_meeting
from firsthand.scans.reading import LONGEST_NOTE, clean_intents_and_note, read_scan
from firsthand.scans.recording import record_scans
from firsthand.scans.strangers import hint_key
from firsthand.scans.typed import NAMES_NOBODY, means_somebody

_INTENTS = list(DAYS_UNTIL_DUE)
_LONGEST_SHOWN = 200
_TOLD = ("name", "event", "note")


@get("/scan")
async def scanner(db: Db, pages: ThePages, state: State, maybe_viewer: Anybody) -> Response[str]:
    event = await db.read(current_event, maybe_viewer.account_id) if maybe_viewer else None
    return _scanner(pages, state, maybe_viewer, event)


@get("/scan/box")
async def box(pages: ThePages, maybe_viewer: Anybody) -> Response[str]:
    """What waits on the phone: the server knows nothing of it, the page's script fills it."""
    return pages.render("scan/box.html", maybe_viewer, here="scan")


@post("/scans", status_code=200)
async def keep_scan(
    request: AnyRequest, db: Db, pages: ThePages, state: State, viewer: SignedIn
) -> Response[Any]:
    """The plain form: a typed or pasted code, and the button on a badge's own page."""
    form = await read_form(request)
    event = await db.read(current_event, viewer.account_id)
    code = form.text("code")
    typed = code[:_LONGEST_SHOWN]
    if not means_somebody(code, state.settings.base_url):
        return _scanner(pages, state, viewer, event, code=typed, problem=NAMES_NOBODY)
    outcome = await _record(db, state, viewer, form)
    if outcome.outcome == "invalid" or not isinstance(outcome.id, UUID):
        return _scanner(pages, state, viewer, event, code=typed, problem=outcome.problem)
    card = await db.read(met_card, viewer.account_id, outcome.id)
    return _scanner(pages, state, viewer, event, card=card)


@get("/scans/{scan_id:uuid}/card")
async def scan_card(
    db: Db, pages: ThePages, viewer: SignedIn, scan_id: FromPath[UUID]
) -> Response[str]:
    card = await db.read(met_card, viewer.account_id, scan_id)
    return pages.render("scan/_card.html", viewer, card=card)


@patch("/scans/{scan_id:uuid}")
async def edit_scanned(
    request: AnyRequest, db: Db, viewer: SignedIn, scan_id: FromPath[UUID]
) -> Response[Any]:
    """The card's form without JavaScript: all of what it shows replaces what was there."""
    form = await read_form(request)
    intents, note = clean_intents_and_note(form.texts("intents"), form.text("note"))
    await db.write(
        edit_scan,
        viewer.account_id,
        scan_id,
        note=note,
        intents=intents,
        edited_sequence=form.number("edited_sequence") + 1,
    )
    return see_other("/scan")


@put("/scans/{scan_id:uuid}/retraction")
async def undo_scan(db: Db, viewer: SignedIn, scan_id: FromPath[UUID]) -> Response[Any]:
    await db.write(retract_scan, viewer.account_id, scan_id)
    return see_other("/scan")


@get(["/b/{token:str}", "/B/{token:str}"])
async def badge_page(
    db: Db, pages: ThePages, settings: TheSettings, maybe_viewer: Anybody, token: FromPath[str]
) -> Response[str]:
    """What the phone's own camera opens. It records nothing; a stranger sees only the event.

    Unknown, revoked and malformed ones look the same, and one of somebody who has blocked the
    viewer.
    """
    normal = normalise_token(token)
    viewer_id = maybe_viewer.account_id if maybe_viewer else None
    badge = await db.read(badge_for, viewer_id, normal or "")
    return pages.render(
        "scan/badge_found.html" if badge else "scan/badge_unknown.html",
        maybe_viewer,
        status=200 if badge else 404,
        here="scan",
        event=badge.event if badge else None,
        own=bool(badge and maybe_viewer and badge.account_id == maybe_viewer.account_id),
        code=f"{settings.base_url}/b/{normal}",
        form_id=uuid4(),
        path=f"/b/{normal}",
    )


@get("/meetings/new")
async def new_told_meeting(db: Db, pages: ThePages, viewer: SignedIn) -> Response[str]:
    """Somebody without a badge: their name, where, and what comes next."""
    event = await db.read(current_event, viewer.account_id)
    return await _told_page(db, pages, viewer, {"event": event.slug if event else ""}, {})


@post("/meetings", status_code=200)
async def keep_told_meeting(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn
) -> Response[Any]:
    """A meeting without a scan: from an attendee, a contact, or just a name."""
    form = await read_form(request)
    try:
        draft = _told(form)
        meeting_id = await db.write(keep_meeting, viewer.account_id, draft)
    except Invalid as invalid:
        if "name" not in form:
            raise
        typed = {name: form.text(name)[:LONGEST_NOTE] for name in _TOLD}
        nameless = {} if typed["name"].strip() else {"name": "Type their name."}
        problems = {"form": invalid.detail, **invalid.fields, **nameless}
        chosen = form.texts("intents")
        return await _told_page(db, pages, viewer, typed, problems, chosen)
    kept = await db.read(whole_meeting, viewer.account_id, meeting_id)
    return see_other(form.local_path("next", f"/people/{kept.row.contact_id}"))


def _told(form: Form) -> MeetingDraft:
    intents, note = clean_intents_and_note(form.texts("intents"), form.text("note"))
    return MeetingDraft(
        attendee=form.uuid("attendee"),
        contact=form.uuid("contact"),
        name=form.name("name"),
        event=form.text("event") or None,
        intents=intents,
        note=note,
    )


async def _told_page(
    db: Database,
    pages: ThePages,
    viewer: Viewer,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
    intents: Sequence[str] = (),
) -> Response[str]:
    return pages.render(
        "scan/told.html",
        viewer,
        status=400 if problems else 200,
        here="scan",
        events=await db.read(events_of_attendee, viewer.account_id),
        typed={name: typed.get(name, "") for name in _TOLD},
        problems=problems,
        intents=intents,
    )


async def _record(db: Database, state: State, viewer: Viewer, form: Form) -> ScanOutcome:
    sent = {
        "id": form.text("id") or str(uuid4()),
        "code": form.text("code"),
        "scanned_at": now().isoformat(),
        "event": form.text("event") or None,
        "intents": form.texts("intents"),
        "note": form.text("note"),
    }
    batch = ScanBatch(
        owner_id=viewer.account_id,
        device="form",
        scans=[read_scan(sent)],
        base_url=state.settings.base_url,
        code_key=state.code_key,
    )
    outcomes = await db.write_grouped(record_scans, batch)
    return outcomes[0]


def _scanner(
    pages: ThePages,
    state: State,
    viewer: Viewer | None,
    event: Any,
    *,
    card: Any = None,
    code: str = "",
    problem: str | None = None,
) -> Response[str]:
    return pages.render(
        "scan/page.html",
        viewer,
        status=400 if problem else 200,
        here="scan",
        event=event,
        form_id=uuid4(),
        hint_key=hint_key(state.code_key, viewer.account_id).hex() if viewer else "",
        card=card,
        code=code,
        problem=problem,
        intents=_INTENTS,
    )


routes = [
    scanner,
    box,
    keep_scan,
    scan_card,
    edit_scanned,
    undo_scan,
    badge_page,
    new_told_meeting,
    keep_told_meeting,
]
