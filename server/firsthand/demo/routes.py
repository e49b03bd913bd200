"""One-click sign-in, there only in ``firsthand demo``."""

from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from firsthand.accounts.signing_in import account_of
from firsthand.attendees.entering import Device, enter
from firsthand.demo.doors import DOORS, Door
from firsthand.dependencies import Anybody, Db, ThePages, TheSettings
from firsthand.forms import read_form
from firsthand.problems import NotFound
from firsthand.requests import AnyRequest
from firsthand.session_cookie import LONGEST_COOKIE, session_token, signed_in


@get("/demo")
async def demo_page(pages: ThePages, maybe_viewer: Anybody) -> Response[str]:
    return pages.render("demo/doors.html", maybe_viewer, doors=DOORS)


@post("/demo/sign-in", status_code=200)
async def sign_in_as(request: AnyRequest, db: Db, settings: TheSettings) -> Response[Any]:
    form = await read_form(request)
    door = next((door for door in DOORS if door.key == form.text("who")), None)
    if door is None:
        raise NotFound
    device = Device(
        user_agent=request.headers.get("user-agent", "")[:LONGEST_COOKIE],
        old_session=session_token(request, settings),
    )
    token = await db.write(_enter, door, device)
    return await signed_in(db, settings, token, form.local_path("next", "/"))


def _enter(session: Session, door: Door, device: Device) -> str:
    return enter(session, account_of(session, door.email), device)


routes: list[Any] = [demo_page, sign_in_as]
