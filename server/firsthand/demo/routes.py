"""One-click sign-in, there only in ``firsthand demo``."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from firsthand.accounts.signing_in import account_of
from firsthand.attendees.entering import Device, enter
from firsthand.db import Database
from firsthand.demo.doors import DOORS, Door
from firsthand.dependencies import Anybody, Db, ThePages, TheSettings
from firsthand.forms import read_form
from firsthand.problems import NotFound
from firsthand.requests import AnyRequest
from firsthand.session_cookie import device_of, signed_in
from firsthand.settings import Settings


@get("/demo")
async def demo_page(pages: ThePages, maybe_viewer: Anybody) -> Response[str]:
    return pages.render("demo/doors.html", maybe_viewer, doors=DOORS)


@post("/demo/sign-in", status_code=200)
async def sign_in_as(request: AnyRequest, db: Db, settings: TheSettings) -> Response[Any]:
    form = await read_form(request)
    return await _sign_in(request, db, settings, form.text("who"), form.local_path("next", "/"))


@get("/demo/{who:str}")
async def printed_link(
    request: AnyRequest, db: Db, settings: TheSettings, who: FromPath[str]
) -> Response[Any]:
    """One click from the console. A GET may sign in here: there is nothing to take over."""
    return await _sign_in(request, db, settings, who, "/")


async def _sign_in(
    request: AnyRequest, db: Database, settings: Settings, who: str, path: str
) -> Response[Any]:
    door = next((door for door in DOORS if door.key == who), None)
    if door is None:
        raise NotFound
    token = await db.write(_enter, door, device_of(request, settings))
    return await signed_in(db, settings, token, path)


def _enter(session: Session, door: Door, device: Device) -> str:
    return enter(session, account_of(session, door.email), device, "the demo")


routes: list[Any] = [demo_page, printed_link, sign_in_as]
