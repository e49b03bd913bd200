"""Reporting somebody to the organiser, and the organiser's page of reports."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.di import Provide
from litestar.params import FromPath, FromQuery

from firsthand.accounts.signing_in import Viewer
from firsthand.dependencies import Db, SignedIn, ThePages, TheSettings
from firsthand.events.staff import event_led_by
from firsthand.forms import Form, read_form
from firsthand.organising.models import ReportState
from firsthand.organising.removal_links import removal_key
from firsthand.organising.removing import remove_one_for_good
from firsthand.organising.reporting import (
    LONGEST_WORDS,
    REASONS,
    Reportable,
    deal_with,
    person_listed,
    person_of_card,
    person_of_claim,
    refuse_removal,
    removals_asked,
    report,
    reports_of,
)
from firsthand.pages import Pages, see_other
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest, provide_organiser

_SAID = {
    "removed": "Removed. A later list does not bring them back.",
    "refused": "They stay on the list.",
}


@get("/people/{contact_id:uuid}/report")
async def report_person_page(
    db: Db, pages: ThePages, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[str]:
    person = await db.read(person_of_card, viewer.account_id, contact_id)
    return _form_page(pages, viewer, person, f"/people/{contact_id}")


@post("/people/{contact_id:uuid}/report", status_code=200)
async def post_report_of_person(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, contact_id: FromPath[UUID]
) -> Response[Any]:
    person = await db.read(person_of_card, viewer.account_id, contact_id)
    return await _report(request, db, pages, viewer, person, f"/people/{contact_id}")


@get("/claims/{claimant_id:uuid}/{claim_id:uuid}/report")
async def report_claimant_page(
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    claimant_id: FromPath[UUID],
    claim_id: FromPath[UUID],
) -> Response[str]:
    person = await db.read(person_of_claim, viewer.account_id, claimant_id, claim_id)
    return _form_page(pages, viewer, person, f"/claims/{claimant_id}/{claim_id}")


@post("/claims/{claimant_id:uuid}/{claim_id:uuid}/report", status_code=200)
async def post_report_of_claimant(
    request: AnyRequest,
    db: Db,
    pages: ThePages,
    viewer: SignedIn,
    claimant_id: FromPath[UUID],
    claim_id: FromPath[UUID],
) -> Response[Any]:
    person = await db.read(person_of_claim, viewer.account_id, claimant_id, claim_id)
    return await _report(request, db, pages, viewer, person, f"/claims/{claimant_id}/{claim_id}")


@get("/attendees/{attendee_id:uuid}/report")
async def report_attendee_page(
    db: Db, pages: ThePages, viewer: SignedIn, attendee_id: FromPath[UUID]
) -> Response[str]:
    person = await db.read(person_listed, viewer.account_id, attendee_id)
    return _form_page(pages, viewer, person, f"/attendees/{attendee_id}")


@post("/attendees/{attendee_id:uuid}/report", status_code=200)
async def post_report_of_attendee(
    request: AnyRequest, db: Db, pages: ThePages, viewer: SignedIn, attendee_id: FromPath[UUID]
) -> Response[Any]:
    person = await db.read(person_listed, viewer.account_id, attendee_id)
    return await _report(request, db, pages, viewer, person, f"/attendees/{attendee_id}")


@get("/{slug:str}/reports")
async def reports_page(
    db: Db, pages: ThePages, viewer: SignedIn, slug: FromPath[str], said: FromQuery[str] = ""
) -> Response[str]:
    event = await db.read(event_led_by, viewer.account_id, slug)
    return pages.render(
        "organising/reports.html",
        viewer,
        here="organise",
        organised=event,
        reports=await db.read(reports_of, viewer.account_id, event.id),
        removals=await db.read(removals_asked, event.id),
        reasons=REASONS,
        notice=_SAID.get(said),
    )


@put("/{slug:str}/reports/{report_id:uuid}/completion", status_code=200)
async def put_completion(
    db: Db, viewer: SignedIn, slug: FromPath[str], report_id: FromPath[UUID]
) -> Response[Any]:
    event = await db.read(event_led_by, viewer.account_id, slug)
    await db.write(deal_with, viewer.account_id, event.id, report_id, ReportState.DEALT_WITH)
    return see_other(f"/organise/{slug}/reports")


@delete("/{slug:str}/reports/{report_id:uuid}/completion", status_code=200)
async def delete_completion(
    db: Db, viewer: SignedIn, slug: FromPath[str], report_id: FromPath[UUID]
) -> Response[Any]:
    event = await db.read(event_led_by, viewer.account_id, slug)
    await db.write(deal_with, viewer.account_id, event.id, report_id, ReportState.OPEN)
    return see_other(f"/organise/{slug}/reports")


@put("/{slug:str}/removals/{wearer_id:uuid}", status_code=200)
async def put_removal(
    db: Db,
    settings: TheSettings,
    viewer: SignedIn,
    slug: FromPath[str],
    wearer_id: FromPath[UUID],
) -> Response[Any]:
    """Somebody who never signed up asked for it: off the list, and no later list brings them."""
    event = await db.read(event_led_by, viewer.account_id, slug)
    key = removal_key(settings.code_secret)
    await db.write(remove_one_for_good, key, event.id, wearer_id)
    return see_other(f"/organise/{slug}/reports?said=removed")


@delete("/{slug:str}/removals/{wearer_id:uuid}", status_code=200)
async def delete_removal_request(
    db: Db, viewer: SignedIn, slug: FromPath[str], wearer_id: FromPath[UUID]
) -> Response[Any]:
    event = await db.read(event_led_by, viewer.account_id, slug)
    await db.write(refuse_removal, event.id, wearer_id)
    return see_other(f"/organise/{slug}/reports?said=refused")


async def _report(
    request: AnyRequest, db: Db, pages: Pages, viewer: Viewer, person: Reportable, base: str
) -> Response[Any]:
    form = await read_form(request)
    try:
        await db.write(
            report,
            viewer.account_id,
            person,
            form.uuid("attendee"),
            form.text("reason"),
            form.text("words"),
            and_block=form.checked("block"),
        )
    except Invalid as invalid:
        return _form_page(pages, viewer, person, base, form, invalid)
    return pages.render(
        "organising/reported.html",
        viewer,
        here="people",
        person=person,
        blocked=form.checked("block"),
        base=base,
    )


def _form_page(
    pages: Pages,
    viewer: Viewer,
    person: Reportable,
    base: str,
    form: Form | None = None,
    invalid: Invalid | None = None,
) -> Response[str]:
    typed = {name: form.text(name)[: 2 * LONGEST_WORDS] if form else "" for name in _FIELDS}
    return pages.render(
        "organising/report_person.html",
        viewer,
        status=invalid.status if invalid else 200,
        here="people",
        person=person,
        base=base,
        reasons=list(REASONS.items()),
        longest=LONGEST_WORDS,
        typed=typed,
        blocks=form.checked("block") if form else False,
        problem=invalid.detail if invalid else "",
        fields=invalid.fields if invalid else {},
    )


_FIELDS = ("attendee", "reason", "words")

routes: list[Any] = [
    report_person_page,
    post_report_of_person,
    report_claimant_page,
    post_report_of_claimant,
    report_attendee_page,
    post_report_of_attendee,
    Router(
        "/organise",
        route_handlers=[
            reports_page,
            put_completion,
            delete_completion,
            put_removal,
            delete_removal_request,
        ],
        dependencies={"viewer": Provide(provide_organiser)},
    ),
]
